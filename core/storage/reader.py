"""`Reader`: statements as text, run at once by the driver and kept prepared by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
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


class Reader:
    """Runs SELECTs on one connection. Outside a unit of work every statement sees the newest commits.

    Statement texts come from SQLAlchemy's compiler or are fixed in the code; values go as parameters only.
    """

    __slots__ = ("_cursor", "_driver", "_renew")

    def __init__(self, driver: Driver, renew: Callable[[], Driver] | None = None) -> None:
        self._driver = driver
        self._renew = renew
        self._cursor: RawCursor[Row] | None = None

    def rows(self, sql: str, params: Params = None) -> list[Row]:
        """Return all rows of a statement with ``%(name)s`` or ``%s`` places."""
        try:
            return self._driver.execute(sql, params, prepare=True).fetchall()
        except psycopg.Error as failure:
            return self._recover(failure, lambda driver: driver.execute(sql, params, prepare=True))

    def raw(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a statement with ``$1`` places; long texts are not searched for places."""
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
        self.raw(_PLAN_ONCE)
        try:
            return self.raw(sql, params)
        finally:
            with suppress(psycopg.Error):  # a transaction that failed takes the setting back by itself
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
        self._renew = self._cursor = None
        with translating():
            self._driver = renew()
            return statement(self._driver).fetchall()
