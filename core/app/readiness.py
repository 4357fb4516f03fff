"""What must be there before a site can work: its database, its tables, a worker; each lack in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from core.config import Settings
from core.errors import PayvandError, Unavailable
from core.jobs.service import ALIVE, worker_alive
from core.kernel.site import Site
from core.storage import Database, check_database, check_revision
from core.storage.catalogs import VERSION, Catalogs
from core.storage.check import check_loaded
from core.storage.embedded import Embedded
from core.storage.engine import connections
from core.storage.failures import is_lost, translate_database_error

WORKER_THREADS = 2
"""Threads of a worker or a command that want a connection: its own work, and a look aside."""

WORKER_OWN = 4
"""Connections that the worker's queue wants besides."""

KEPT = 1
"""Connections of each of its two kinds that a site besides the first keeps while nobody asks: with many sites they run out."""

SPARE = 10
"""Connections that are left to administrators and commands."""


def find_address(settings: Settings) -> str:
    """Return the address of the database, starting the embedded one where none is named."""
    return settings.database_url or Embedded(settings.home).start()


def check_connection(engine: sa.Engine) -> None:
    """Raise `Unavailable` where the database cannot be reached, or cannot hold a site."""
    with told(engine), engine.connect() as connection:
        check_database(connection)


def check_ready(engine: sa.Engine) -> None:
    """Raise `Unavailable` where something has to be done before a site can start."""
    with told(engine), engine.connect() as connection:
        check_revision(connection)
        check_loaded(connection)
        check_database(connection)


def check_connections(engine: sa.Engine, settings: Settings, sites: int = 0) -> None:
    """Raise `Unavailable` where the processes together may want more connections than the server has.

    With ``sites`` besides the first: each has a worker, and in each web process it keeps some; threads are as many.
    """
    worker = connections(WORKER_THREADS) + WORKER_OWN
    kept = 2 * KEPT * min(sites, settings.sites_open)
    needed = settings.processes * (connections(settings.threads) + kept) + (1 + sites) * worker
    with told(engine), engine.connect() as connection:
        has = int(connection.scalar(sa.text("SHOW max_connections")) or 0)
    if needed > has - SPARE and sites:
        raise Unavailable(
            "{sites} sites besides the first, with {processes} processes of {threads} threads, need {needed} connections, and "
            "PostgreSQL has {has}; raise its max_connections.",
            code="few_connections",
            sites=sites,
            processes=settings.processes,
            threads=settings.threads,
            needed=needed,
            has=has,
        )
    if needed > has - SPARE:
        raise Unavailable(
            "{processes} processes with {threads} threads need {needed} connections, and PostgreSQL has "
            "{has}; set PAYVAND_PROCESSES or PAYVAND_THREADS lower.",
            code="few_connections",
            processes=settings.processes,
            threads=settings.threads,
            needed=needed,
            has=has,
        )


@contextmanager
def told(engine: sa.Engine) -> Iterator[None]:
    """Tell errors of the database as sentences; where it does not answer, with the place asked."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        if is_lost(error):
            place = engine.url.host or engine.url.query.get("host") or "localhost"
            raise Unavailable(
                "The database at {place} does not answer; is it running, and is DATABASE_URL right?",
                code="database_lost",
                place=str(place),
            ) from error
        raise translate_database_error(error) or Unavailable(
            "The database refuses the connection."
        ) from error


def reasons(site: Site) -> Iterator[PayvandError]:
    """Yield what keeps a running site from being healthy: database, catalog, worker; nothing where all is well."""
    try:
        with site.get(Database).reading() as reader:
            version = reader.value(VERSION)
            alive = worker_alive(reader.rows(ALIVE))
        site.get(Catalogs).at(version)
    except PayvandError as error:
        yield error
        return
    if not alive:
        yield Unavailable("No worker runs; imports and other jobs wait.", code="no_worker")
