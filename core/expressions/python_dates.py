"""What functions of days and moments do in the Python reading."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from core.expressions import exact
from core.expressions.limits import MAX_DAYS, MAX_MINUTES, MAX_YEARS

T = TypeVar("T", date, datetime)
_DAY = timedelta(days=1)


def _moved(start: T, count: exact.Number, most: int, unit: timedelta) -> T | None:
    if not -most - 1 < count < most + 1:
        return None
    try:
        return start + int(count) * unit
    except OverflowError:
        return None


def _add_months(start: T, count: exact.Number, months: int = 1) -> T | None:
    """Return so many times ``months`` later, on the last day of a month that is too short."""
    most = MAX_YEARS * 12 // months
    if not -most - 1 < count < most + 1:
        return None
    if isinstance(start, datetime):
        start = start.astimezone(UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + int(count) * months, 12)
    if not 1 <= year <= 9999:
        return None
    last = monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


def _whole(unit: timedelta) -> Callable[[Any, Any], int]:
    """Return how many whole units lie between two; cut off toward zero."""

    def between(first: Any, last: Any) -> int:
        lapse: timedelta = last - first
        return lapse // unit if lapse >= timedelta(0) else -(-lapse // unit)

    return between


def _months_between(first: date, last: date) -> int:
    if last < first:
        return -_months_between(last, first)
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def _years_between(first: date, last: date) -> int:
    months = _months_between(first, last)
    return months // 12 if months >= 0 else -(-months // 12)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


DATES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "year": lambda day: day.year,
        "quarter": lambda day: (day.month + 2) // 3,
        "month": lambda day: day.month,
        "day": lambda day: day.day,
        "weekday": lambda day: day.isoweekday(),
        "hour": lambda at: at.astimezone(UTC).hour,
        "date_of": lambda at: at.astimezone(UTC).date(),
        "start_of_month": lambda day: day.replace(day=1),
        "end_of_month": _end_of_month,
        "start_of_year": lambda day: day.replace(month=1, day=1),
        "days_between": _whole(_DAY),
        "hours_between": _whole(timedelta(hours=1)),
        "minutes_between": _whole(timedelta(minutes=1)),
        "months_between": _months_between,
        "years_between": _years_between,
        "add_days": lambda start, count: _moved(start, count, MAX_DAYS, _DAY),
        "add_minutes": lambda start, count: _moved(start, count, MAX_MINUTES, timedelta(minutes=1)),
        "add_months": _add_months,
        "add_years": lambda start, count: _add_months(start, count, 12),
    }
)
"""By name; empty where an argument is."""
