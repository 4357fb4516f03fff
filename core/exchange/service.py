"""`Exchange`: the way of records in and out of files, for screens, API and command line alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from itertools import islice

from core.access import Access
from core.exchange.exporting import export_records
from core.exchange.inspection import Column, Inspection, Option
from core.exchange.mending import read_fixes
from core.exchange.opening import find_upload, look_at, open_upload
from core.exchange.plan import Request, check_request, guessed
from core.exchange.remembering import remembered
from core.exchange.table import Cell, Table
from core.exchange.targets import EMBEDDED, find_keys, find_targets
from core.exchange.undoing import is_undoable, recent_imports, start_undo, undo_of
from core.exchange.whole import Whole
from core.fields import FieldRefused
from core.files import OF_JOB, Files, assign_files
from core.i18n import Localization, Style
from core.jobs import Jobs, JobStatus
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.records.query import Query
from core.storage import Database, UnitOfWork

TASK = "exchange.import"
SAMPLES = 5


class Exchange:
    """Imports and exports of one site. ``site.get(Exchange)`` makes it on first use: web processes start without it.

    The result of an import job is ``{created, updated, skipped, duplicates, errors, error_file, rows}``:
    ``error_file`` is the path from which the rows that were left out can be downloaded (None without any) and
    ``error_file_id`` its file; ``rows`` holds the first 200 of them as ``{row, outcome, problems: [{field, code,
    message, value}]}``. ``row`` is the number that the spreadsheet shows, ``outcome`` error or duplicate, ``field`` the
    header of the column (None: the row as a whole), ``value`` what stands there, which ``fixes`` may mend.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    def inspect(
        self, actor: Actor, file_id: int, entity: str, *, catalog: Catalog, sheet: str = ""
    ) -> Inspection:
        """Return what an uploaded file holds and what its columns probably mean; refuse one that cannot be read."""
        access, files, localization = (
            self._site.get(Access),
            self._site.get(Files),
            self._site.get(Localization),
        )
        access.require(actor, entity, "import", catalog)
        with self._site.get(Database).reading() as reader:
            upload = find_upload(actor, file_id, files=files, reader=reader)
        style = localization.style(actor.preferences, self._site.settings)
        targets = find_targets(actor, entity, catalog, access)
        keys = find_keys(catalog.entity(entity), targets)
        with files.open(upload) as file:
            table = open_upload(self._site, file, upload.name, entity, sheet)
            with self._site.get(Database).reading() as reader:
                guesses = remembered(actor, entity, table.header, targets, reader)
            guesses = guesses or guessed(table, targets, localization)
            return Inspection(
                file=upload.id,
                name=upload.name,
                sheets=table.sheets,
                sheet=table.sheet,
                source=style.label(table.label),
                columns=_columns(table, guesses, style),
                rows=sum(1 for _ in table.rows()),
                options=tuple(
                    Option(path, target.label(style))
                    for path, target in targets.items()
                    if target.spec.type not in EMBEDDED or path in table.columns.values()
                ),
                keys=tuple(
                    Option(path, targets[path].label(style) if path in targets else style.label(spec.label))
                    for path, spec in keys.items()
                ),
            )

    def start(
        self,
        actor: Actor,
        file_id: int,
        entity: str,
        mapping: Mapping[str, str] | None = None,
        *,
        mode: str = "create",
        key: str | None = None,
        dry_run: bool = False,
        uow: UnitOfWork,
        sheet: str = "",
        create_missing: bool = False,
        fixes: Mapping[str, Mapping[str, str]] | None = None,
        language: str = "",
    ) -> int:
        """Promise an import and return the id of its job.

        ``mapping`` is {header: target path}, None takes the guessed one; ``mode`` is create, update or upsert, the
        latter two find records by ``key``, a target path. ``create_missing`` makes records that references name by
        a title nobody has; without it such rows are refused. ``fixes`` is {header: {what stands there: what is meant}}.
        ``language`` is that of the file and of the reasons, for people who have chosen none.
        """
        files = self._site.get(Files)
        request = Request(
            file=file_id,
            entity=entity,
            mapping=mapping,
            mode=mode,
            sheet=sheet,
            dry_run=dry_run,
            key=key if mode != "create" else None,
            create_missing=create_missing,
            fixes=read_fixes(fixes),
            language=actor.preferences.language or language,
        )
        check_request(request, actor, uow.catalog, self._site.get(Access))
        upload = find_upload(actor, file_id, files=files, reader=uow.reader)
        with files.open(upload) as file:
            look_at(self._site, file, upload.name, entity)
        job = self._site.get(Jobs).defer(uow, TASK, request.as_arguments())
        assign_files(uow, [file_id], OF_JOB, job)
        return job

    def undo(self, actor: Actor, job: int, *, uow: UnitOfWork) -> int:
        """Promise to take an import back, for a day after its end, and return the id of the job that does it.

        Its result is ``{import, deleted, restored, kept, rows}``: ``rows`` are the first 200 records that stay as they
        are, or some fields of them, as ``{entity, id, fields, reason}``.
        """
        return start_undo(self._site, actor, job, uow=uow)

    def recent(self, actor: Actor, entity: str, uow: UnitOfWork) -> list[int]:
        """Return the actor's imports of an entity of the last day, the newest first."""
        return recent_imports(actor, entity, uow)

    def may_undo(self, actor: Actor, job: JobStatus, uow: UnitOfWork) -> bool:
        """Tell whether an import can still be taken back."""
        return is_undoable(self._site, job) and undo_of(actor, job.id, uow) is None

    def export(
        self, actor: Actor, entity: str, query: Query, fmt: str, *, catalog: Catalog, style: Style
    ) -> tuple[str, str, Whole]:
        """Return file name, MIME type and the whole content of what a list shows, without its page limit: csv, xlsx or a kind that a module writes."""
        return export_records(self._site, actor, entity, query, fmt, catalog=catalog, style=style)


def _columns(table: Table, guesses: Mapping[str, str], style: Style) -> tuple[Column, ...]:
    rows = [cells for _, cells in islice(table.rows(), 200)]
    return tuple(
        Column(
            name=name,
            guess=guesses.get(name),
            samples=tuple(
                islice((_sample(cells[place], style) for cells in rows if cells[place] is not None), SAMPLES)
            ),
        )
        for place, name in enumerate(table.header)
    )


def _sample(cell: Cell, style: Style) -> str:
    """Return a cell as a person reads it: text as it stands, typed cells in the reader's way."""
    text = _shown(cell, style)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _shown(cell: Cell, style: Style) -> str:
    match cell:
        case dt.datetime():
            return style.datetime_digits(cell if cell.tzinfo else cell.replace(tzinfo=style.zone))
        case dt.date():
            return style.date_digits(cell)
        case bytes():
            return f"{len(cell) // 1024 + 1} kB"
        case FieldRefused():
            return style.problem(cell.problem(""))
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)
