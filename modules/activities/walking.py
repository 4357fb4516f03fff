"""Days of rules by months and years of any calendar, and what becomes of days that a month lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.sdk import Calendar, Day

EMPTY_FOR = 400
"""After so many steps without a day nothing more is looked for: a rule such as 31 February has none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """Which days a rule means: without months and days, those of the day it begins on."""

    frequency: str
    interval: int
    months: tuple[int, ...]
    days: tuple[int, ...]
    skip: str


def walk(rule: Days, first: date, calendar: Calendar) -> Iterator[date]:
    """Yield the days of a rule from its first one on, as far as the calendar goes."""
    begin = calendar.from_date(first)
    days = rule.days or (begin.day,)
    empty, latest = 0, first - timedelta(days=1)
    for year, month in _months(rule, begin, calendar):
        found = sorted(set(_in_month(year, month, days, rule.skip, calendar)))
        new = [day for day in found if day > latest]
        empty = 0 if new else empty + 1
        if empty > EMPTY_FOR:
            return
        if new:
            latest = new[-1]
        yield from new


def _months(rule: Days, begin: Day, calendar: Calendar) -> Iterator[tuple[int, int]]:
    """Yield the months a rule looks into."""
    if rule.frequency == "YEARLY":
        for year in range(begin.year, calendar.last_year + 1, rule.interval):
            for month in sorted(rule.months or (begin.month,)):
                if month <= calendar.months_in_year(year):
                    yield year, month
        return
    year, month = begin.year, begin.month
    while year <= calendar.last_year:
        if not rule.months or month in rule.months:
            yield year, month
        month += rule.interval
        while month > calendar.months_in_year(year):
            month -= calendar.months_in_year(year)
            year += 1


def _in_month(year: int, month: int, days: tuple[int, ...], skip: str, calendar: Calendar) -> Iterator[date]:
    length = calendar.month_length(year, month)
    for number in days:
        day = number if number > 0 else length + number + 1
        if 1 <= day <= length:
            yield calendar.to_date(Day(year, month, day))
        elif day > length and skip == "BACKWARD":
            yield calendar.to_date(Day(year, month, length))
        elif day > length and skip == "FORWARD":
            yield calendar.to_date(Day(year, month, length)) + timedelta(days=1)
