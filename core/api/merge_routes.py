"""Merging records: what it would do, doing it, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from core.api.answers import reply
from core.api.bodies import read_json
from core.api.call import Call
from core.api.idempotency import KEY, Made, once
from core.api.routes import OBJECT, Route, listed, record_id
from core.errors import BadRequest
from core.fields import FieldTypes
from core.metadata.catalog import Catalog
from core.records.merge_results import MergePlan
from core.records.merge_values import FieldMerge
from core.records.merging import Merging
from core.storage import Database, UnitOfWork
from core.storage.merges import MergeRow

Body = Mapping[str, Any]


def preview(call: Call, entity: str, record: str) -> Response:
    """Answer what a merge would do, and do nothing."""
    body = _body(call)[0]
    losers = _losers(body)

    def act(uow: UnitOfWork) -> MergePlan:
        return call.site.get(Merging).plan(call.actor, entity, record_id(record), losers, uow=uow)

    found = call.write(act)
    return reply(
        {
            "winner": found.winner,
            "losers": list(found.losers),
            "fields": [_field(call, one) for one in found.fields if one.differs],
            "followers": [
                {"entity": one.entity, "field": one.field, "count": one.count, "same": one.same}
                for one in found.followers
            ],
        }
    )


def merge(call: Call, entity: str, record: str) -> Response:
    """Merge others into a record."""
    body, raw = _body(call)
    losers, choices = _losers(body), body.get("choices", {})
    if not isinstance(choices, dict) or not all(type(one) is int for one in choices.values()):
        raise BadRequest("choices names the record of each field, by its id.", code="wrong_type")

    def act(uow: UnitOfWork) -> Made:
        done = call.site.get(Merging).merge(
            call.actor,
            entity,
            record_id(record),
            losers,
            choices=choices,
            reason=str(body.get("reason") or ""),
            uow=uow,
        )
        told = {"merge": done.id, "winner": done.winner, "moved": done.moved, "conflicts": done.conflicts}
        return Made(status=200, body=orjson.dumps(told))

    return once(call, raw, act)


def undo(call: Call, merge: str) -> Response:
    """Take a merge back."""
    number = record_id(merge)

    def act(uow: UnitOfWork) -> Made:
        done = call.site.get(Merging).undo(call.actor, number, uow=uow)
        kept = [{"entity": entity, "id": record, "field": field} for entity, record, field in done.kept]
        return Made(status=200, body=orjson.dumps({"restored": list(done.restored), "kept": kept}))

    return once(call, b"", act)


def merges(call: Call, entity: str, record: str) -> Response:
    """Answer the merges into a record."""

    def act(catalog: Catalog) -> list[MergeRow]:
        with call.site.get(Database).unit(catalog, call.actor, reading=True) as uow:
            return call.site.get(Merging).merges(call.actor, entity, record_id(record), uow=uow)

    return reply({"items": [_told(one) for one in call.read(act)]})


def _told(one: MergeRow) -> dict[str, Any]:
    return {
        "id": one.id,
        "losers": list(one.losers),
        "at": one.at.isoformat(),
        "actor": one.actor_name,
        "reason": one.reason,
        "undone": one.undone_at is not None,
    }


def _field(call: Call, one: FieldMerge) -> dict[str, Any]:
    kind = call.site.get(FieldTypes).get(one.spec.type)
    return {
        "name": one.spec.name,
        "law": one.law,
        "from": one.source or None,
        "open": one.open,
        "values": {str(record): kind.dump(one.spec, value) for record, value in one.values.items()},
    }


def _body(call: Call) -> tuple[Body, bytes]:
    value, raw = read_json(call.request)
    known = ("losers", "choices", "reason")
    if not isinstance(value, dict) or set(value) - set(known):
        raise BadRequest("The body holds: {known}.", code="unknown_name", known=known)
    return value, raw


def _losers(body: Body) -> list[int]:
    losers = body.get("losers")
    if not isinstance(losers, list) or not all(type(one) is int for one in losers):
        raise BadRequest("losers is a list of ids.", code="wrong_type")
    return losers


_RECORD = "/records/{entity}/{record}"
_BODY: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "losers": {"type": "array", "items": {"type": "integer"}},
        "choices": {"type": "object", "additionalProperties": {"type": "integer"}},
        "reason": {"type": "string"},
    },
    "required": ["losers"],
}

ROUTES = (
    Route(
        method="POST",
        path=f"{_RECORD}/merge/preview",
        name="preview_merge",
        run=preview,
        group="Records",
        about="What merging others into a record would do.",
        body=_BODY,
        answers={200: OBJECT},
    ),
    Route(
        method="POST",
        path=f"{_RECORD}/merge",
        name="merge_records",
        run=merge,
        group="Records",
        about="Merge others into a record; their ids lead to it from then on.",
        headers=(KEY,),
        body=_BODY,
        answers={200: OBJECT},
    ),
    Route(
        method="GET",
        path=f"{_RECORD}/merges",
        name="list_merges",
        run=merges,
        group="Records",
        about="The merges into a record.",
        answers={200: listed(OBJECT)},
    ),
    Route(
        method="POST",
        path="/merges/{merge}/undo",
        name="undo_merge",
        run=undo,
        group="Records",
        about="Take a merge back.",
        headers=(KEY,),
        answers={200: OBJECT},
    ),
)
