"""Addresses of records and of routes of modules, for pages, mail and jobs alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from core.contributions.routes import Route
from core.errors import NotFound

HOME = "/m"
"""Below this address modules have their own pages."""

_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")


def record_address(entity: str, record_id: int) -> str:
    """Return the address of a record's page."""
    return f"/records/{entity}/{record_id}"


def route_address(route: Route, args: Mapping[str, object]) -> str:
    """Return the address of a route with these values in its path; the others come behind the question mark."""
    left = {name: str(value) for name, value in args.items()}

    def filled(place: re.Match[str]) -> str:
        name = place[2]
        if name not in left:
            raise NotFound(
                "The route {route} needs {name}.", code="unknown_route", route=route.name, name=name
            )
        return quote(left.pop(name), safe="/" if place[1] == "path" else "")

    path = _PLACE.sub(filled, route.path)
    query = f"?{urlencode(left)}" if left else ""
    return f"{HOME}/{route.module}/{path.lstrip('/')}{query}"
