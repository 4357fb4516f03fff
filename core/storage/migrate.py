"""Bring the kernel's tables to what this version of the core needs, and look whether they are."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from core.errors import Unavailable
from core.storage.check import check_database
from core.storage.versions import lock_schema

HEAD = "core_0017"
"""The newest revision: known without loading Alembic, for the look at every start."""


REVISION = sa.text("SELECT version_num FROM core_revision")


def migrate(engine: sa.Engine, to: str = "head") -> None:
    """Run the missing kernel revisions, all in one transaction; several processes may call it at once."""
    from alembic import command  # late: never loaded in web processes
    from alembic.config import Config

    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SET LOCAL lock_timeout = '30s'"))
        lock_schema(connection)
        connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public"))
        check_database(connection)
        _refuse_newer(connection)
        config = Config()
        config.set_main_option(
            "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
        )
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def check_revision(connection: sa.Connection) -> None:
    """Raise `Unavailable` where the kernel's tables are older or newer than this core."""
    if not sa.inspect(connection).has_table("core_revision"):
        raise Unavailable("The database is empty; run: payvand init", code="not_initialized")
    found = connection.scalar(REVISION)
    _refuse_newer(connection)
    if found != HEAD:
        raise Unavailable(
            "The tables of the core are of another version; run: payvand init", code="not_migrated"
        )


def _refuse_newer(connection: sa.Connection) -> None:
    """Raise `Unavailable` where a later version of the core has been here: this one would not know what it left."""
    if sa.inspect(connection).has_table("core_revision"):
        found = connection.scalar(REVISION)
        if found is not None and str(found) > HEAD:
            raise Unavailable(
                "The tables of the core are of a newer version than this one; install the newer Payvand again, "
                "or bring back a backup of before.",
                code="tables_newer",
            )
