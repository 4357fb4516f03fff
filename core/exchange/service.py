"""`Exchange`: the way of records in and out of files, for screens, API and command line alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import islice

from core.access import Access
from core.exchange.exporting import export_records
from core.exchange.inspection import Column, Inspection, Option
from core.exchange.opening import find_upload, look_at, open_table
from core.exchange.plan import Request, check_request, guessed
from core.exchange.table import Cell, Table
from core.exchange.targets import find_keys, find_targets
from core.files import OF_JOB, Files, assign_files
from core.i18n import Localization, Style
from core.jobs import Jobs
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
    message}]}``. ``row`` is the number that the spreadsheet shows, ``outcome`` error or duplicate, ``field`` the
    header of the column (None: the row as a whole).
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
            table = open_table(file, upload.name, sheet)
            guesses = guessed(table, targets, localization)
            return Inspection(
                file=upload.id,
                name=upload.name,
                sheets=table.sheets,
                sheet=table.sheet,
                columns=_columns(table, guesses, style),
                rows=sum(1 for _ in table.rows()),
                options=tuple(Option(path, target.label(style)) for path, target in targets.items()),
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
    ) -> int:
        """Promise an import and return the id of its job.

        ``mapping`` is {header: target path}, None takes the guessed one; ``mode`` is create, update or upsert, the
        latter two find records by ``key``, a target path. ``create_missing`` makes records that references name by
        a title nobody has; without it such rows are refused.
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
            language=actor.preferences.language,
        )
        check_request(request, actor, uow.catalog, self._site.get(Access))
        upload = find_upload(actor, file_id, files=files, reader=uow.reader)
        with files.open(upload) as file:
            look_at(file)
        job = self._site.get(Jobs).defer(uow, TASK, request.as_arguments())
        assign_files(uow, [file_id], OF_JOB, job)
        return job

    def export(
        self, actor: Actor, entity: str, query: Query, fmt: str, *, catalog: Catalog, style: Style
    ) -> tuple[str, str, Iterator[bytes]]:
        """Return file name, MIME type and content of what a list shows, without its page limit; csv or xlsx."""
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
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)
