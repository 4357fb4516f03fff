"""Questions for a page of records, from the query string or from a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api.bodies import read_object
from core.api.call import Call
from core.api.routes import Parameter, Schema, flag, names, text, whole
from core.errors import BadRequest
from core.records.query import MAX_LIMIT, MOST_COUNTED, Query

LIMIT: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT, "default": 50}
FLAG: Schema = {"type": "boolean", "default": False}

FILTER = Parameter(name="filter", about="A condition, as in: state == 'open' and amount > 1_000_000")
PAGE = (
    Parameter(name="fields", about="Names with commas; all that a list shows where it is missing."),
    FILTER,
    Parameter(name="sort", about="Names with commas, - first for descending."),
    Parameter(name="limit", about="Most records in the answer.", schema=LIMIT),
    Parameter(name="cursor", about="The next of the page before."),
    Parameter(
        name="count",
        about=f"exact: with the total. capped: with a total that ends at {MOST_COUNTED + 1}, for more than {MOST_COUNTED}.",
        schema={"type": "string", "enum": ["exact", "capped", "none"]},
    ),
    Parameter(name="search", about="Words that the search keys hold."),
    Parameter(name="trash", about="What was deleted, instead.", schema=FLAG),
)

_NAMES: Schema = {"type": "array", "items": {"type": "string"}}
_SCHEMAS: Mapping[str, Schema] = {"fields": _NAMES, "sort": _NAMES}

BODY: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {p.name: _SCHEMAS.get(p.name, p.schema) for p in PAGE},
}


def read_query(call: Call) -> Query:
    """Return the question in the query string."""
    if not call.request.query_string:
        return EVERYTHING
    counted = _counted(text(call, "count", "none"))
    return Query(
        fields=names(call, "fields"),
        filter=text(call, "filter"),
        sort=names(call, "sort"),
        limit=whole(call, "limit", EVERYTHING.limit),
        cursor=text(call, "cursor"),
        count=counted != "none",
        capped=counted == "capped",
        search=text(call, "search"),
        trash=flag(call, "trash"),
    )


def read_query_body(call: Call) -> Query:
    """Return the question in the body: for filters that are too long for an address."""
    body = read_object(call.request, *(parameter.name for parameter in PAGE))
    counted = _counted(_text(body, "count", "none"))
    return Query(
        fields=_texts(body, "fields"),
        filter=_text(body, "filter"),
        sort=_texts(body, "sort"),
        limit=_whole(body, "limit"),
        cursor=_text(body, "cursor"),
        count=counted != "none",
        capped=counted == "capped",
        search=_text(body, "search"),
        trash=_flag(body, "trash"),
    )


EVERYTHING = Query()


def _counted(given: str) -> str:
    if given not in ("exact", "capped", "none"):
        raise BadRequest("count is exact, capped or none.", code="wrong_type")
    return given


def _text(body: Mapping[str, Any], name: str, default: str = "") -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise BadRequest("{name} is a text.", code="wrong_type", name=name)
    return value


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadRequest("{name} is a list of texts.", code="wrong_type", name=name)
    return tuple(value)


def _whole(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name, EVERYTHING.limit)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRequest("{name} is not a whole number.", code="wrong_type", name=name)
    return value


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadRequest("{name} is true or false.", code="wrong_type", name=name)
    return value
