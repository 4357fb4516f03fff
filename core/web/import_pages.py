"""Importing in four steps: file, columns, check, run; and exporting what a list shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import FileStorage, MultiDict

from core.access import Access
from core.contributions import FileFormats
from core.errors import BadRequest, Conflict, NotFound, PayvandError, ValidationFailed
from core.fields import FieldTypes
from core.files import OF_JOB, Files, assign_files, download_headers
from core.jobs import Jobs, JobStatus
from core.kernel.site import Site
from core.metadata.specs import Json
from core.storage import Database
from core.web.form_values import whole
from core.web.list_query import ListState, build_query
from core.web.list_views import ListViews
from core.web.listing import context_of
from core.web.lookups import store_upload
from core.web.pages import Pages, go, is_administrator
from core.web.visit import Visit, visit

if TYPE_CHECKING:
    from core.exchange.inspection import Inspection
    from core.exchange.service import Exchange

MENDABLE = 100
"""So many values are offered to be mended at once."""

MODES = ("create", "update", "upsert")


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportPlan:
    """What a person has chosen for an import; between the steps it is kept in the job of the check."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    mode: str = MODES[0]
    key: str = ""
    sheet: str = ""
    create_missing: bool = False
    fixes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, form: MultiDict[str, str], columns: Sequence[str]) -> ImportPlan:
        """Read the choices from the form."""
        chosen = {column: form.get(f"c{number}", "") for number, column in enumerate(columns)}
        mode = form.get("mode", MODES[0])
        return cls(
            mapping={column: target for column, target in chosen.items() if target},
            key=form.get("key", ""),
            mode=mode if mode in MODES else MODES[0],
            sheet=form.get("sheet", ""),
            create_missing=form.get("create_missing") == "1",
        )

    @classmethod
    def of_job(cls, job: JobStatus) -> ImportPlan:
        """Return the choices that a job of ours was started with."""
        given = job.arguments
        mapping = given.get("mapping")
        return cls(
            mapping={str(k): str(v) for k, v in mapping.items()} if isinstance(mapping, Mapping) else {},
            mode=str(given.get("mode") or MODES[0]),
            key=str(given.get("key") or ""),
            sheet=str(given.get("sheet") or ""),
            create_missing=given.get("create_missing") is True,
            fixes={
                str(header): {str(old): str(new) for old, new in values.items()}
                for header, values in _mapping(given.get("fixes")).items()
                if isinstance(values, Mapping)
            },
        )

    def mended(self, form: MultiDict[str, str]) -> ImportPlan:
        """Return the plan with the values that were typed over those that cannot be taken."""
        fixes = {header: dict(values) for header, values in self.fixes.items()}
        for header, old, new in zip(
            form.getlist("header"), form.getlist("old"), form.getlist("new"), strict=False
        ):
            if new.strip() != old:
                fixes.setdefault(header, {})[old] = new.strip()
        return replace(self, fixes=fixes)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule(
        "/records/<entity>/import",
        "import_file",
        lambda entity: choose(site, pages, entity),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/records/<entity>/import/<int:file>",
        "import_columns",
        lambda entity, file: columns(site, pages, entity, file),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/records/<entity>/import/<int:file>/<int:job>",
        "import_result",
        lambda entity, file, job: result(site, pages, entity, file, job),
    )
    made.add_url_rule(
        "/records/<entity>/import/undo/<int:job>",
        "import_undo",
        lambda entity, job: undo(site, pages, entity, job),
        methods=["GET", "POST"],
    )
    made.add_url_rule("/jobs/<int:job>/cancel", "cancel_job", lambda job: cancel(site, job), methods=["POST"])
    made.add_url_rule(
        "/records/<entity>/export.<fmt>", "export", lambda entity, fmt: export(site, entity, fmt)
    )


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
                return go(
                    url_for("web.import_columns", entity=name, file=_taken(site, present, name, upload))
                )
            except PayvandError as refused:
                problem = present.style._(refused.message, **refused.params)
    return pages.show(
        "import_file.html",
        nav=name,
        entity=entity,
        problem=problem,
        recent=_recent(site, present, name),
        formats=[one for one in site.get(FileFormats).of(name) if one.read is not None],
        status=422 if problem else 200,
    )


def _taken(site: Site, present: Visit, name: str, upload: FileStorage) -> int:
    """Keep a file that can be imported and return its id; of one that cannot, nothing stays."""
    number = store_upload(site, present, upload)
    try:
        _exchange(site).inspect(present.reader, number, name, catalog=present.catalog)
    except PayvandError:
        with site.get(Database).unit(present.catalog, present.actor, channel="import") as uow:
            site.get(Files).discard(number, present.actor, uow)
        raise
    return number


def columns(site: Site, pages: Pages, name: str, file: int) -> Response:
    """Step 2: which column means what; posting starts the check, and after it the import with the same choices."""
    present = _importer(site, name)
    if request.form.get("act") == "run":
        return _start(
            site, present, name, file, _plan_of(site, present, request.form.get("job", "")), dry_run=False
        )
    if request.form.get("act") == "mend":
        plan = _plan_of(site, present, request.form.get("job", "")).mended(request.form)
        return _start(site, present, name, file, plan, dry_run=True)
    inspection = _exchange(site).inspect(
        present.reader, file, name, catalog=present.catalog, sheet=request.values.get("sheet", "")
    )
    kept, problem = _plan_of(site, present, request.args.get("job", "")), ""
    if request.method == "POST":
        kept = ImportPlan.read(request.form, [column.name for column in inspection.columns])
        if kept.mapping:
            try:
                return _start(site, present, name, file, kept, dry_run=True)
            except (BadRequest, ValidationFailed) as refused:
                problem = _told(present, refused, inspection)
        else:
            problem = present.style._("Say of at least one column what it means.")
    return pages.show(
        "import_columns.html",
        nav=name,
        entity=present.catalog.entity(name),
        file=file,
        chosen=kept,
        inspection=inspection,
        problem=problem,
        status=422 if problem else 200,
    )


def _told(present: Visit, refused: PayvandError, inspection: Inspection) -> str:
    """Return why the choices cannot be taken, with fields called as the page calls them."""
    labels = {**dict(inspection.keys), **dict(inspection.options)}
    params = {
        name: tuple(labels.get(one, one) for one in value)
        if isinstance(value, tuple)
        else labels.get(str(value), value)
        for name, value in refused.params.items()
    }
    return present.style._(refused.message, **params)


def _plan_of(site: Site, present: Visit, job: str) -> ImportPlan:
    """Return what was chosen for a job of this person; nothing yet where none is named."""
    number = whole(job)
    if number is None:
        return ImportPlan()
    return ImportPlan.of_job(
        site.get(Jobs).status(present.actor, number, everybody=is_administrator(present))
    )


def _start(site: Site, present: Visit, name: str, file: int, plan: ImportPlan, *, dry_run: bool) -> Response:
    """Promise the check, or after it the import itself, which then owns the file."""
    database = site.get(Database)

    def act() -> int:
        with database.unit(present.catalog, present.actor, channel="import") as uow:
            job = _exchange(site).start(
                present.reader,
                file,
                name,
                plan.mapping,
                mode=plan.mode,
                key=plan.key or None,
                dry_run=dry_run,
                uow=uow,
                sheet=plan.sheet,
                create_missing=plan.create_missing,
                fixes=plan.fixes,
            )
            if not dry_run:
                assign_files(uow, [file], OF_JOB, job)
            return job

    return go(url_for("web.import_result", entity=name, file=file, job=database.attempt(act)))


def result(site: Site, pages: Pages, name: str, file: int, job: int) -> Response:
    """Steps 3 and 4: progress, then counts and the rows with problems."""
    present = _importer(site, name)
    status = site.get(Jobs).status(present.actor, job, everybody=is_administrator(present))
    found = status.result or {}
    values: dict[str, Any] = {
        "nav": name,
        "entity": present.catalog.entity(name),
        "file": file,
        "job": status,
        "result": found,
        "dry": status.arguments.get("dry_run") is True,
        "ended": status.state in ("done", "failed", "cancelled"),
        "error_file": _file_of(found.get("error_file")),
        "percent": round(100 * status.done / status.total) if status.total else 0,
        "mendable": _mendable(found),
        "may_undo": _may_undo(site, present, status),
    }
    template = "import_task.html" if request.headers.get("HX-Request") else "import_result.html"
    return pages.show(template, **values)


def _mendable(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what cannot be taken, each value of a column once, with in how many of the rows told it stands."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in result.get("rows") or ():
        for problem in row["problems"] if row["outcome"] == "error" else ():
            if problem.get("value"):
                place = (problem["field"], problem["value"])
                kept = found.setdefault(
                    place, {"header": place[0], "old": place[1], "message": problem["message"], "rows": 0}
                )
                kept["rows"] += 1
    return list(found.values())[:MENDABLE]


def _may_undo(site: Site, present: Visit, status: JobStatus) -> bool:
    with site.get(Database).unit(present.catalog, present.actor, channel="import", reading=True) as uow:
        return _exchange(site).may_undo(present.reader, status, uow)


def _recent(site: Site, present: Visit, name: str) -> list[JobStatus]:
    """Return the imports of the last day, with which somebody comes back to what came of them."""
    with site.get(Database).unit(present.catalog, present.actor, channel="import", reading=True) as uow:
        numbers = _exchange(site).recent(present.reader, name, uow)
    return [site.get(Jobs).status(present.actor, number) for number in numbers]


def undo(site: Site, pages: Pages, name: str, job: int) -> Response:
    """Take an import back: posting names the import and starts the job, whose page tells what came of it."""
    present = _importer(site, name)
    if request.method == "POST":
        database = site.get(Database)

        def act() -> int:
            with database.unit(present.catalog, present.actor, channel="import") as uow:
                return _exchange(site).undo(present.reader, job, uow=uow)

        try:
            return go(url_for("web.import_undo", entity=name, job=database.attempt(act)))
        except Conflict as late:
            target = url_for("web.import_file", entity=name)
            return go(target, present.style._(late.message, **late.params))
    status = site.get(Jobs).status(present.actor, job)
    if "import" not in status.arguments:
        raise NotFound
    return pages.show(
        "import_undo_task.html" if request.headers.get("HX-Request") else "import_undo.html",
        nav=name,
        entity=present.catalog.entity(name),
        entities=present.catalog.entities,
        job=status,
        result=status.result or {},
        ended=status.state in ("done", "failed", "cancelled"),
    )


def _file_of(path: Json) -> int | None:
    """Return the number of the file that a path of the API ends with."""
    return whole(str(path or "").rpartition("/")[2])


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
    """Send what the list shows, or all that is told of its records, in the reader's language and calendar."""
    present = visit().require()
    catalog, actor = present.catalog, present.actor
    access = site.get(Access)
    access.require(actor, name, "export", catalog)
    entity = catalog.entity(name)
    view = site.get(ListViews).of(actor, entity, catalog)
    state = ListState.read(request.args)
    chosen = tuple(c for c in state.columns if c in view.choices) or view.columns
    query = build_query(state, view, entity, chosen, site.get(FieldTypes), context_of(site, present))
    if request.args.get("everything") == "1":
        query = replace(query, fields=("*",))
    file_name, mime, pieces = _exchange(site).export(
        actor, name, query, fmt, catalog=catalog, style=present.style
    )
    response = Response(pieces, headers=dict(download_headers(file_name, mime)))
    response.content_length = pieces.size
    return response
