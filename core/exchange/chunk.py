"""Some rows of an import in one transaction: read, looked up, held against what is there, written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.exchange.creating import Creator
from core.exchange.outcome import ERROR, Outcome
from core.exchange.plan import ImportPlan
from core.exchange.row_reading import ReadRow
from core.exchange.table import Row
from core.exchange.updating import Updater
from core.expressions import Env
from core.kernel.site import Site
from core.storage import UnitOfWork


class ChunkWriter:
    """Writes chunks of rows, and remembers across them what the file has held so far.

    What a chunk learns counts once `settle` says that it is committed; a chunk that is tried again forgets it.
    """

    def __init__(self, site: Site, plan: ImportPlan) -> None:
        self._plan = plan
        self._way = Creator(site, plan) if plan.key_field is None else Updater(site, plan, plan.key_field)
        self._made: Mapping[tuple[str, str, str], int] = {}

    def write(self, rows: Sequence[Row], uow: UnitOfWork) -> Outcome:
        """Write what can be written; tell what became of each row."""
        self._way.forget()
        outcome = Outcome()
        good = []
        for row in self._read(rows, uow):
            if row.problems:
                outcome.leave_out(row.number, ERROR, row.problems, self._plan.style)
            else:
                good.append(row)
        self._way.write(good, outcome, uow)
        outcome.notes.sort(key=lambda note: note.row)
        self._tell(outcome, rows)
        return outcome

    def _tell(self, outcome: Outcome, rows: Sequence[Row]) -> None:
        """Tell with the problems of a row the values at which they were found."""
        mender, by_number = self._plan.mender, dict(rows)
        outcome.notes = [
            replace(
                note, problems=mender.tell(note.problems, mender.mended((note.row, by_number[note.row]))[1])
            )
            for note in outcome.notes
        ]

    def settle(self) -> None:
        """Keep what the last chunk has taught: it is committed, or counted as if it were."""
        if not self._plan.request.dry_run:
            self._plan.references.remember(self._made)
        self._way.settle()

    def recognise(self, rows: Sequence[Row], uow: UnitOfWork) -> None:
        """Know rows again that were written before the import was interrupted."""
        for row in self._read(rows, uow):
            self._way.recognise(row)
        self.settle()

    def _read(self, rows: Sequence[Row], uow: UnitOfWork) -> list[ReadRow]:
        plan, self._made = self._plan, {}
        read = [plan.reader.read(*plan.mender.mended(row)) for row in rows]
        if any(row.named for row in read):
            plan.references.look_up((one for row in read for one in row.names()), uow)
            self._made = plan.references.make_missing(
                (one for row in read if not row.problems for one in row.names()), uow
            )
        env = Env(
            user=uow.actor.id,
            team=uow.actor.team,
            teams=uow.actor.teams,
            now=uow.now,
            today=uow.today,
            old=None,
        )
        for row in read:
            plan.reader.settle(row, self._made)
            plan.identity.complete(row.values, row.keys, env)
            row.compared = plan.identity.compared(row.keys)
        return read
