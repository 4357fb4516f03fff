"""Numbers without gaps or doubles: one row a sequence and period, locked until the transaction ends."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.storage.kernel_tables import sequence as sequence_table
from core.storage.unit import UnitOfWork


def next_number(uow: UnitOfWork, name: str, period: str, count: int = 1) -> int:
    """Take ``count`` numbers and return the first; whoever wants more of the same waits for this transaction.

    A rolled back transaction gives its numbers back, so there are no gaps.
    """
    taken = sa.func.greatest(sequence_table.c.next, 1) + count
    statement = insert(sequence_table).values(name=name, period=period, next=1 + count)
    statement = statement.on_conflict_do_update(index_elements=["name", "period"], set_={"next": taken})
    return int(uow.execute(statement.returning(sequence_table.c.next)).scalar_one()) - count


def latest_day(uow: UnitOfWork, name: str) -> date | None:
    """Return the latest date that a number of this sequence stands on, in any period."""
    c = sequence_table.c
    found: date | None = uow.execute(sa.select(sa.func.max(c.last_day)).where(c.name == name)).scalar_one()
    return found


def keep_day(uow: UnitOfWork, name: str, period: str, day: date) -> None:
    """Remember on which date the last number of a period stands."""
    c = sequence_table.c
    uow.execute(sa.update(sequence_table).where(c.name == name, c.period == period).values(last_day=day))
