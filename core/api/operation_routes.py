"""Operations of modules: which there are for a record, carrying one out, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from flask import Response

from core.api.answers import reply
from core.api.bodies import read_json
from core.api.call import Call
from core.api.idempotency import KEY, Made, once
from core.api.record_routes import OVERRIDE, REASON, overrule
from core.api.routes import OBJECT, TEXT, Route, Schema, listed, record_id
from core.contributions import Asking, Operations, Outcome
from core.contributions.asking import asking_at
from core.contributions.dialog import read_values
from core.contributions.operations import Offered
from core.errors import BadRequest
from core.fields import FieldTypes, LoadContext
from core.records.reading import Reading
from core.storage import UnitOfWork


def get_offers(call: Call, entity: str, record: str) -> Response:
    """Answer what the caller may do with a record."""
    number = record_id(record)
    call.site.get(Reading).get(call.actor, entity, number, ("id",), catalog=call.catalog, reader=call.reader)
    found = call.site.get(Operations).offers(
        call.actor, entity, number, catalog=call.catalog, reader=call.reader
    )
    return reply({"items": [_described(call, offered) for offered in found]})


def get_all(call: Call, entity: str) -> Response:
    """Answer what the caller may do with records of an entity, whatever they hold."""
    operations = call.site.get(Operations)
    found = operations.of(call.catalog.entity(entity).name, call.catalog)
    return reply(
        {"items": [_described(call, o) for o in found if operations.may(call.actor, o, call.catalog)]}
    )


def run_one(call: Call, entity: str, record: str, operation: str) -> Response:
    """Carry an operation out on one record."""
    return _run(call, entity, operation, [record_id(record)], many=False)


def run_many(call: Call, entity: str, operation: str) -> Response:
    """Carry an operation out on several records, or on none where it needs none."""
    return _run(call, entity, operation, (), many=True)


def _run(call: Call, entity: str, name: str, ids: Sequence[int], *, many: bool) -> Response:
    body, raw = read_json(call.request)
    known = ("ids", "values", "reason") if many else ("values", "reason")
    if not isinstance(body, dict) or set(body) - set(known):
        raise BadRequest("The body holds {known}.", code="unknown_name", known=known)
    operations = call.site.get(Operations)
    offered = operations.find(entity, name, call.catalog)
    chosen = _ids(body.get("ids", [])) if many else ids
    reason = str(body.get("reason") or "")

    def act(uow: UnitOfWork) -> Made:
        asking = _asking(call, uow)
        overrule(call, uow)
        values = _values(call, offered, body.get("values") or {})
        outcome = operations.run(asking, offered, chosen, values, reason=reason)
        token = operations.undo_token(asking, offered, chosen, outcome.undo)
        return Made(status=200, body=orjson.dumps(_told(asking, outcome, token)))

    return once(call, raw, act)


def undo(call: Call, entity: str, operation: str) -> Response:
    """Take an operation back, with the token that it answered."""
    body, raw = read_json(call.request)
    operations = call.site.get(Operations)
    offered = operations.find(entity, operation, call.catalog)
    token = body.get("undo") if isinstance(body, dict) else None

    def act(uow: UnitOfWork) -> Made:
        asking = _asking(call, uow)
        outcome = operations.undo(asking, offered, token if isinstance(token, str) else "")
        return Made(status=200, body=orjson.dumps(_told(asking, outcome, "")))

    return once(call, raw, act)


def _asking(call: Call, uow: UnitOfWork) -> Asking:
    """Return who asks; links of what is done lead to the public address, else to where the call came in."""
    asking = asking_at(uow)
    return asking if asking.root else replace(asking, root=call.request.host_url.rstrip("/"))


def _values(call: Call, offered: Offered, given: object) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise BadRequest("values is an object of names and values.", code="not_an_object")
    settings = call.site.settings
    context = LoadContext(currency=settings.currency, region=settings.region, area_code=settings.area_code)
    return read_values(offered.dialog, given, call.site.get(FieldTypes), context)


def _ids(given: object) -> list[int]:
    if not isinstance(given, list) or not all(isinstance(i, int) and not isinstance(i, bool) for i in given):
        raise BadRequest("ids is a list of numbers.", code="wrong_type")
    return given


def _told(asking: Asking, outcome: Outcome, token: str) -> dict[str, Any]:
    style = asking.style
    message = (
        style._(outcome.message, **outcome.params)
        if isinstance(outcome.message, str)
        else style.label(outcome.message)
    )
    told: dict[str, Any] = {
        "message": message,
        "warnings": [style.label(warning) for warning in outcome.warnings],
        "record": {"entity": outcome.entity, "id": outcome.id} if outcome.id is not None else None,
        "result": outcome.result,
    }
    return {**told, "undo": token} if token else told


def _described(call: Call, offered: Offered) -> dict[str, Any]:
    operation, types, style = offered.operation, call.site.get(FieldTypes), call.style
    return {
        "name": operation.short,
        "label": style.label(operation.label),
        "many": operation.many,
        "place": operation.place,
        "reason": operation.reason,
        "undoable": operation.undo is not None,
        "fields": [
            {
                "name": spec.name,
                "label": style.label(spec.label),
                "type": spec.type,
                "required": spec.required,
                "schema": types.get(spec.type).entered_schema(spec),
            }
            for spec in (offered.dialog.fields[name] for name in offered.fields)
        ],
    }


_OFFER: Schema = {
    "type": "object",
    "required": ["name", "label", "fields"],
    "properties": {
        "name": TEXT,
        "label": TEXT,
        "many": {"type": "boolean"},
        "place": TEXT,
        "reason": {"enum": ["none", "optional", "required"]},
        "undoable": {"type": "boolean"},
        "fields": {"type": "array", "items": OBJECT},
    },
}
_OUTCOME: Schema = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": TEXT,
        "warnings": {"type": "array", "items": TEXT},
        "record": {"anyOf": [OBJECT, {"type": "null"}]},
        "result": {},
        "undo": TEXT,
    },
}
_VALUES: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"values": OBJECT, "reason": TEXT},
}
_MANY: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "ids": {"type": "array", "items": {"type": "integer"}, "maxItems": 200},
        "values": OBJECT,
        "reason": TEXT,
    },
}

ROUTES = (
    Route(
        method="GET",
        path="/records/{entity}/operations",
        name="list_operations",
        run=get_all,
        group="Operations",
        about="What the caller may do with records of an entity.",
        answers={200: listed(_OFFER)},
    ),
    Route(
        method="GET",
        path="/records/{entity}/{record}/operations",
        name="list_record_operations",
        run=get_offers,
        group="Operations",
        reads=True,
        about="What the caller may do with a record now.",
        answers={200: listed(_OFFER)},
    ),
    Route(
        method="POST",
        path="/records/{entity}/{record}/operations/{operation}",
        name="run_operation",
        run=run_one,
        group="Operations",
        about="Carry an operation out on one record.",
        parameters=(OVERRIDE, REASON),
        headers=(KEY,),
        body=_VALUES,
        answers={200: _OUTCOME},
    ),
    Route(
        method="POST",
        path="/records/{entity}/operations/{operation}",
        name="run_operation_on_many",
        run=run_many,
        group="Operations",
        about="Carry an operation out on several records, or without any.",
        parameters=(OVERRIDE, REASON),
        headers=(KEY,),
        body=_MANY,
        answers={200: _OUTCOME},
    ),
    Route(
        method="POST",
        path="/records/{entity}/operations/{operation}/undo",
        name="undo_operation",
        run=undo,
        group="Operations",
        about="Take an operation back, once, while it is offered.",
        headers=(KEY,),
        body={"type": "object", "required": ["undo"], "properties": {"undo": TEXT}},
        answers={200: _OUTCOME},
    ),
)
