"""`Route`: one address of the API, described once; the blueprint and openapi.json follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from flask import Response
from werkzeug.datastructures import MultiDict

from core.api.call import Call
from core.errors import BadRequest

Schema: TypeAlias = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "integer", "format": "int64", "minimum": 1}
OBJECT: Schema = {"type": "object"}

_NO_SCHEMAS: Mapping[int, Schema] = MappingProxyType({})


def ref(name: str) -> Schema:
    """Return the reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_of(required: tuple[str, ...] = (), /, **properties: Any) -> Schema:
    """Return the schema of an object with these properties."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def listed(item: Schema, **more: Schema) -> Schema:
    """Return the schema of a list as the API answers it."""
    return {
        "type": "object",
        "required": ["items", *more],
        "properties": {"items": {"type": "array", "items": item}, **more},
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One name of the query string."""

    name: str
    about: str
    schema: Schema = field(default_factory=lambda: TEXT)
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """A header that a route reads."""

    name: str
    about: str
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One method of one address. ``run`` gets the call and the names in the path."""

    method: str
    path: str
    name: str
    run: Callable[..., Response]
    about: str
    group: str
    parameters: tuple[Parameter, ...] = ()
    headers: tuple[Header, ...] = ()
    body: Schema | None = None
    body_kind: str = "application/json"
    answers: Mapping[int, Schema | None] = field(default_factory=lambda: _NO_SCHEMAS)
    answer_kind: str = "application/json"
    public: bool = False
    reads: bool = False
    """Reads records and answers at once: the connection that opened the call is lent to it."""

    @property
    def known(self) -> frozenset[str]:
        """The names that may stand in the query string."""
        return frozenset(parameter.name for parameter in self.parameters)


def check_parameters(route: Route, given: MultiDict[str, str]) -> None:
    """Refuse names that the route does not know, names given twice, and missing ones."""
    for name, values in given.lists():
        if name not in route.known:
            raise BadRequest(
                "{name} is not known here. There are: {known}.",
                code="unknown_parameter",
                name=name[:80],
                known=tuple(sorted(route.known)),
            )
        if len(values) > 1:
            raise BadRequest("{name} is given twice.", code="given_twice", name=name)


def text(call: Call, name: str, default: str = "") -> str:
    """Return a parameter."""
    return call.request.args.get(name, default)


def names(call: Call, name: str) -> tuple[str, ...]:
    """Return a parameter that is a list with commas."""
    return tuple(part.strip() for part in call.request.args.get(name, "").split(",") if part.strip())


def whole(call: Call, name: str, default: int) -> int:
    """Return a parameter that is a whole number."""
    given = call.request.args.get(name)
    return default if given is None else number(given, name)


def number(given: str, name: str) -> int:
    """Return a text as a number, or refuse it in words."""
    if len(given) > 18 or not (given.isascii() and given.removeprefix("-").isdigit()):
        raise BadRequest("{name} is not a whole number.", code="wrong_type", name=name)
    return int(given)


def flag(call: Call, name: str) -> bool:
    """Return a parameter that is true or false."""
    given = call.request.args.get(name, "false")
    if given not in ("true", "false"):
        raise BadRequest("{name} is true or false.", code="wrong_type", name=name)
    return given == "true"


def record_id(given: str) -> int:
    """Return the id in a path; what is no id belongs to no record."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
