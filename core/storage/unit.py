"""`UnitOfWork`: one transaction, with who does it, why, and on which catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from psycopg import RawCursor
from psycopg.pq import TransactionStatus

from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.storage.failures import translating
from core.storage.reader import Driver, Reader, Row, planning_of

Rows: TypeAlias = "sa.CursorResult[*tuple[Any, ...]]"


@dataclass(kw_only=True, slots=True, eq=False)
class UnitOfWork:
    """One transaction. It is committed by whoever opened it, never by those who get it handed.

    ``now`` and ``today`` are constants of the unit; ``memo`` keeps what its parts want to remember till its end.
    One that is ``reading`` writes nothing, so that what it has read once may be kept.
    ``site`` is where hooks find the parts they work with; None only where a database is used on its own.
    """

    connection: sa.Connection
    catalog: Catalog
    actor: Actor
    now: datetime
    today: date
    channel: str
    reason: str | None = None
    cause: str | None = None
    site: Site | None = None
    reading: bool = False
    memo: dict[Any, Any] = field(default_factory=dict)
    _afterwards: list[Callable[[], object]] = field(default_factory=list, init=False, repr=False)
    _reader: Reader | None = field(default=None, init=False, repr=False)
    _cursor: RawCursor[Row] | None = field(default=None, init=False, repr=False)

    def execute(
        self, statement: sa.Executable, params: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> Rows:
        """Run one statement in this transaction."""
        if self.reading:
            self.reader.plan_as_usual()
        return self.connection.execute(statement, params)

    def run(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Run one compiled statement with ``$1`` places, kept prepared; return its rows, if it returns any."""
        if self.reading:
            self.reader.plan_as_usual()
        cursor = self._cursor
        if cursor is None:
            cursor = self._cursor = RawCursor(driver_of(self.connection))
        cursor.execute(sql, params, prepare=True)
        # Not `description`, which describes every column.
        return cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else []

    @property
    def reader(self) -> Reader:
        """A reader inside this transaction: it sees what the unit has written so far."""
        if self._reader is None:
            planning = planning_of(self.connection.info) if self.reading else None
            self._reader = Reader(driver_of(self.connection), planning=planning)
        return self._reader

    def after_commit(self, act: Callable[[], object]) -> None:
        """Do ``act`` once everything is committed; never, if it is not. It must not raise."""
        self._afterwards.append(act)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what happens inside, if it fails; the refusal of the database is told as ours."""
        remembered = len(self._afterwards)
        try:
            with translating(self.catalog), self.connection.begin_nested():
                yield
        except BaseException:
            del self._afterwards[remembered:]
            raise

    def finish(self) -> None:
        """Do what was to be done after the commit; called once by the opener."""
        pending, self._afterwards = self._afterwards, []
        for act in pending:
            act()


def driver_of(connection: sa.Connection) -> Driver:
    """Return psycopg's own connection under SQLAlchemy's."""
    return cast(Driver, connection.connection.driver_connection)


def is_broken(uow: UnitOfWork) -> bool:
    """Tell whether a statement of a unit has failed, so that nothing more can be asked of it."""
    if uow.connection.invalidated:
        return True
    status = driver_of(uow.connection).pgconn.transaction_status
    return status not in (TransactionStatus.INTRANS, TransactionStatus.IDLE)  # idle till it is asked anything


def zone_of(actor: Actor, site_zone: str) -> ZoneInfo:
    """Return the zone in which ``actor`` counts days; the site's where theirs is unknown."""
    try:
        return ZoneInfo(actor.preferences.time_zone or site_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(site_zone)
