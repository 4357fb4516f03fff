"""`Database`: the site's way to PostgreSQL: reading, units of work, and trying again where that helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import TypeVar, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

from core.config import Settings
from core.errors import OnlyLooking, PayvandError, Unavailable
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.storage.attempts import OUTCOME_UNKNOWN, tries
from core.storage.engine import build_engine
from core.storage.failures import is_lost, translate_database_error, translating
from core.storage.reader import Driver, Reader, planning_of
from core.storage.unit import UnitOfWork, zone_of

Result = TypeVar("Result")

IDLE = psycopg.pq.TransactionStatus.IDLE


class Database:
    """The connections of one process to the site's database."""

    def __init__(
        self,
        settings: Settings,
        address: str | None = None,
        *,
        clock: Callable[[], datetime] | None = None,
        site: Site | None = None,
        kept: int | None = None,
    ) -> None:
        self._site = site
        self._zone = settings.time_zone
        self._clock = clock or _now
        where = address or settings.database_url
        self.engine = build_engine(where, threads=settings.threads, kept=kept)
        self._reads = build_engine(where, threads=settings.threads, reading=True, kept=kept)

    @property
    def engines(self) -> Mapping[str, sa.Engine]:
        """The connections that write and those that only read, e.g. for counting how they are used."""
        return {"writing": self.engine, "reading": self._reads}

    def now(self) -> datetime:
        """Return the present moment by the clock of this site."""
        return self._clock()

    def close(self) -> None:
        """Close all idle connections, e.g. before the process forks or ends."""
        self.engine.dispose()
        self._reads.dispose()

    def reading(self) -> AbstractContextManager[Reader]:
        """Lend a connection without a transaction: one round trip a statement, nothing to begin or commit."""
        return _Reading(self._reads, self.close)

    @contextmanager
    def unit(
        self,
        catalog: Catalog,
        actor: Actor,
        *,
        channel: str | None = None,
        reason: str | None = None,
        cause: str | None = None,
        reading: bool = False,
    ) -> Iterator[UnitOfWork]:
        """Open one transaction: committed on leaving, rolled back on any error.

        One that is ``reading`` cannot write: PostgreSQL refuses it; who is ``read_only`` gets no other. Nothing is begun and committed there, so that each
        statement sees what was committed before it, as it does in the others, too.
        """
        if actor.read_only and not reading:
            raise OnlyLooking
        now = self._clock()
        with self._connection(catalog, reading=reading) as connection:
            uow = UnitOfWork(
                connection=connection,
                catalog=catalog,
                actor=actor,
                now=now,
                today=now.astimezone(zone_of(actor, self._zone)).date(),
                channel=channel or actor.channel,
                reason=reason or actor.elevated,
                cause=cause,
                site=self._site,
                reading=reading,
            )
            yield uow
            if not reading:
                self._commit(connection, catalog)
        uow.finish()

    def attempt(self, work: Callable[[], Result]) -> Result:
        """Do ``work``, which opens its own unit; again from the start where that is safe and can help."""
        return tries(work)

    @contextmanager
    def _connection(self, catalog: Catalog, *, reading: bool) -> Iterator[sa.Connection]:
        with translating(catalog), (self._reads if reading else self.engine).connect() as connection:
            # Said aloud: what runs past SQLAlchemy (readers, the job queue) would not begin it, nor be committed.
            connection.begin()
            yield connection

    def _commit(self, connection: sa.Connection, catalog: Catalog) -> None:
        with translating(catalog):
            try:
                connection.commit()
            except (sa.exc.SQLAlchemyError, psycopg.Error) as failure:
                if not is_lost(failure):
                    raise
                raise Unavailable(
                    "The connection broke while saving; look whether it was saved.", code=OUTCOME_UNKNOWN
                ) from failure


class _Reading:
    """A connection of the pool of those that only read, for the length of a block. It is on the path of every request."""

    __slots__ = ("_driver", "_engine", "_forget", "_pool", "_pooled")

    def __init__(self, engine: sa.Engine, forget: Callable[[], object]) -> None:
        self._engine = engine
        self._forget = forget
        self._pool = engine.pool
        self._driver: Driver | None = None
        self._pooled: PoolProxiedConnection | None = None

    def __enter__(self) -> Reader:
        driver = self._take()
        assert self._pooled is not None  # it has just been taken
        return Reader(driver, self._renew, planning_of(self._pooled.info))

    def __exit__(self, *_exception: object) -> None:
        driver, pooled = self._driver, self._pooled
        if driver is None or pooled is None:
            return
        if driver.pgconn.transaction_status == IDLE:
            pooled.close()
        else:
            pooled.invalidate()

    def _take(self) -> Driver:
        try:
            self._pooled = self._engine.raw_connection()
        except (sa.exc.SQLAlchemyError, psycopg.Error) as failure:
            raise _unreachable(failure) from failure
        self._driver = driver = cast(Driver, self._pooled.driver_connection)
        if driver.pgconn.transaction_status != IDLE:
            driver.rollback()
        return driver

    def _renew(self) -> Driver:
        """Give up the broken connection and all as old as it, and take a new one."""
        if self._pooled is not None:
            self._pooled.invalidate()
            self._pooled = None
        if self._engine.pool is self._pool:
            self._forget()  # those that write are as old
        return self._take()


def _unreachable(failure: Exception) -> PayvandError:
    return translate_database_error(failure) or Unavailable("The database does not answer.")


def _now() -> datetime:
    return datetime.now(UTC)
