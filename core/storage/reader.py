"""`Reader`: statements as text, run at once by the driver and kept prepared by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg
from psycopg import RawCursor

from core.storage.failures import is_lost, translating

Params: TypeAlias = "Mapping[str, object] | Sequence[object] | None"
Driver: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
Row: TypeAlias = "tuple[Any, ...]"
Statement: TypeAlias = "Callable[[Driver], psycopg.Cursor[Row]]"

_PLAN_ONCE = "SELECT set_config('plan_cache_mode', 'force_generic_plan', false)"
_PLAN_AS_USUAL = "RESET plan_cache_mode"


@dataclass(slots=True)
class Planning:
    """How the session of a connection plans what it has prepared: ``once`` for all values, or as PostgreSQL does."""

    once: bool = False


def planning_of(info: MutableMapping[Any, Any]) -> Planning:
    """Return how a connection plans, from what the pool keeps beside it as long as it is open."""
    found = info.get(Planning)
    if not isinstance(found, Planning):
        found = info[Planning] = Planning()
    return found


class Reader:
    """Runs SELECTs on one connection. Outside a unit of work every statement sees the newest commits.

    Statement texts come from SQLAlchemy's compiler or are fixed in the code; values go as parameters only.
    With ``planning`` of its connection, how it plans is changed only where the next statement asks for it: many that
    are planned once may follow one another. It is not for connections with transactions, which take settings back.
    """

    __slots__ = ("_cursor", "_driver", "_planning", "_renew")

    def __init__(
        self, driver: Driver, renew: Callable[[], Driver] | None = None, planning: Planning | None = None
    ) -> None:
        self._driver = driver
        self._renew = renew
        self._planning = planning
        self._cursor: RawCursor[Row] | None = None

    def rows(self, sql: str, params: Params = None) -> list[Row]:
        """Return all rows of a statement with ``%(name)s`` or ``%s`` places."""
        try:
            return self._driver.execute(sql, params, prepare=True).fetchall()
        except psycopg.Error as failure:
            return self._recover(failure, lambda driver: driver.execute(sql, params, prepare=True))

    def raw(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a statement with ``$1`` places; long texts are not searched for places."""
        if params:
            self.plan_as_usual()
        return self.plain(sql, params)

    def plain(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a statement with ``$1`` places that has but one plan: by an id, or without any values."""
        try:
            if self._cursor is None:
                self._cursor = RawCursor(self._driver)
            return self._cursor.execute(sql, params, prepare=True).fetchall()
        except psycopg.Error as failure:
            return self._recover(failure, lambda driver: RawCursor(driver).execute(sql, params, prepare=True))

    def afresh(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a statement planned for these values: where they decide how much is read, as spans do.

        Of a prepared one PostgreSQL keeps a plan for any values before long, where it takes every span for a short one.
        """
        self.plan_as_usual()
        try:
            return RawCursor(self._driver).execute(sql, params, prepare=False).fetchall()
        except psycopg.Error as failure:
            return self._recover(
                failure, lambda driver: RawCursor(driver).execute(sql, params, prepare=False)
            )

    def broad(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a statement over many tables, planned once for all values.

        PostgreSQL plans for the values at hand where that seems to pay; for dozens of tables it takes longer than the
        answer does.
        """
        planning = self._planning
        if planning is None:
            return self._apart(sql, params)
        if not planning.once:
            self.plain(_PLAN_ONCE)
            planning.once = True
        return self.plain(sql, params)

    def plan_as_usual(self) -> None:
        """Let PostgreSQL decide again how it plans, where a broad statement was the last that cared."""
        planning = self._planning
        if planning is not None and planning.once:
            self._reset()
            planning.once = False

    def _apart(self, sql: str, params: Sequence[object]) -> list[Row]:
        self.plain(_PLAN_ONCE)
        try:
            return self.plain(sql, params)
        finally:
            self._reset()

    def _reset(self) -> None:
        with suppress(psycopg.Error):  # a failed transaction and a lost connection take it back by themselves
            self._driver.execute(_PLAN_AS_USUAL, prepare=True)

    def value(self, sql: str, params: Params = None) -> Any:
        """Return the first cell of the first row, or None where there is no row."""
        rows = self.rows(sql, params)
        return rows[0][0] if rows else None

    def _recover(self, failure: psycopg.Error, statement: Statement) -> list[Row]:
        """Read once more on a new connection if the old one is gone: a restart of the database goes unnoticed."""
        renew = self._renew
        if renew is None:
            raise failure
        if not is_lost(failure):
            with translating():
                raise failure
        self._renew = self._cursor = self._planning = None
        with translating():
            self._driver = renew()
            return statement(self._driver).fetchall()
