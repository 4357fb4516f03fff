"""The import as a job: chunk by chunk, each committed with its checkpoint, so that every row is written once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import islice

import sqlalchemy as sa

from core.exchange.chunk import ChunkWriter
from core.exchange.opening import find_upload, open_upload
from core.exchange.outcome import SHOWN_ROWS, Note, Outcome
from core.exchange.plan import ImportPlan, Request, make_plan
from core.exchange.problem_file import write_problem_file
from core.exchange.remembering import fingerprint
from core.exchange.sheets import XLSX
from core.exchange.table import Row
from core.files import OF_JOB, Files, assign_files
from core.jobs import JobContext
from core.metadata.specs import Json
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import job_note

CHUNK = 500
"""Rows that are committed together."""

DOWNLOAD = "/api/v1/files/{id}"


def run_import(context: JobContext) -> Mapping[str, Json]:
    """Import a file; called again after a crash, go on behind the last row that was committed."""
    request = Request.of_arguments(context.arguments)
    site, files = context.site, context.site.get(Files)
    with site.get(Database).reading() as reader:
        upload = find_upload(context.actor, request.file, files=files, reader=reader)
    with files.open(upload) as file:
        table = open_upload(site, file, upload.name, request.entity, request.sheet)
        plan = make_plan(site, request, context.actor, site.get(Catalogs).current(), table)
        return _Import(context, plan, upload.name).run()


def cause_of(job: int) -> str:
    """Return the cause that the history names for what an import writes."""
    return f"import:{job}"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector from going through rows that are all still needed: a third of the time went there."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Undone(Exception):
    """Raised to take back what a dry run has written."""


class _Import:
    """One run of an import."""

    def __init__(self, context: JobContext, plan: ImportPlan, name: str) -> None:
        self._context = context
        self._plan = plan
        self._name = name
        self._database = context.site.get(Database)
        self._writer = ChunkWriter(context.site, plan)
        self._done = 0
        self._total = Outcome()

    def run(self) -> Mapping[str, Json]:
        """Write what is not written yet, and tell what became of every row."""
        table, context = self._plan.table, self._context
        total = table.about()
        rows = table.rows()
        if context.checkpoint and not self._plan.request.dry_run:
            self._resume(context.checkpoint)
            self._recognise(list(islice(rows, self._done)))
        while chunk := list(islice(rows, CHUNK)):
            context.report(self._done, total)
            with _undisturbed():
                outcome = self._database.attempt(partial(self._chunk, chunk))
            self._writer.settle()
            self._total.add(outcome)
            self._done += len(chunk)
        context.report(self._done, self._done)
        return self._result()

    # Chunks

    def _chunk(self, rows: Sequence[Row]) -> Outcome:
        with self._unit() as uow:
            if self._plan.request.dry_run:
                return self._tried(rows, uow)
            outcome = self._writer.write(rows, uow)
            if outcome.notes:
                uow.execute(
                    sa.insert(job_note),
                    [
                        {"job": self._context.id, "place": note.row, "body": note.as_json()}
                        for note in outcome.notes
                    ],
                )
            counts = {name: count + outcome.counts[name] for name, count in self._total.counts.items()}
            done = self._done + len(rows)
            self._context.keep(uow, {"done": done, "counts": counts}, done=done)
        return outcome

    def _tried(self, rows: Sequence[Row], uow: UnitOfWork) -> Outcome:
        """Write and take it back: what a dry run tells is what would happen."""
        outcome = Outcome()
        try:
            with uow.savepoint():
                outcome = self._writer.write(rows, uow)
                raise _Undone
        except _Undone:
            return outcome

    def _unit(self) -> AbstractContextManager[UnitOfWork]:
        return self._database.unit(
            self._plan.catalog, self._plan.actor, channel="import", cause=cause_of(self._context.id)
        )

    # After a crash

    def _resume(self, checkpoint: Mapping[str, Json]) -> None:
        counts = checkpoint.get("counts")
        self._done = int(str(checkpoint.get("done", 0)))
        if isinstance(counts, Mapping):
            self._total.counts.update({name: int(str(count)) for name, count in counts.items()})

    def _recognise(self, rows: Sequence[Row]) -> None:
        """Know the rows again that an earlier run has written, so that their duplicates are found."""
        left_out = {note.row for note in self._notes()}
        written = [row for row in rows if row[0] not in left_out]
        for start in range(0, len(written), CHUNK):
            with self._unit() as uow:
                self._writer.recognise(written[start : start + CHUNK], uow)

    def _notes(self) -> list[Note]:
        if self._plan.request.dry_run:
            return self._total.notes
        with self._unit() as uow:
            bodies = uow.execute(
                sa.select(job_note.c.body)
                .where(job_note.c.job == self._context.id)
                .order_by(job_note.c.place)
            ).scalars()
            return [Note.of_json(body) for body in bodies]

    # The end

    def _result(self) -> Mapping[str, Json]:
        notes = self._notes()
        file_id = self._store(notes) if notes else None
        return {
            **self._total.counts,
            "dry_run": self._plan.request.dry_run,
            "error_file": None if file_id is None else DOWNLOAD.format(id=file_id),
            "error_file_id": file_id,
            "source": self._plan.table.source,
            "header": fingerprint(self._plan.entity.name, self._plan.table.header),
            "mapping": {one.header: one.target.path for one in self._plan.assignments},
            "rows": [note.as_json() for note in notes[:SHOWN_ROWS]],
        }

    def _store(self, notes: Sequence[Note]) -> int:
        style = self._plan.style
        stem = self._name.rpartition(".")[0] or self._name
        with write_problem_file(self._plan.table, notes, style) as file, self._unit() as uow:
            name = style._("{name} - to correct", name=stem) + ".xlsx"
            number = self._context.site.get(Files).store(
                file, name, self._plan.actor, uow, mime=XLSX, limit=2**30
            )
            assign_files(uow, [number], OF_JOB, self._context.id)
        return number
