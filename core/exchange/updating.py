"""Records that are there, found by a key and brought up to date; what is not there is created, if that was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.errors import Problem
from core.exchange.outcome import CREATED, DUPLICATE, ERROR, SKIPPED, UPDATED, Outcome
from core.exchange.plan import ImportPlan
from core.exchange.present import PresentFormatting, PresentLines
from core.exchange.row_reading import ReadRow
from core.exchange.targets import EXTERNAL_ID
from core.exchange.writing import create_rows, write_rows
from core.fields import FieldTypes
from core.kernel.site import Site
from core.metadata.specs import FieldSpec
from core.records.change import Saved
from core.records.matching import Matching
from core.records.service import Records
from core.storage import UnitOfWork

Record = Mapping[str, object]

NO_KEY = Problem(code="no_key", message="The row has no value by which its record could be found.")
NOT_THERE = Problem(code="not_there", message="There is no record with this value.")
SEVERAL = Problem(code="several_records", message="There are several records with this value.")


class Updater:
    """Updates records by a key field; empty cells leave a record's values as they are."""

    def __init__(self, site: Site, plan: ImportPlan, key: FieldSpec) -> None:
        self._plan = plan
        self._key = key
        self._types = site.get(FieldTypes)
        self._records = site.get(Records)
        self._matching = site.get(Matching)
        self._lines = PresentLines(site, plan)
        self._formatting = PresentFormatting(site, plan)
        self._seen: dict[str, int] = {}
        self._new: list[str] = []

    def write(self, rows: Sequence[ReadRow], outcome: Outcome, uow: UnitOfWork) -> None:
        """Update what is there, and create the others where the mode says so."""
        keyed = self._keyed(rows, outcome)
        found = self._find(keyed, uow)
        known: list[tuple[ReadRow, Record]] = []
        new: list[ReadRow] = []
        for key, row in keyed.items():
            records = found.get(key, ())
            if len(records) == 1:
                known.append((row, records[0]))
            elif not records and self._plan.request.mode == "upsert":
                new.append(row)
            else:
                self._refuse(row, SEVERAL if records else NOT_THERE, outcome)
        self._update(known, outcome, uow)
        self._create(new, outcome, uow)

    def recognise(self, row: ReadRow) -> None:
        """Know a row again that was written before."""
        key = self._compared(row.keys)
        if key is not None:
            self._seen[key] = row.number

    def settle(self) -> None:
        """Keep what was learned."""
        self._new = []

    def forget(self) -> None:
        """Forget what was learned since `settle`."""
        for key in self._new:
            self._seen.pop(key, None)
        self._new = []

    def _keyed(self, rows: Sequence[ReadRow], outcome: Outcome) -> dict[str, ReadRow]:
        """Return the rows by their keys; of several with the same key the first counts."""
        keyed: dict[str, ReadRow] = {}
        for row in rows:
            key = self._compared(row.keys)
            if key is None:
                self._refuse(row, NO_KEY, outcome)
            elif key in self._seen:
                style = self._plan.style
                outcome.leave_out(
                    row.number,
                    DUPLICATE,
                    [
                        Problem(
                            code="duplicate",
                            message="Row {number} of the file has the same {field}.",
                            field=self._header,
                            params={"number": self._seen[key], "field": style.label(self._key.label)},
                        )
                    ],
                    style,
                )
            else:
                keyed[key] = row
                self._seen[key] = row.number
                self._new.append(key)
        return keyed

    def _compared(self, values: Mapping[str, object]) -> str | None:
        value = values.get(self._key.name)
        if value is None or self._key.system:
            return None if value is None else str(value)
        return self._types.get(self._key.type).key(self._key, value)

    def _find(self, keyed: Mapping[str, ReadRow], uow: UnitOfWork) -> dict[str, list[Record]]:
        plan = self._plan
        shown = [a.target.shows for a in plan.assignments if a.target.line and a.target.shows]
        if self._key.name == EXTERNAL_ID:
            keys = [str(row.keys[EXTERNAL_ID]) for row in keyed.values()]
            return {key: [one] for key, one in plan.external.find(keys, shown, uow).items()}
        shown.insert(0, self._key.name)
        wanted = {self._key.name: [row.keys[self._key.name] for row in keyed.values()]}
        found: dict[str, list[Record]] = {}
        for record in self._matching.find(plan.actor, plan.entity.name, wanted, shown, uow=uow):
            key = self._compared(record)
            if key is not None:
                found.setdefault(key, []).append(record)
        return found

    def _update(self, known: Sequence[tuple[ReadRow, Record]], outcome: Outcome, uow: UnitOfWork) -> None:
        self._lines.leave_out_present(known, uow)
        self._formatting.keep(known, uow)
        ids = {row.number: int(str(record["id"])) for row, record in known}
        saved: dict[int, Saved] = {}

        def write(group: Sequence[ReadRow]) -> None:
            values = {ids[row.number]: self._plan.files.kept(row.record(), uow) for row in group}
            done = self._records.update_many(
                self._plan.actor, self._plan.entity.name, values, uow=uow, parsed=True, merge_lists=True
            )
            saved.update({one.id: one for one in done})

        write_rows([row for row, _ in known], write, uow, self._plan.headers)
        for row, _ in known:
            if row.problems:
                outcome.leave_out(row.number, ERROR, row.problems, self._plan.style)
            else:
                outcome.count(UPDATED if saved[ids[row.number]].changed or row.lines else SKIPPED)

    def _create(self, rows: Sequence[ReadRow], outcome: Outcome, uow: UnitOfWork) -> None:
        create_rows(rows, self._records, self._plan, uow)
        for row in rows:
            if row.problems:
                outcome.leave_out(row.number, ERROR, row.problems, self._plan.style)
            else:
                outcome.count(CREATED)

    def _refuse(self, row: ReadRow, problem: Problem, outcome: Outcome) -> None:
        outcome.leave_out(
            row.number,
            ERROR,
            [Problem(code=problem.code, message=problem.message, field=self._header)],
            self._plan.style,
        )

    @property
    def _header(self) -> str | None:
        return self._plan.headers.get(self._key.name)
