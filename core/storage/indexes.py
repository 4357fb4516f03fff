"""Indexes on tables that have many rows: recorded as pending, built by a job while everybody works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa

from core.log import get_logger
from core.metadata.catalog import Catalog
from core.storage.failures import driver_error, translate_database_error
from core.storage.index_ddl import create_index, drop_index, links_again
from core.storage.kernel_tables import index as index_table
from core.storage.keys import fill_keys
from core.storage.physical import IndexSpec
from core.storage.tables import Tables

BUILDING_LOCK = 0x706179_696E6478
"""The advisory lock of index builds: one at a time, so that two workers do not build the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingIndex:
    """An index that waits for its job, or whose build failed, and why."""

    index: IndexSpec
    state: str
    problem: str = ""


def pending_indexes(connection: sa.Connection) -> list[PendingIndex]:
    """Return what is to be built aside: keys first, for the indexes on them."""
    i = index_table.c
    rows = connection.execute(
        sa.select(i.name, i.table_name, i.kind, i.columns, i.state, i.problem)
        .where(i.state != "built")
        .order_by(i.kind != "keys", i.set_at, i.name)
    )
    return [
        PendingIndex(
            index=IndexSpec(name=name, table=table, kind=kind, columns=tuple(columns)),
            state=state,
            problem=problem,
        )
        for name, table, kind, columns, state, problem in rows
    ]


def build_index(engine: sa.Engine, name: str, catalog: Catalog, tables: Tables) -> bool:
    """Build one pending index without blocking anybody; tell whether it stands.

    It may be called again at any time: what an earlier try left half-built is removed first. A unique index
    that finds the same value twice is recorded as failed with the number of such values.
    """
    with _alone(engine) as connection:
        pending = {entry.index.name: entry.index for entry in pending_indexes(connection)}
        if name not in pending:
            return _stands(connection, name)
        index = pending[name]
        try:
            if index.kind == "keys":
                fill_keys(connection, index, catalog, tables)
            else:
                connection.execute(drop_index(name, concurrently=True))
                connection.execute(create_index(index, concurrently=True))
        except sa.exc.DBAPIError as failure:
            connection.execute(drop_index(name, concurrently=True))
            _set_state(connection, name, "failed", _reason(connection, index, failure))
            return False
        _set_state(connection, name, "built")
        get_logger("storage").info("index_built", index=name, kind=index.kind)
        return True


def build_links_index(engine: sa.Engine, table: str) -> None:
    """Build the index of a table of links anew, without blocking anybody."""
    with _alone(engine) as connection:
        for statement in links_again(table):
            connection.execute(statement)


def _stands(connection: sa.Connection, name: str) -> bool:
    return connection.scalar(sa.select(index_table.c.state).where(index_table.c.name == name)) == "built"


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Lend a connection in autocommit without time limits; closed afterwards, as it is unlike all others."""
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.execute(sa.text("SET lock_timeout = 0"))
        connection.execute(sa.select(sa.func.pg_advisory_lock(BUILDING_LOCK)))
        yield connection


def _set_state(connection: sa.Connection, name: str, state: str, problem: str = "") -> None:
    connection.execute(
        sa.update(index_table)
        .where(index_table.c.name == name)
        .values(state=state, problem=problem, set_at=sa.func.now())
    )


def _reason(connection: sa.Connection, index: IndexSpec, failure: sa.exc.DBAPIError) -> str:
    """Return why it failed, in words; never the driver's text, which may hold values."""
    if isinstance(driver_error(failure), psycopg.errors.UniqueViolation):
        return f"{_repeated(connection, index)} values occur more than once"
    translated = translate_database_error(failure)
    return translated.text() if translated is not None else "the database refused it"


def _repeated(connection: sa.Connection, index: IndexSpec) -> int:
    table = sa.table(index.table, *(sa.column(name) for name in (*index.columns, "deleted_at")))
    columns = [table.c[name] for name in index.columns]
    groups = (
        sa.select(*columns)
        .where(table.c.deleted_at.is_(None), *(column.is_not(None) for column in columns))
        .group_by(*columns)
        .having(sa.func.count() > 1)
        .subquery()
    )
    return int(connection.scalar(sa.select(sa.func.count()).select_from(groups)) or 0)
