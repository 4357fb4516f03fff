"""Duplicates among the records that are there: the pairs that a scan found, starting one, and what was decided."""

from __future__ import annotations

from dataclasses import asdict

import orjson
from flask import Response

from core.access import Access
from core.api.answers import reply
from core.api.bodies import read_object
from core.api.call import Call
from core.api.idempotency import KEY, Made, once
from core.api.routes import ID, OBJECT, TEXT, Parameter, Route, listed, object_of
from core.errors import BadRequest
from core.jobs import Jobs
from core.metadata.catalog import Catalog
from core.records.duplicate_queue import MOST, STATES, DuplicateQueue, Pair, PairPage
from core.records.scan_task import start_scan
from core.storage import Database, UnitOfWork

LIMIT = 50


def pairs(call: Call, entity: str) -> Response:
    """Answer the pairs that the caller may see, the surest first."""
    args = call.request.args
    least, most = (_score(args.get(name), other) for name, other in (("least", 0.0), ("most", 1.0)))
    limit = args.get("limit", str(LIMIT))
    if not (limit.isascii() and limit.isdigit() and 0 < int(limit[:5]) <= MOST):
        raise BadRequest("limit is between 1 and {maximum}.", code="limit", maximum=MOST)

    def act(catalog: Catalog) -> PairPage:
        with call.site.get(Database).unit(catalog, call.actor, reading=True) as uow:
            return call.site.get(DuplicateQueue).page(
                call.actor,
                entity,
                state=args.get("state", STATES[0]),
                least=least,
                most=most,
                limit=int(limit),
                cursor=args.get("cursor", ""),
                uow=uow,
            )

    found = call.read(act)
    return reply({"items": [_told(one) for one in found.items], "next": found.next or None})


def scan(call: Call, entity: str) -> Response:
    """Start a scan as a job."""
    whole = read_object(call.request, "whole").get("whole", False)
    if not isinstance(whole, bool):
        raise BadRequest("whole is true or false.", code="wrong_type")

    def act(uow: UnitOfWork) -> Made:
        job = start_scan(call.site.get(Access), call.site.get(Jobs), call.actor, entity, whole=whole, uow=uow)
        return Made(status=202, body=orjson.dumps({"job": job}))

    return once(call, orjson.dumps(whole), act)


def decide(call: Call, entity: str) -> Response:
    """Keep what was decided of pairs."""
    body = read_object(call.request, "pairs", "state")
    ids, state = body.get("pairs"), body.get("state", STATES[1])
    whole = isinstance(ids, list) and all(type(one) is int and 0 < one < 2**63 for one in ids)
    if not whole or not isinstance(ids, list) or not 0 < len(ids) <= MOST:
        raise BadRequest("pairs are 1 to {maximum} whole numbers.", code="wrong_type", maximum=MOST)
    if state not in STATES:
        raise BadRequest("A state is one of {known}.", code="unknown_state", known=STATES)

    def act(uow: UnitOfWork) -> Made:
        done = call.site.get(DuplicateQueue).decide(call.actor, entity, ids, str(state), uow=uow)
        return Made(status=200, body=orjson.dumps({"decided": done}))

    return once(call, orjson.dumps(body), act)


def _score(text: str | None, otherwise: float) -> float:
    if text is None:
        return otherwise
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise BadRequest("A score is between 0 and 1.", code="bad_score")
    return found


def _told(one: Pair) -> dict[str, object]:
    return {
        **asdict(one),
        "records": list(one.records),
        "found_at": one.found_at.isoformat(),
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
    }


_PATH = "/records/{entity}/duplicates"
_SCORE = {"type": "number", "minimum": 0, "maximum": 1}
_STATE = {"type": "string", "enum": list(STATES)}

ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        name="list_duplicates",
        run=pairs,
        group="Records",
        about="Pairs of records that are perhaps the same, the surest first; those of which the caller may read both"
        " records and all that is compared.",
        parameters=(
            Parameter(name="state", about="open (as usual) or dismissed", schema=_STATE),
            Parameter(name="least", about="the lowest score", schema=_SCORE),
            Parameter(name="most", about="the highest score", schema=_SCORE),
            Parameter(name="limit", about="pairs on a page", schema={"type": "integer", "maximum": MOST}),
            Parameter(name="cursor", about="next of the page before"),
        ),
        answers={200: listed(OBJECT, next={"type": ["string", "null"]})},
    ),
    Route(
        method="POST",
        path=f"{_PATH}/scan",
        name="scan_duplicates",
        run=scan,
        group="Records",
        about="Look through all records for duplicates, as a job (grant scan:duplicates): those that are new or have"
        " changed are compared with all others, with whole all of them.",
        headers=(KEY,),
        body=object_of((), whole={"type": "boolean"}),
        answers={202: object_of(("job",), job=ID)},
    ),
    Route(
        method="POST",
        path=f"{_PATH}/decide",
        name="decide_duplicates",
        run=decide,
        group="Records",
        about="Dismiss pairs that are no duplicates, for good, or open them again (grant merge on both records)."
        " Those that are out of sight or decided already are left out of the answer.",
        headers=(KEY,),
        body=object_of(
            ("pairs",),
            pairs={"type": "array", "items": ID, "maxItems": MOST},
            state={**TEXT, "enum": list(STATES)},
        ),
        answers={200: object_of(("decided",), decided={"type": "array", "items": ID})},
    ),
)
