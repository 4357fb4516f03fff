"""The order of text in PostgreSQL: one function, replaced when a module brings another collation."""

from __future__ import annotations

import sqlalchemy as sa

from core.i18n.collation import Collation, sort_key_ddl
from core.storage.index_ddl import drop_index
from core.storage.kernel_tables import index as index_table
from core.storage.unit import UnitOfWork, driver_of


def apply_collation(collation: Collation, uow: UnitOfWork) -> bool:
    """Make the function order by ``collation``; tell whether that was a change.

    Indexes in the old order would answer wrongly: they are removed with the change and recorded as pending.
    """
    statement = sort_key_ddl(collation)
    body: sa.Select[tuple[str]] = (
        sa.select(sa.column("prosrc"))
        .select_from(sa.table("pg_proc"))
        .where(sa.column("proname") == "sort_key")
    )
    if str(uow.execute(body).scalar_one()) in statement:
        return False
    ordered = index_table.c.kind == "order"
    names = uow.connection.scalars(sa.select(index_table.c.name).where(ordered)).all()
    for name in names:
        uow.execute(drop_index(name))
    uow.execute(
        sa.update(index_table).where(ordered).values(state="pending", problem="", set_at=sa.func.now())
    )
    driver_of(uow.connection).execute(statement)
    return True
