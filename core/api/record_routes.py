"""Records: lists, single records, and writing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response

from core.api.answers import answer, etag, nothing, reply
from core.api.bodies import read_json
from core.api.call import Call
from core.api.idempotency import KEY, Made, once
from core.api.questions import PAGE, read_query
from core.api.routes import OBJECT, Header, Parameter, Route, names, record_id, ref
from core.errors import AccessDenied, BadRequest, NotFound, VersionMissing
from core.records.change import Saved
from core.records.duplicates import allow_duplicates
from core.records.merging import Merging
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork

IF_MATCH = Header(
    name="If-Match", about='The version that you have seen, as the ETag gave it: "3".', required=True
)
IF_MATCH_TOO = Header(name="If-Match", about='The version that you have seen, as the ETag gave it: "3".')
PREFER = Header(name="Prefer", about="return=minimal answers with id and version alone.")
OVERRIDE = Parameter(
    name="override",
    about="duplicates: save although such records are there already (grant override:duplicates).",
)
REASON = Parameter(name="reason", about="Why it is overridden; kept in the history.")
FIELDS = Parameter(name="fields", about="Names with commas; all readable ones where it is missing.")


def get_list(call: Call, entity: str) -> Response:
    """Answer a page of records: one statement."""
    query = read_query(call)
    reading = call.site.get(Reading)
    return answer(
        call.read(
            lambda catalog: reading.find_json(call.actor, entity, query, catalog=catalog, reader=call.reader)
        )
    )


def get_record(call: Call, entity: str, record: str) -> Response:
    """Answer one record: one statement."""
    number, fields = record_id(record), names(call, "fields")
    try:
        version, body = _versioned(call, entity, number, fields)
    except NotFound:
        found = _elsewhere(call, entity, number)
        if found is None:
            raise
        return found
    return answer(body, 200, etag(version))


def _elsewhere(call: Call, entity: str, number: int) -> Response | None:
    """Lead to the record that another one was merged into, where there is one that the caller may see."""
    with call.site.get(Database).unit(call.catalog, call.actor, reading=True) as uow:
        target = call.site.get(Merging).target(entity, number, uow)
        if target is None:
            return None
        call.site.get(Reading).get(call.actor, entity, target, ("id",), catalog=uow.catalog, uow=uow)
    response = reply({"merged_into": target}, 307)
    response.headers["Location"] = call.request.path.rpartition("/")[0] + f"/{target}"
    return response


def _versioned(call: Call, entity: str, number: int, fields: Sequence[str]) -> tuple[int, bytes]:
    reading = call.site.get(Reading)
    return call.read(
        lambda catalog: reading.get_versioned(
            call.actor, entity, number, fields, catalog=catalog, reader=call.reader
        )
    )


def create(call: Call, entity: str) -> Response:
    """Create one record, or all records of a list, or none of them."""
    value, raw = read_json(call.request)

    def act(uow: UnitOfWork) -> Made:
        rows = value if isinstance(value, list) else [value]
        overrule(call, uow)
        saved = call.site.get(Records).create(call.actor, entity, rows, uow=uow)
        return Made(
            status=201, body=_batch(saved) if isinstance(value, list) else shown(call, entity, saved[0], uow)
        )

    if value == []:
        raise BadRequest("The list is empty.", code="empty")
    return once(call, raw, act, address=call.request.path)


def change(call: Call, entity: str, record: str) -> Response:
    """Change some values of a record, if nobody was faster."""
    value, _ = read_json(call.request)
    if "If-Match" not in call.request.headers:
        raise VersionMissing
    version = seen_version(call)

    def act(uow: UnitOfWork) -> bytes:
        overrule(call, uow)
        saved = call.site.get(Records).update(
            call.actor, entity, record_id(record), value, version=version, uow=uow
        )
        return shown(call, entity, saved, uow)

    body = call.write(act)
    return answer(body, 200, etag(orjson.loads(body)["version"]))


def delete(call: Call, entity: str, record: str) -> Response:
    """Put a record in the trash."""
    number, version = record_id(record), seen_version(call)

    def act(uow: UnitOfWork) -> object:
        return call.site.get(Records).delete(
            call.actor, entity, [number], uow=uow, versions={number: version}
        )

    call.write(act)
    return nothing()


def restore(call: Call, entity: str, record: str) -> Response:
    """Take a record out of the trash, with what its deletion took along."""

    def act(uow: UnitOfWork) -> Made:
        saved = call.site.get(Records).restore(call.actor, entity, [record_id(record)], uow=uow)
        return Made(status=200, body=shown(call, entity, saved[0], uow))

    return once(call, b"", act)


def shown(call: Call, entity: str, saved: Saved, uow: UnitOfWork) -> bytes:
    """Return a written record as its writer may read it now, in the transaction that wrote it."""
    if "return=minimal" not in call.request.headers.get("Prefer", ""):
        try:
            return call.site.get(Reading).get_json(call.actor, entity, saved.id, catalog=uow.catalog, uow=uow)
        except (AccessDenied, NotFound):
            pass  # one may write what one may not read
    return orjson.dumps(_told(saved))


def _batch(saved: Sequence[Saved]) -> bytes:
    return orjson.dumps({"items": [_told(one) for one in saved]})


def _told(saved: Saved) -> dict[str, Any]:
    return {"id": saved.id, "version": saved.version}


def overrule(call: Call, uow: UnitOfWork) -> None:
    """Let a write pass that would be refused for duplicates, where the caller says so and why."""
    if call.request.args.get("override") == "duplicates":
        reason = call.request.args.get("reason", "").strip()
        if not reason:
            raise BadRequest("Say in reason why it is saved all the same.", code="no_reason")
        allow_duplicates(uow, reason)


def seen_version(call: Call) -> int | None:
    """Return the version of If-Match; None where any will do, or none was sent."""
    given = call.request.headers.get("If-Match", "*").strip()
    if given == "*":
        return None
    bare = given[1:-1] if len(given) > 2 and given[0] == given[-1] == '"' else given
    if not (bare.isascii() and bare.isdigit() and len(bare) < 10):
        raise BadRequest('If-Match holds one version, as in "3".', code="bad_version")
    return int(bare)


_ONE = {"anyOf": [OBJECT, {"type": "array", "items": OBJECT, "maxItems": 10_000}]}

ROUTES = (
    Route(
        method="GET",
        path="/records/{entity}",
        name="list_records",
        run=get_list,
        group="Records",
        reads=True,
        about="A page of records.",
        parameters=PAGE,
        answers={200: ref("Page")},
    ),
    Route(
        method="POST",
        path="/records/{entity}",
        name="create_records",
        run=create,
        group="Records",
        about="Create one record, or all of a list.",
        parameters=(OVERRIDE, REASON),
        headers=(KEY, PREFER),
        body=_ONE,
        answers={201: OBJECT},
    ),
    Route(
        method="GET",
        path="/records/{entity}/{record}",
        name="get_record",
        run=get_record,
        group="Records",
        reads=True,
        about="One record, with its lines.",
        parameters=(FIELDS,),
        answers={200: ref("Record")},
    ),
    Route(
        method="PATCH",
        path="/records/{entity}/{record}",
        name="change_record",
        run=change,
        group="Records",
        about="Change some values of a record.",
        parameters=(OVERRIDE, REASON),
        headers=(IF_MATCH, PREFER),
        body=OBJECT,
        answers={200: ref("Record")},
    ),
    Route(
        method="DELETE",
        path="/records/{entity}/{record}",
        name="delete_record",
        run=delete,
        group="Records",
        about="Put a record in the trash.",
        headers=(IF_MATCH_TOO,),
        answers={204: None},
    ),
    Route(
        method="POST",
        path="/records/{entity}/{record}/restore",
        name="restore_record",
        run=restore,
        group="Records",
        about="Take a record out of the trash.",
        headers=(KEY, PREFER),
        answers={200: ref("Record")},
    ),
)
