"""Look whether a PostgreSQL database can hold a site: encoding, letters, trigrams."""

from __future__ import annotations

import sqlalchemy as sa

from core.errors import Unavailable

OLDEST_SERVER = 15

LOADING = "A dump of Payvand is being loaded."
"""Stands on the schema of a database from the begin of a load to its end: who finds it may load again."""

MARKED = sa.text("SELECT obj_description('public'::regnamespace)")

PROBE = "علی"
"""A Persian name: with LC_CTYPE C its trigrams are empty, and every search reads the whole table."""


def check_loaded(connection: sa.Connection) -> None:
    """Raise `Unavailable` where a load was killed on the way: there are tables and modules, and no rows."""
    if connection.scalar(MARKED) == LOADING:
        raise Unavailable(
            "The load of a dump into this site has not ended; run payvand load again.", code="load_unfinished"
        )


def check_database(connection: sa.Connection) -> None:
    """Raise `Unavailable` with one sentence for what is missing."""
    version = int(connection.scalar(sa.text("SHOW server_version_num")) or 0) // 10_000
    if version < OLDEST_SERVER:
        raise Unavailable(
            "PostgreSQL {version} is too old; {oldest} or newer is needed.",
            code="old_server",
            version=version,
            oldest=OLDEST_SERVER,
        )
    encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise Unavailable(
            "The database is encoded in {encoding}; create it with ENCODING 'UTF8'.",
            code="wrong_encoding",
            encoding=str(encoding),
        )
    schema = connection.scalar(
        sa.text(
            "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'pg_trgm'"
        )
    )
    if schema != "public":
        raise Unavailable(
            "The extension pg_trgm is missing in schema public; run as a superuser: "
            "CREATE EXTENSION pg_trgm WITH SCHEMA public",
            code="no_trigrams",
        )
    if not connection.scalar(sa.select(sa.func.public.show_trgm(PROBE))):
        raise Unavailable(
            "The database does not know Persian letters; create it with LC_CTYPE 'C.UTF-8'.",
            code="wrong_letters",
        )
