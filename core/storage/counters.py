"""Numbers without gaps or doubles: one row a sequence and period, locked until the transaction ends."""

from __future__ import annotations

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
