"""The version of the catalog and of access rights: one row, read by every request, moved last by every change."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.kernel_tables import catalog as catalog_table
from core.storage.unit import UnitOfWork

SCHEMA_LOCK = 0x706179_76616E64
"""The advisory lock of changes to metadata and tables ("payvand"): one at a time in a database."""

CHANNEL = "payvand_catalog"
"""Where the new version is told; only to warm up early, correctness never rests on it."""


def lock_schema(connection: sa.Connection) -> None:
    """Wait until nobody else changes metadata, and keep others waiting until this transaction ends.

    Take it before reading the documents that a change starts from; then two changes cannot miss each other.
    """
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))


def bump(uow: UnitOfWork) -> int:
    """Move the version of the catalog, as the last statement of a change, and return the new one."""
    return _move(uow, "version")


def bump_access(uow: UnitOfWork) -> int:
    """Move the version of access rights: whoever remembers roles or principals forgets them."""
    return _move(uow, "access_version")


def _move(uow: UnitOfWork, column: str) -> int:
    version = catalog_table.c[column]
    statement = sa.update(catalog_table).values({version: version + 1}).returning(version)
    moved = int(uow.execute(statement).scalar_one())
    if column == "version":
        uow.execute(sa.select(sa.func.pg_notify(CHANNEL, str(moved))))
    return moved
