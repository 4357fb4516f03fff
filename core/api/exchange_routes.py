"""Imports from spreadsheets, as jobs; exports of what a list shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from core.access import Access
from core.api.answers import streamed
from core.api.bodies import parse_json
from core.api.call import Call
from core.api.file_routes import MULTIPART, digest, uploaded
from core.api.idempotency import KEY, Made, once
from core.api.questions import PAGE, read_query
from core.api.routes import Parameter, Route, record_id, ref, text
from core.errors import BadRequest
from core.files import OF_JOB, Files, assign_files, download_headers
from core.storage import UnitOfWork

MODES = ("create", "update", "upsert")
PARTS = frozenset({"entity", "mapping", "key", "mode", "dry_run", "sheet", "create_missing", "fixes"})
SHOWN = frozenset({"fields", "filter", "sort", "search"})


def start_import(call: Call) -> Response:
    """Keep the file and promise a job that imports it, or, as a dry run, only tells what would happen."""
    from core.exchange.service import Exchange  # spreadsheets are not loaded at boot

    given, form = uploaded(call), call.request.form
    unknown = sorted(set(form) - PARTS)
    if unknown:
        raise BadRequest(
            "{name} is not known here. There are: {known}.",
            code="unknown_name",
            name=unknown[0][:80],
            known=tuple(sorted(PARTS)),
        )
    entity, mode = form.get("entity", ""), _one_of("mode", form.get("mode", MODES[0]), MODES)
    mapping, flags = (
        _mapping(form.get("mapping")),
        {n: _flag(n, form.get(n)) for n in ("dry_run", "create_missing")},
    )
    call.site.get(Access).require(call.actor, call.catalog.entity(entity).name, "import", call.catalog)

    def act(uow: UnitOfWork) -> Made:
        given.stream.seek(0)
        number = call.site.get(Files).store(given.stream, given.filename or "", call.actor, uow)
        job = call.site.get(Exchange).start(
            call.actor,
            number,
            entity,
            mapping,
            mode=mode,
            key=form.get("key") or None,
            uow=uow,
            sheet=form.get("sheet", ""),
            fixes=_object(form.get("fixes")),
            language=call.style.lang,
            **flags,
        )
        assign_files(uow, [number], OF_JOB, job)
        return Made(status=202, body=orjson.dumps({"id": job, "job": job}))

    raw = digest(given) + orjson.dumps(sorted(form.items(multi=True)))
    return once(call, raw, act)


def undo_import(call: Call, job: str) -> Response:
    """Promise a job that takes an import back, within a day after it ended; what was gone on with is kept."""
    from core.exchange.service import Exchange  # spreadsheets are not loaded at boot

    number = record_id(job)

    def act(uow: UnitOfWork) -> Made:
        undo = call.site.get(Exchange).undo(call.actor, number, uow=uow)
        return Made(status=202, body=orjson.dumps({"id": undo, "job": undo}))

    return once(call, b"undo", act)


def export(call: Call) -> Response:
    """Send everything that a list shows, in the caller's language and calendar."""
    from core.exchange.service import Exchange  # spreadsheets are not loaded at boot

    entity, kind = text(call, "entity"), text(call, "format", "csv")
    call.site.get(Access).require(call.actor, call.catalog.entity(entity).name, "export", call.catalog)
    name, mime, pieces = call.site.get(Exchange).export(
        call.actor, entity, read_query(call), kind, catalog=call.catalog, style=call.style
    )
    return streamed(pieces, {**download_headers(name, mime), "Content-Length": str(pieces.size)})


def _one_of(name: str, given: str, known: tuple[str, ...]) -> str:
    if given not in known:
        raise BadRequest("{name} is one of {known}.", code="unknown_value", name=name, known=known)
    return given


def _flag(name: str, given: str | None) -> bool:
    return _one_of(name, (given or "false").lower(), ("true", "false", "1", "0")) in ("true", "1")


def _object(given: str | None) -> Any:
    return parse_json(given.encode("utf-8", "surrogatepass")) if given else None


def _mapping(given: str | None) -> Mapping[str, str] | None:
    if not given:
        return None
    mapping = parse_json(given.encode("utf-8", "surrogatepass"))
    if not isinstance(mapping, dict) or not all(isinstance(target, str) for target in mapping.values()):
        raise BadRequest("mapping is an object of columns and the fields that they mean.", code="wrong_type")
    return mapping


ROUTES = (
    Route(
        method="POST",
        path="/imports",
        name="start_import",
        run=start_import,
        group="Exchange",
        about="Import a spreadsheet as a job.",
        headers=(KEY,),
        body=ref("Import"),
        body_kind=MULTIPART,
        answers={202: ref("Promise")},
    ),
    Route(
        method="POST",
        path="/imports/{job}/undo",
        name="undo_import",
        run=undo_import,
        group="Exchange",
        about="Take an import back as a job, for 24 hours; what was changed since is kept.",
        headers=(KEY,),
        answers={202: ref("Promise")},
    ),
    Route(
        method="GET",
        path="/exports",
        name="export_records",
        run=export,
        group="Exchange",
        about="Download everything that a list shows.",
        answer_kind="text/csv",
        answers={200: {"type": "string", "format": "binary"}},
        parameters=(
            Parameter(name="entity", about="What to export.", required=True),
            Parameter(name="format", about="csv, xlsx, or a kind of file that a module writes, such as vcf."),
            *(parameter for parameter in PAGE if parameter.name in SHOWN),
        ),
    ),
)
