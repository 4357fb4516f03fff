"""New records of an import: what is there already, in the database or earlier in the file, is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.errors import Problem
from core.exchange.duplicates import Known
from core.exchange.outcome import CREATED, DUPLICATE, ERROR, Outcome
from core.exchange.plan import ImportPlan
from core.exchange.row_reading import ReadRow
from core.exchange.writing import write_rows
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
        self._new: list[tuple[int, Mapping[str, str]]] = []

    def write(self, rows: Sequence[ReadRow], outcome: Outcome, uow: UnitOfWork) -> None:
        """Create what is new."""
        present = self._find_twins(rows, uow)
        waiting = list(rows)
        while waiting:
            batch, twins = self._sift(waiting, present, outcome)
            self._create(batch, uow)
            failed = self._count(batch, outcome)
            # A row was left out for the sake of one that could not be written after all: its turn has come.
            waiting = [row for row, (_, number) in twins if number in failed]
            for row, twin in twins:
                if twin[1] not in failed:
                    self._leave_out(row, "Row {number} of the file has the same {field}.", twin, outcome)

    def recognise(self, row: ReadRow) -> None:
        """Know a row again that was written before."""
        self._seen.add(row.number, row.compared)

    def settle(self) -> None:
        """Keep what was learned."""
        self._new = []

    def forget(self) -> None:
        """Forget what was learned since `settle`."""
        for number, keys in self._new:
            self._seen.forget(number, keys)
        self._new = []

    def _create(self, rows: Sequence[ReadRow], uow: UnitOfWork) -> None:
        plan = self._plan
        write_rows(
            rows,
            lambda group: self._records.create(
                plan.actor, plan.entity.name, [row.record() for row in group], uow=uow, parsed=True
            ),
            uow,
            plan.headers,
        )

    def _sift(
        self, rows: Sequence[ReadRow], present: Known, outcome: Outcome
    ) -> tuple[list[ReadRow], list[tuple[ReadRow, Twin]]]:
        """Return the rows to write, and those that are the same as an earlier row of the file."""
        batch: list[ReadRow] = []
        twins: list[tuple[ReadRow, Twin]] = []
        for row in rows:
            keys = row.compared
            # The file first: so a dry run, which leaves no records behind, tells the same.
            earlier = self._seen.twin(keys)
            there = None if earlier else present.twin(keys)
            if earlier:
                twins.append((row, earlier))
            elif there:
                self._leave_out(row, "The record {number} has the same {field} already.", there, outcome)
            else:
                batch.append(row)
                self._seen.add(row.number, keys)
                self._new.append((row.number, keys))
        return batch, twins

    def _count(self, batch: Sequence[ReadRow], outcome: Outcome) -> set[int]:
        """Count what was written; return the numbers of the rows that were refused."""
        failed: set[int] = set()
        for row in batch:
            if row.problems:
                failed.add(row.number)
                outcome.leave_out(row.number, ERROR, row.problems, self._plan.style)
                self._seen.forget(row.number, row.compared)
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

    def _leave_out(self, row: ReadRow, sentence: str, twin: Twin, outcome: Outcome) -> None:
        name, number = twin
        style, spec = self._plan.style, self._plan.entity.fields[name]
        problem = Problem(
            code="duplicate",
            message=sentence,
            field=self._plan.headers.get(name),
            params={"number": number, "field": style.label(spec.label)},
        )
        outcome.leave_out(row.number, DUPLICATE, [problem], style)
