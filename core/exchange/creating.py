"""New records of an import: what is there already, in the database or earlier in the file, is left out."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import Problem
from core.exchange.duplicates import Known
from core.exchange.outcome import CREATED, DUPLICATE, ERROR, Outcome
from core.exchange.plan import ImportPlan
from core.exchange.row_reading import ReadRow
from core.exchange.targets import EXTERNAL, EXTERNAL_ID
from core.exchange.writing import create_rows
from core.kernel.site import Site
from core.records.matching import Matching
from core.records.service import Records
from core.storage import UnitOfWork

Twin = tuple[str, int]
"""The field that shows a row to be the same as another, and the number of that row or record."""


class Creator:
    """Creates records of rows that are the same as nothing else; a duplicate is never merged."""

    def __init__(self, site: Site, plan: ImportPlan) -> None:
        self._plan = plan
        self._records = site.get(Records)
        self._matching = site.get(Matching)
        self._seen = Known(plan.identity)
        self._new: list[ReadRow] = []
        self._external: dict[str, int] = {}

    def write(self, rows: Sequence[ReadRow], outcome: Outcome, uow: UnitOfWork) -> None:
        """Create what is new."""
        waiting = self._leave_out_imported(rows, outcome, uow)
        present = self._find_twins(waiting, uow)
        while waiting:
            batch, twins = self._sift(waiting, present, outcome)
            create_rows(batch, self._records, self._plan, uow)
            failed = self._count(batch, outcome)
            # A row was left out for the sake of one that could not be written after all: its turn has come.
            waiting = [row for row, (_, number) in twins if number in failed]
            for row, twin in twins:
                if twin[1] not in failed:
                    self._leave_out(row, "Row {number} of the file has the same {field}.", twin, outcome)

    def recognise(self, row: ReadRow) -> None:
        """Know a row again that was written before."""
        self._seen.add(row.number, row.compared)
        if _external(row):
            self._external.setdefault(_external(row), row.number)

    def settle(self) -> None:
        """Keep what was learned."""
        self._new = []

    def forget(self) -> None:
        """Forget what was learned since `settle`."""
        for row in self._new:
            self._unlearn(row)
        self._new = []

    def _learn(self, row: ReadRow) -> None:
        """Know a row of the file that is being written."""
        self.recognise(row)
        self._new.append(row)

    def _unlearn(self, row: ReadRow) -> None:
        """Know a row no more: it was not written after all."""
        self._seen.forget(row.number, row.compared)
        if self._external.get(_external(row)) == row.number:
            del self._external[_external(row)]

    def _leave_out_imported(
        self, rows: Sequence[ReadRow], outcome: Outcome, uow: UnitOfWork
    ) -> list[ReadRow]:
        """Return the rows whose id in the other program is new, or was not known before this file."""
        known = self._plan.external.find([*filter(None, map(_external, rows))], (), uow)
        new: list[ReadRow] = []
        for row in rows:
            key = _external(row)
            if key not in known or key in self._external:
                new.append(row)
                continue
            twin = (EXTERNAL_ID, int(str(known[key]["id"])))
            self._leave_out(
                row, "The record {number} was made of this row by an earlier import.", twin, outcome
            )
        return new

    def _sift(
        self, rows: Sequence[ReadRow], present: Known, outcome: Outcome
    ) -> tuple[list[ReadRow], list[tuple[ReadRow, Twin]]]:
        """Return the rows to write, and those that are the same as an earlier row of the file."""
        batch: list[ReadRow] = []
        twins: list[tuple[ReadRow, Twin]] = []
        for row in rows:
            # The file first: so a dry run, which leaves no records behind, tells the same.
            earlier = self._earlier(row)
            there = None if earlier else present.twin(row.compared)
            if earlier:
                twins.append((row, earlier))
            elif there:
                self._leave_out(row, "The record {number} has the same {field} already.", there, outcome)
            else:
                batch.append(row)
                self._learn(row)
        return batch, twins

    def _earlier(self, row: ReadRow) -> Twin | None:
        """Return the earlier row of the file that a row is the same as."""
        number = self._external.get(_external(row))
        return self._seen.twin(row.compared) if number is None else (EXTERNAL_ID, number)

    def _count(self, batch: Sequence[ReadRow], outcome: Outcome) -> set[int]:
        """Count what was written; return the numbers of the rows that were refused."""
        failed: set[int] = set()
        for row in batch:
            if row.problems:
                failed.add(row.number)
                outcome.leave_out(row.number, ERROR, row.problems, self._plan.style)
                self._unlearn(row)
            else:
                outcome.count(CREATED)
        return failed

    def _find_twins(self, rows: Sequence[ReadRow], uow: UnitOfWork) -> Known:
        """Return the visible records that could be the same as one of the rows."""
        plan = self._plan
        wanted: dict[str, list[object]] = {name: [] for name in plan.identity.fields}
        for row in rows:
            for name in plan.identity.asked(row.compared):
                wanted[name].append(row.keys[name])
        found = Known(plan.identity)
        for record in self._matching.find(
            plan.actor, plan.entity.name, wanted, plan.identity.fields, uow=uow
        ):
            found.add(int(str(record["id"])), plan.identity.compared(record))
        return found

    def _leave_out(self, row: ReadRow, message: str, twin: Twin, outcome: Outcome) -> None:
        name, number = twin
        style = self._plan.style
        spec = EXTERNAL if name == EXTERNAL_ID else self._plan.entity.fields[name]
        problem = Problem(
            code="duplicate",
            message=message,
            field=self._plan.headers.get(name),
            params={"number": number, "field": style.label(spec.label)},
        )
        outcome.leave_out(row.number, DUPLICATE, [problem], style)


def _external(row: ReadRow) -> str:
    """Return by what another program knows a row, empty where it does not say."""
    return str(row.keys.get(EXTERNAL_ID, ""))
