"""Questions about many records: long filters, figures, search, history."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response

from core.api.answers import answer, reply
from core.api.call import Call
from core.api.questions import BODY, FILTER, LIMIT, read_query_body
from core.api.routes import ID, OBJECT, Parameter, Route, listed, names, record_id, ref, text, whole
from core.errors import BadRequest
from core.records.aggregation import Aggregating
from core.records.history_reading import HistoryReading
from core.records.reading import Reading
from core.records.search import Searching

HITS = 20
ENTRIES = 50


def query(call: Call, entity: str) -> Response:
    """Answer a page of records for a question that is too long for an address."""
    asked = read_query_body(call)
    reading = call.site.get(Reading)
    return answer(
        call.read(
            lambda catalog: reading.find_json(call.actor, entity, asked, catalog=catalog, reader=call.reader)
        )
    )


def aggregate(call: Call, entity: str) -> Response:
    """Answer how many and how much, by group: one statement."""
    groups, measures = names(call, "group_by"), names(call, "measures") or ("count()",)
    aggregating, wanted = call.site.get(Aggregating), text(call, "filter")
    return answer(
        call.read(
            lambda catalog: aggregating.aggregate_json(
                call.actor, entity, groups, measures, wanted, catalog=catalog, reader=call.reader
            )
        )
    )


def search(call: Call) -> Response:
    """Answer what holds all the words, over all entities or some: one statement."""
    searching, words = call.site.get(Searching), text(call, "q")
    entities, limit = names(call, "entity") or None, whole(call, "limit", HITS)
    hits = call.read(
        lambda catalog: searching.search(
            call.actor, words, entities, limit, catalog=catalog, reader=call.reader
        )
    )
    return reply({"items": [asdict(hit) for hit in hits]})


def history(call: Call, entity: str, record: str) -> Response:
    """Answer what happened to a record and its parts, newest first, as its reader may know it today."""
    limit, before = whole(call, "limit", ENTRIES), whole(call, "before", 0)
    if before < 0:
        raise BadRequest("{name} is not a whole number.", code="wrong_type", name="before")
    reading, number = call.site.get(HistoryReading), record_id(record)
    entries = call.read(
        lambda catalog: reading.history(
            call.actor, entity, number, limit, before or None, catalog=catalog, reader=call.reader
        )
    )
    return reply(
        {
            "items": [
                {**asdict(one), "changes": {name: list(pair) for name, pair in one.changes.items()}}
                for one in entries
            ],
            "next": entries[-1].id if len(entries) == limit else None,
        }
    )


_AT_LEAST_ONE = {**LIMIT, "minimum": 1}

ROUTES = (
    Route(
        method="POST",
        path="/records/{entity}/query",
        name="query_records",
        run=query,
        reads=True,
        group="Records",
        about="A page of records, asked in a body.",
        body=BODY,
        answers={200: ref("Page")},
    ),
    Route(
        method="GET",
        path="/records/{entity}/aggregate",
        name="aggregate_records",
        run=aggregate,
        reads=True,
        group="Records",
        about="Figures of groups of records.",
        answers={200: listed(OBJECT)},
        parameters=(
            Parameter(name="group_by", about="Names with commas."),
            Parameter(name="measures", about="With commas: count(), sum(amount), avg(…), min(…), max(…)."),
            FILTER,
        ),
    ),
    Route(
        method="GET",
        path="/records/{entity}/{record}/history",
        name="record_history",
        run=history,
        reads=True,
        group="Records",
        about="What happened to a record and to its parts, newest first.",
        parameters=(
            Parameter(name="limit", about="Most entries in the answer.", schema=_AT_LEAST_ONE),
            Parameter(name="before", about="The next of the page before.", schema=ID),
        ),
        answers={200: listed(ref("HistoryEntry"), next={"type": ["integer", "null"]})},
    ),
    Route(
        method="GET",
        path="/search",
        name="search",
        run=search,
        reads=True,
        group="Records",
        about="Records by their words.",
        parameters=(
            Parameter(name="q", about="Words.", required=True),
            Parameter(name="entity", about="Names with commas; all entities where it is missing."),
            Parameter(name="limit", about="Most records in the answer.", schema=_AT_LEAST_ONE),
        ),
        answers={200: listed(ref("Hit"))},
    ),
)
