"""Importing in four steps: file, columns, check, run; and exporting what a list shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import Conflict, PayvandError
from core.fields import FieldTypes
from core.jobs import Jobs
from core.kernel.site import Site
from core.storage import Database
from core.views import list_view
from core.web.list_page import context_of
from core.web.list_query import ListState, build_query
from core.web.lookups import store_upload
from core.web.pages import Pages, go, is_administrator
from core.web.visit import Visit, visit

if TYPE_CHECKING:
    from core.exchange.service import Exchange

MODES = ("create", "update", "upsert")


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/records/<entity>/import", "import_file", lambda entity: choose(site, pages, entity),
                      methods=["GET", "POST"])
    made.add_url_rule("/records/<entity>/import/<int:file>", "import_columns",
                      lambda entity, file: columns(site, pages, entity, file), methods=["GET", "POST"])
    made.add_url_rule("/records/<entity>/import/<int:file>/<int:job>", "import_result",
                      lambda entity, file, job: result(site, pages, entity, file, job))
    made.add_url_rule("/jobs/<int:job>/cancel", "cancel_job", lambda job: cancel(site, job), methods=["POST"])
    made.add_url_rule("/records/<entity>/export.<fmt>", "export", lambda entity, fmt: export(site, entity, fmt))


def _exchange(site: Site) -> Exchange:
    """Return the room of imports and exports; web processes load it with the first file."""
    from core.exchange.service import Exchange  # late: spreadsheets are not loaded at boot

    return site.get(Exchange)


def _importer(site: Site, entity: str) -> Visit:
    present = visit().require()
    site.get(Access).require(present.actor, entity, "import", present.catalog)
    return present


def choose(site: Site, pages: Pages, name: str) -> Response:
    """Step 1: the file."""
    present = _importer(site, name)
    entity = present.catalog.entity(name)
    problem = ""
    upload = request.files.get("file")
    if request.method == "POST":
        if upload is None or not upload.filename:
            problem = present.style._("Choose a file first.")
        else:
            try:
                number = store_upload(site, present, upload)
                _exchange(site).inspect(present.actor, number, name, catalog=present.catalog)
                return go(url_for("web.import_columns", entity=name, file=number))
            except PayvandError as refused:
                problem = present.style._(refused.message, **refused.params)
    return pages.show("import_file.html", nav=name, entity=entity, problem=problem, status=422 if problem else 200)


def columns(site: Site, pages: Pages, name: str, file: int) -> Response:
    """Step 2: which column means what; posting starts the check."""
    present = _importer(site, name)
    entity = present.catalog.entity(name)
    inspection = _exchange(site).inspect(present.actor, file, name, catalog=present.catalog)
    typed = request.values.get("mapping")
    kept: Mapping[str, str] = json.loads(typed) if typed and len(typed) < 100_000 else {}
    if request.method == "POST":
        mapping = dict(kept) or {column.name: request.form.get(f"c{number}", "")
                                 for number, column in enumerate(inspection.columns)}
        chosen = {column: target for column, target in mapping.items() if target}
        if chosen:
            return _start(site, present, name, file, chosen)
        problem = present.style._("Say of at least one column what it means.")
    else:
        problem = ""
    return pages.show("import_columns.html", nav=name, entity=entity, file=file, inspection=inspection, kept=kept,
                      modes=MODES, problem=problem, status=422 if problem else 200)


def _start(site: Site, present: Visit, name: str, file: int, mapping: Mapping[str, str]) -> Response:
    """Start the check, or after it the import itself."""
    database = site.get(Database)
    dry_run = request.form.get("act") != "run"
    mode = request.form.get("mode", MODES[0])
    key = request.form.get("key", "")

    def act() -> int:
        with database.unit(present.catalog, present.actor, channel="import") as uow:
            return _exchange(site).start(present.actor, file, name, mapping, mode=mode if mode in MODES else MODES[0],
                                            key=key or None, dry_run=dry_run, uow=uow)

    job = database.attempt(act)
    return go(url_for("web.import_result", entity=name, file=file, job=job, dry="1" if dry_run else "",
                      mapping=json.dumps(dict(mapping), ensure_ascii=False), mode=mode, key=key))


def result(site: Site, pages: Pages, name: str, file: int, job: int) -> Response:
    """Steps 3 and 4: progress, then counts and the rows with problems."""
    present = _importer(site, name)
    status = site.get(Jobs).status(present.actor, job, everybody=is_administrator(present))
    values: dict[str, Any] = {
        "nav": name, "entity": present.catalog.entity(name), "file": file, "job": status, "result": status.result or {},
        "dry": request.args.get("dry") == "1", "mapping": request.args.get("mapping", ""),
        "mode": request.args.get("mode", MODES[0]), "key": request.args.get("key", ""),
        "ended": status.state in ("done", "failed", "cancelled"),
        "percent": round(100 * status.done / status.total) if status.total else 0}
    template = "import_task.html" if request.headers.get("HX-Request") else "import_result.html"
    return pages.show(template, **values)


def cancel(site: Site, job: int) -> Response:
    """Ask a job to stop after its present step."""
    present = visit().require()
    try:
        site.get(Jobs).cancel(present.actor, job, everybody=is_administrator(present))
        message = present.style._("The job stops after its present step; what is done stays.")
    except Conflict as ended:
        message = present.style._(ended.message)
    target = request.form.get("next", "")
    return go(target if target.startswith("/records/") else url_for("web.home"), message)


def export(site: Site, name: str, fmt: str) -> Response:
    """Send everything that the list shows, in the reader's language and calendar."""
    present = visit().require()
    catalog, actor = present.catalog, present.actor
    access = site.get(Access)
    access.require(actor, name, "export", catalog)
    entity = catalog.entity(name)
    view = list_view(catalog, entity, access.fields(actor, name, catalog).readable)
    state = ListState.read(request.args)
    chosen = tuple(c for c in state.columns if c in view.choices) or view.columns
    query = build_query(state, view, entity, chosen, site.get(FieldTypes), context_of(site, present))
    file_name, mime, pieces = _exchange(site).export(actor, name, query, fmt, catalog=catalog, style=present.style)
    return Response(pieces, mimetype=mime, headers={"Content-Disposition": f'attachment; filename="{file_name}"'})
