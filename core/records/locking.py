"""Locking records, so that what is decided by their values holds till the end of the unit of work."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from core.records.statements import one_of
from core.storage import Tables, UnitOfWork


def lock_records(uow: UnitOfWork, tables: Tables, entity: str, ids: Sequence[int]) -> None:
    """Lock records of an entity, in the order of their ids; whoever wants the same one waits."""
    table = tables.of(uow.catalog.entity(entity))
    select = sa.select(table.c.id).where(table.c.id == one_of()).order_by(table.c.id)
    uow.execute(select.with_for_update(key_share=True), {"ids": sorted(ids)})
