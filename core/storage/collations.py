"""The order of text in PostgreSQL: one function, replaced when a module brings another collation."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from core.i18n.collation import Collation, sort_key_ddl
from core.storage.beside import forget_beside, keep_beside
from core.storage.index_ddl import drop_index
from core.storage.kernel_tables import index as index_table
from core.storage.physical import TEXT, IndexSpec
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
    ordered = list(_ordered(uow))
    for one in ordered:
        for dropping in forget_beside(one) if one.kind == "beside" else ():
            driver_of(uow.connection).execute(dropping)
        if one.kind != "beside":
            uow.execute(drop_index(one.name))
    aside = [one.name for one in ordered if one.kind != "beside"]
    uow.execute(
        sa.update(index_table)
        .where(index_table.c.name.in_(aside))
        .values(state="pending", problem="", set_at=sa.func.now())
    )
    driver_of(uow.connection).execute(statement)
    for one in ordered:
        for making in keep_beside(one) if one.kind == "beside" else ():
            driver_of(uow.connection).execute(making)
    return True


def _ordered(uow: UnitOfWork) -> Iterator[IndexSpec]:
    """Yield what holds texts in their order: indexes for titles and lists, and what is kept beside parts."""
    i = index_table.c
    for name, table, kind, columns in uow.execute(sa.select(i.name, i.table_name, i.kind, i.columns)).all():
        words = [word for column in columns for word in column.split()[1:]]
        if kind == "order" or (kind in ("list", "beside") and TEXT in words):
            yield IndexSpec(name=name, table=table, kind=kind, columns=tuple(columns))
