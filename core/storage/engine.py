"""The connections of one process: address, session settings, size of the pool."""

from __future__ import annotations

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from core.errors import SettingsInvalid

SESSION: dict[str, str] = {
    "statement_timeout": "30000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "60000",
    "client_connection_check_interval": "1000",
    "timezone": "UTC",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # many ask at once: starting helpers for one costs the others more
    "application_name": "payvand",
}
"""What every session runs with; milliseconds where it is a time. Jobs that take longer say so themselves."""

READ_ONLY = {"default_transaction_read_only": "on"}

PREPARED_MAX = 300
"""Statements that one connection keeps prepared; lists of many entities and roles fit."""

POOL_WAIT = 10.0
"""Seconds that somebody waits for a free connection before the site says that it is busy."""


def database_address(address: str) -> URL:
    """Return the address as SQLAlchemy wants it; refuse what is not PostgreSQL."""
    try:
        url = make_url(address.replace("postgres://", "postgresql://", 1))
    except sa.exc.ArgumentError:
        raise SettingsInvalid(name="DATABASE_URL", reason="it is not an address of a database") from None
    if url.get_backend_name() != "postgresql":
        raise SettingsInvalid(name="DATABASE_URL", reason="it must start with postgresql://")
    return url.set(drivername="postgresql+psycopg")


def connections(threads: int) -> int:
    """Return how many connections the two engines of a process with so many threads may open."""
    return _most(threads, reading=False) + _most(threads, reading=True)


def _most(threads: int, *, reading: bool) -> int:
    """Return how many connections an engine may open: each thread two, and background work some that write."""
    return 2 * threads if reading else 2 * threads + 2


def build_engine(
    address: str,
    *,
    threads: int,
    session: dict[str, str] | None = None,
    reading: bool = False,
    kept: int | None = None,
) -> sa.Engine:
    """Make an engine of one process.

    Connections are not tried before use: that costs a round trip a request. A dead one is noticed by its
    first statement, and all that were made before it are then replaced.
    Those of an engine for ``reading`` cannot write, and need neither BEGIN nor COMMIT. ``kept`` are left open while
    nobody needs them: one for each thread, if nothing is said.
    """
    settings = SESSION | (READ_ONLY if reading else {}) | (session or {})
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    pool = threads if kept is None else kept
    engine = sa.create_engine(
        database_address(address),
        poolclass=QueuePool,
        pool_size=pool,
        max_overflow=_most(threads, reading=reading) - pool,
        pool_timeout=POOL_WAIT,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        pool_pre_ping=False,
        query_cache_size=2000,
        isolation_level="AUTOCOMMIT" if reading else None,
        connect_args={"options": options, "connect_timeout": 10},
    )
    sa.event.listen(engine, "connect", _prepare_more)
    return engine


def _prepare_more(driver: object, _entry: ConnectionPoolEntry) -> None:
    if isinstance(driver, psycopg.Connection):
        driver.prepared_max = PREPARED_MAX
