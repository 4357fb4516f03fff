"""openapi.json: the routes, and the entities as the caller may see them, in OpenAPI 3.1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Any

import orjson
from apispec import APISpec
from flask import Response

from core import __version__
from core.access import Access, key_of
from core.api.answers import answer
from core.api.call import Call
from core.api.openapi_entities import add_entity, entity_parameter
from core.api.openapi_schemas import SCHEMAS
from core.api.rights import knows
from core.api.routes import ID, TEXT, Route, ref
from core.kernel.site import Site

PREFIX = "/api/v1"
MOST = 32
"""So many documents are kept: one for each set of roles."""

NUMBERS = frozenset({"record", "file", "job", "account", "session", "key"})
_NAMES = re.compile(r"\{(\w+)\}")
_PROBLEM = {"application/problem+json": {"schema": ref("Problem")}}

REFUSALS: Mapping[str, str] = {
    "400": "The request cannot be understood.",
    "401": "Nobody is signed in.",
    "403": "The caller may not do this.",
    "404": "There is no such thing, or none that the caller may know of.",
    "409": "The current state does not allow it.",
    "412": "Somebody was faster.",
    "413": "The body is too large.",
    "415": "The body is of another kind.",
    "422": "Some values are not acceptable.",
    "428": "If-Match is missing.",
    "429": "Too many attempts.",
    "503": "Something needed is missing just now.",
}


class Documents:
    """The documents made so far: they change with the definitions and with the caller's rights only."""

    def __init__(self) -> None:
        self._kept: dict[object, bytes] = {}
        self._lock = Lock()

    def get(self, call: Call, routes: Sequence[Route]) -> bytes:
        """Return the document for this caller."""
        key = (call.catalog.version, call.catalog.digest, key_of(call.actor), call.style.lang)
        found = self._kept.get(key)
        if found is None:
            with self._lock:
                if len(self._kept) >= MOST:
                    self._kept.clear()
                found = self._kept[key] = orjson.dumps(document(call, routes))
        return found


def openapi_route(routes: Sequence[Route]) -> Route:
    """Return the route of the description itself."""

    def run(call: Call) -> Response:
        return answer(_documents(call.site).get(call, (*routes, own)))

    own = Route(
        method="GET",
        path="/openapi.json",
        name="openapi",
        run=run,
        group="Access",
        public=True,
        about="This description.",
        answers={200: {"type": "object"}},
    )
    return own


def document(call: Call, routes: Iterable[Route]) -> dict[str, Any]:
    """Return the description of the API for this caller."""
    spec = APISpec(
        title="Payvand",
        version=__version__,
        openapi_version="3.1.0",
        servers=[{"url": PREFIX}],
        security=[{"key": []}, {"session": []}],
    )
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "payvand_session"})
    for name, schema in SCHEMAS.items():
        spec.components.schema(name, dict(schema))
    known = (
        [] if call.actor.id is None else [e for e in call.catalog.entities.values() if knows(call, e.name)]
    )
    readable = [e.name for e in known if call.site.get(Access).may(call.actor, e.name, "read", call.catalog)]
    for route in routes:
        spec.path(path=route.path, operations={route.method.lower(): operation(route, readable)})
    for entity in known:
        add_entity(spec, call, entity, routes_of=operation)
    made: dict[str, Any] = spec.to_dict()
    return made


def operation(route: Route, entities: Sequence[str] = ()) -> dict[str, Any]:
    """Return the description of a route."""
    described: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.about,
        "tags": [route.group],
        "parameters": [*_in_path(route, entities), *_in_query(route), *_in_headers(route)],
        "responses": {
            **_answers(route),
            **{status: {"description": text, "content": _PROBLEM} for status, text in REFUSALS.items()},
        },
    }
    if route.body is not None:
        described["requestBody"] = {"required": True, "content": {route.body_kind: {"schema": route.body}}}
    if route.public:
        described["security"] = []
    return described


def _in_path(route: Route, entities: Sequence[str]) -> list[dict[str, Any]]:
    return [
        entity_parameter(entities)
        if name == "entity"
        else {"name": name, "in": "path", "required": True, "schema": dict(ID if name in NUMBERS else TEXT)}
        for name in _NAMES.findall(route.path)
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": p.name,
            "in": "query",
            "required": p.required,
            "description": p.about,
            "schema": dict(p.schema),
        }
        for p in route.parameters
    ]


def _in_headers(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": h.name, "in": "header", "required": h.required, "description": h.about, "schema": dict(TEXT)}
        for h in route.headers
    ]


def _answers(route: Route) -> dict[str, Any]:
    return {
        str(status): {"description": "Done."}
        if schema is None
        else {"description": "Done.", "content": {route.answer_kind: {"schema": schema}}}
        for status, schema in route.answers.items()
    }


def _documents(site: Site) -> Documents:
    return site.get(Documents) if site.has(Documents) else site.put(Documents())
