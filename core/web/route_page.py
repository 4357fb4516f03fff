"""Pages of modules under ``/m/<module>/…``: signed-in ones in the shell, public ones in a plain frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as WerkzeugMethodNotAllowed
from werkzeug.routing import Map, Rule

from core.access import Access
from core.contributions import Answer, Download, Page, Redirect, Route, Routes
from core.contributions.addresses import HOME
from core.errors import NotFound, PayvandError
from core.files import download_headers
from core.kernel.site import Site
from core.storage import Database
from core.web.compression import leave_plain
from core.web.operation_page import asking_of
from core.web.pages import Pages, go, same_site
from core.web.visit import Visit, visit

INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})


class WrongMethod(PayvandError):
    """The page exists, but not for this method."""

    code, status, message = "wrong_method", 405, "This page is opened in another way."


class RouteMap:
    """Finds the route of an address; made anew when the modules' routes change."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._made: tuple[int, Map] | None = None

    def find(self, path: str, method: str) -> tuple[Route, Mapping[str, Any]]:
        """Return the route of an address and the values in its path; raise `NotFound` where there is none."""
        try:
            name, values = self._map().bind("").match(path, method=method)
        except WerkzeugMethodNotAllowed:
            raise WrongMethod from None
        except HTTPException:
            raise NotFound("This page does not exist.") from None
        return self._routes.get(name), values

    def is_public(self, path: str, method: str) -> bool:
        """Tell whether an address belongs to a public route."""
        if not path.startswith(f"{HOME}/"):
            return False
        try:
            return self.find(path, method)[0].public
        except PayvandError:
            return False

    def _map(self) -> Map:
        generation = self._routes.generation
        if self._made is None or self._made[0] != generation:
            rules = [
                Rule(
                    f"{HOME}/{route.module}/{route.path.lstrip('/')}",
                    endpoint=route.name,
                    methods=route.methods,
                )
                for route in self._routes
            ]
            self._made = (generation, Map(rules, strict_slashes=False, redirect_defaults=False))
        return self._made[1]


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the route behind which all routes of modules lie."""
    made.add_url_rule(
        f"{HOME}/<path:rest>", "module_page", lambda rest: show(site, pages), methods=["GET", "POST"]
    )


def show(site: Site, pages: Pages) -> Response:
    """Ask the module behind this address, and show its answer."""
    present = visit()
    route, values = site.get(RouteMap).find(request.path, request.method)
    if not route.public:
        present.require()
    if route.grant:
        site.get(Access).require(present.actor, *route.grant, present.catalog)
    if route.grant and route.reads:
        site.get(Access).require_fields(present.actor, route.grant[0], route.reads, present.catalog)
    database, looking = site.get(Database), request.method != "POST"

    def act() -> Answer:
        with database.unit(present.catalog, present.actor, channel="web", reading=looking) as uow:
            return route.answer(asking_of(site, present, uow), values)

    return _shown(pages, present, route, database.attempt(act))


def _shown(pages: Pages, present: Visit, route: Route, answer: Answer) -> Response:
    match answer:
        case Page():
            if answer.secret:
                leave_plain()
            return pages.show(
                answer.template,
                nav=route.name,
                status=answer.status,
                page_title=present.style.label(answer.title),
                **answer.values,
            )
        case Redirect():
            text = (
                present.style._(answer.message, **answer.params)
                if isinstance(answer.message, str)
                else present.style.label(answer.message)
            )
            return go(same_site(answer.url, "/"), text if answer.message else "")
        case Download():
            response = Response(answer.data, headers=dict(download_headers(answer.name, answer.mime)))
            if answer.inline and answer.mime in INLINE:
                _open_inline(response)
            return response


def _open_inline(response: Response) -> None:
    """Let the browser show what it can show without giving it any power: PDF and pictures."""
    headers = response.headers
    headers["Content-Disposition"] = headers["Content-Disposition"].replace("attachment", "inline", 1)
    headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
