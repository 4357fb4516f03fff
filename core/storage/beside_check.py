"""Whether what is kept beside parts is still kept: its table, indexes and triggers, and every row of it."""

from __future__ import annotations

import sqlalchemy as sa
from psycopg import sql

from core.storage.beside import FILLING, forget_beside, keep_beside, kept_names, kept_of
from core.storage.physical import IndexSpec

TRIGGERS = """SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid
WHERE n.nspname = 'public' AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"""

INDEXES = """SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND i.indisvalid AND i.indisready"""


def is_kept(connection: sa.Connection, spec: IndexSpec) -> bool:
    """Tell whether everything is there that keeps the values of a column beside its parts, and they are right."""
    kept = kept_of(spec)
    triggers, indexes = kept_names(kept)
    if triggers - set(connection.scalars(sa.text(TRIGGERS))):
        return False
    if indexes - set(connection.scalars(sa.text(INDEXES))):
        return False
    filling = kept.written(FILLING)
    differs = sql.SQL("SELECT EXISTS (({f}) EXCEPT ALL ({h})) OR EXISTS (({h}) EXCEPT ALL ({f}))").format(
        f=filling, h=kept.written("SELECT part, record, value, {by} FROM {here}")
    )
    return not connection.exec_driver_sql(differs.as_string()).scalar_one()


def keep_again(engine: sa.Engine, spec: IndexSpec) -> None:
    """Make it anew in one transaction; writers of the records and of the parts wait till its end."""
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        for statement in (*forget_beside(spec), *keep_beside(spec)):
            connection.exec_driver_sql(statement.as_string())
