"""Values that follow from others, brought up to date in records that nobody writes: what new definitions ask for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from core.records.rollups import RollUps
from core.records.work import Work


class Filling:
    """Fills records in the order of their ids; like a roll-up it moves neither version nor history."""

    def __init__(self, rollups: RollUps) -> None:
        self._rollups = rollups

    def fill(self, work: Work, after: int, limit: int, keyed: Collection[str]) -> Sequence[int]:
        """Fill the next records behind ``after``, the trash included; return their ids, none at the end."""
        table = work.conditions.tables.of(work.plan.entity)
        found = work.uow.execute(
            sa.select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(limit)
        )
        ids = list(found.scalars())
        if ids:
            self._rollups.refresh(work, ids, keyed)
        return ids

    def fill_these(self, work: Work, ids: Sequence[int]) -> None:
        """Fill these records, the trash included."""
        if ids:
            self._rollups.refresh(work, ids, ())

    def drifted(self, work: Work, after: int, limit: int) -> Sequence[int]:
        """Return the next records behind ``after`` whose roll-ups hold other values than they would be given now."""
        return self._rollups.drifted(work, after, limit)
