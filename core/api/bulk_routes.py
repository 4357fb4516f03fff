"""Bulk changes: the same values into many records, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from core.api.bodies import read_object
from core.api.call import Call
from core.api.idempotency import KEY, Made, once
from core.api.routes import ID, OBJECT, TEXT, Route
from core.errors import BadRequest
from core.jobs import Jobs
from core.records.bulk import AT_ONCE, IDS, Bulk, BulkDone, Chosen, new_cause
from core.records.bulk_task import defer_bulk
from core.storage import UnitOfWork

NAMES = ("ids", "filter", "search", "values")


def bulk(call: Call, entity: str) -> Response:
    """Write values into the records that are named or found; more than five hundred become a job."""
    body = read_object(call.request, *NAMES)
    chosen, values = _chosen(body), body.get("values")
    if not isinstance(values, dict) or not values:
        raise BadRequest("Say which values to write.", code="empty")

    def act(uow: UnitOfWork) -> Made:
        service, cause = call.site.get(Bulk), new_cause()
        ids = service.find(call.actor, entity, chosen, "update", uow)
        if len(ids) > AT_ONCE:
            job = defer_bulk(call.site.get(Jobs), entity, ids, values, cause=cause, uow=uow)
            return Made(status=202, body=orjson.dumps({"job": job, "records": len(ids), "cause": cause}))
        done = service.edit(call.actor, entity, ids, values, cause=cause, uow=uow)
        return Made(status=200, body=_told(done))

    return once(call, orjson.dumps(body), act)


def undo(call: Call, entity: str) -> Response:
    """Take a bulk change of one's own back, where nobody has moved the fields since."""
    cause = str(read_object(call.request, "cause").get("cause", ""))

    def act(uow: UnitOfWork) -> Made:
        return Made(status=200, body=_told(call.site.get(Bulk).undo(call.actor, entity, cause, uow=uow)))

    return once(call, cause.encode(), act)


def _chosen(body: Mapping[str, Any]) -> Chosen:
    ids, text, search = body.get("ids"), body.get("filter", ""), body.get("search", "")
    if (ids is None) == ("filter" not in body):
        raise BadRequest("Say which records: either ids or filter.", code="which_records")
    if not isinstance(text, str) or not isinstance(search, str):
        raise BadRequest("filter and search are texts.", code="wrong_type")
    if ids is None:
        return Chosen(filter=text, search=search)
    whole = isinstance(ids, list) and all(type(one) is int and 0 < one < 2**63 for one in ids)
    if not whole or not 0 < len(ids) <= IDS:
        raise BadRequest("ids are 1 to {maximum} whole numbers.", code="wrong_type", maximum=IDS)
    return Chosen(ids=tuple(dict.fromkeys(ids)))


def _told(done: BulkDone) -> bytes:
    return orjson.dumps({"changed": done.changed, "unchanged": done.unchanged, "cause": done.cause})


_DONE = {
    "type": "object",
    "required": ["changed", "unchanged", "cause"],
    "properties": {"changed": {"type": "integer"}, "unchanged": {"type": "integer"}, "cause": TEXT},
}

ROUTES = (
    Route(
        method="POST",
        path="/records/{entity}/bulk",
        name="bulk_change",
        run=bulk,
        group="Records",
        about="Write the same values into many records, by ids or by filter, as one act. More than 500 records"
        " become a job. Records on which the caller may not do this are left out.",
        headers=(KEY,),
        body={
            "type": "object",
            "additionalProperties": False,
            "required": ["values"],
            "properties": {
                "ids": {"type": "array", "items": ID, "maxItems": IDS},
                "filter": TEXT,
                "search": TEXT,
                "values": OBJECT,
            },
        },
        answers={
            200: _DONE,
            202: {
                "type": "object",
                "required": ["job", "records", "cause"],
                "properties": {"job": ID, "records": {"type": "integer"}, "cause": TEXT},
            },
        },
    ),
    Route(
        method="POST",
        path="/records/{entity}/bulk/undo",
        name="bulk_undo",
        run=undo,
        group="Records",
        about="Take a bulk change of one's own back within a day: fields that are still as it left them.",
        headers=(KEY,),
        body={"type": "object", "required": ["cause"], "properties": {"cause": TEXT}},
        answers={200: _DONE},
    ),
)
