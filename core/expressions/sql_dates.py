"""Pieces of SQL for days and moments. Nothing here writes an operand twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from core.expressions.limits import MAX_DAYS, MAX_MINUTES, MAX_YEARS
from core.expressions.sql_basics import NUMERIC, numeric, within, written
from core.expressions.views import Sql

_DATE = sa.Date()
_MOMENT = sa.TIMESTAMP(timezone=True)
_WALL = sa.TIMESTAMP()
_MONTH = "2629800"
"""A twelfth of the seconds that PostgreSQL counts for a year; its months are 1.4 % shorter, so that rounding finds them."""


def _count(value: Sql, most: int) -> Sql:
    """Return a whole number, NULL where it is more than ``most``."""
    edge = most + 1
    return sa.cast(
        within(sa.func.trunc(numeric(value)), written(f"-{edge}"), written(str(edge))), sa.Integer()
    )


def _known_day(later: Sql) -> Sql:
    """Return a day, NULL outside the years 1 to 9999."""
    return sa.type_coerce(
        within(later, written("DATE '0001-12-31 BC'"), written("DATE '10000-01-01'")), _DATE
    )


def _known_moment(later: Sql) -> Sql:
    return sa.type_coerce(
        within(
            later,
            written("TIMESTAMPTZ '0001-12-31 23:59:59.999999+00 BC'"),
            written("TIMESTAMPTZ '10000-01-01 00:00:00+00'"),
        ),
        _MOMENT,
    )


def _in_utc(moment: Sql) -> Sql:
    """Return what a clock in UTC shows; of such a clock, the moment."""
    return sa.func.timezone(written("'UTC'"), moment, type_=_WALL)


def _later(start: Sql, kind: str, *, months: Sql | None = None, minutes: Sql | None = None) -> Sql:
    zero = written("0")
    if months is not None:
        interval = sa.func.make_interval(zero, months)
        wall = sa.cast(start, _WALL) if kind == "date" else _in_utc(start)
        later = wall.op("+", return_type=_WALL)(interval)
        if kind == "date":
            return _known_day(sa.cast(later, _DATE))
        return _known_moment(sa.func.timezone(written("'UTC'"), later, type_=_MOMENT))
    interval = sa.func.make_interval(zero, zero, zero, zero, zero, minutes)
    return _known_moment(start.op("+", return_type=_MOMENT)(interval))


def add_days(start: Sql, days: Sql, kind: str) -> Sql:
    """Return the date so many days later, or the moment so many times 24 hours."""
    count = _count(days, MAX_DAYS)
    if kind == "date":
        return _known_day(start.op("+", return_type=_DATE)(count))
    return _later(start, kind, minutes=count * written("1440"))


def add_minutes(start: Sql, minutes: Sql, kind: str) -> Sql:
    """Return the moment so many whole minutes later."""
    return _later(start, kind, minutes=_count(minutes, MAX_MINUTES))


def add_months(start: Sql, months: Sql, kind: str) -> Sql:
    """Return the date or moment so many months later; months are those of UTC."""
    return _later(start, kind, months=_count(months, MAX_YEARS * 12))


def add_years(start: Sql, years: Sql, kind: str) -> Sql:
    """Return the date or moment so many years later."""
    return _later(start, kind, months=_count(years, MAX_YEARS) * written("12"))


def days_between(first: Sql, last: Sql, kind: str) -> Sql:
    """Return how many whole days lie between two dates or two moments."""
    if kind == "date":
        return last.op("-", return_type=sa.Integer())(first)
    return _units(first, last, "86400")


def _units(first: Sql, last: Sql, seconds: str) -> Sql:
    lapse = sa.extract("epoch", last) - sa.extract("epoch", first)
    return sa.func.div(lapse, written(seconds), type_=NUMERIC)


def months_between(first: Sql, last: Sql) -> Sql:
    """Return how many whole months lie between two dates."""
    age = sa.func.age(sa.cast(last, _WALL), sa.cast(first, _WALL), type_=sa.Interval())
    months = sa.extract("epoch", sa.func.date_trunc(written("'month'"), age, type_=sa.Interval()))
    return sa.func.round(months / written(_MONTH), type_=NUMERIC)


def years_between(first: Sql, last: Sql) -> Sql:
    """Return how many whole years lie between two dates."""
    return sa.func.div(_digits(last) - _digits(first), written("10000"), type_=NUMERIC)


def _digits(day: Sql) -> Sql:
    """Return a date as the number 20260321."""
    return sa.cast(sa.func.to_char(day, written("'YYYYMMDD'")), NUMERIC)


def _first_of(unit: str) -> Callable[[Sql], Sql]:
    """Return the first day of the ``unit`` of a date."""
    return lambda day: sa.cast(sa.func.date_trunc(written(f"'{unit}'"), sa.cast(day, _WALL)), _DATE)


def _end_of_month(day: Sql) -> Sql:
    after = sa.func.date_trunc(written("'month'"), sa.cast(day, _WALL), type_=_WALL).op("+")(
        written("INTERVAL '1 month -1 day'")
    )
    return sa.cast(after, _DATE)


def _extracted(part: str) -> Callable[[Sql], Sql]:
    return lambda value: sa.extract(part, value)


PARTS: Mapping[str, Callable[..., Sql]] = MappingProxyType(
    {
        **{part: _extracted(part) for part in ("year", "quarter", "month", "day")},
        "weekday": _extracted("isodow"),
        "hour": lambda moment: sa.extract("hour", _in_utc(moment)),
        "date_of": lambda moment: sa.cast(_in_utc(moment), _DATE),
        "start_of_month": _first_of("month"),
        "end_of_month": _end_of_month,
        "start_of_year": _first_of("year"),
        "months_between": months_between,
        "years_between": years_between,
        "hours_between": lambda first, last: _units(first, last, "3600"),
        "minutes_between": lambda first, last: _units(first, last, "60"),
    }
)
"""Functions of dates or of moments, by name."""

OF_BOTH: Mapping[str, Callable[[Sql, Sql, str], Any]] = MappingProxyType(
    {
        "add_days": add_days,
        "add_minutes": add_minutes,
        "add_months": add_months,
        "add_years": add_years,
        "days_between": days_between,
    }
)
"""Functions that are written differently for dates and for moments."""
