"""Steps and periods in a reader's calendar, as half-open ranges of stored dates: ``start <= date < end``."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, Protocol, TypeAlias

from core.i18n.calendars import Calendar, Day

Unit: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
Range: TypeAlias = tuple[date, date]

QUARTER = 3


class Reader(Protocol):
    """Who asks: a style, or anything that has a calendar."""

    @property
    def calendar(self) -> Calendar:
        """The calendar that bounds the periods."""


def add_months(calendar: Calendar, value: date, months: int) -> date:
    """Return the same day ``months`` later (or earlier), or the last day of a month too short for it."""
    day = calendar.from_date(value)
    year, month = _shifted(calendar, day.year, day.month, months)
    last = (
        calendar.month_length(year, month) if calendar.first_year <= year <= calendar.last_year else day.day
    )
    return calendar.checked(Day(year, month, min(day.day, last)))


def add_years(calendar: Calendar, value: date, years: int) -> date:
    """Return the same day ``years`` later (or earlier), or the last day of a month too short for it."""
    day = calendar.from_date(value)
    year = day.year + years
    if not calendar.first_year <= year <= calendar.last_year:
        return calendar.checked(Day(year, day.month, day.day))
    month = min(day.month, calendar.months_in_year(year))
    return calendar.checked(Day(year, month, min(day.day, calendar.month_length(year, month))))


def period(reader: Reader, unit: Unit, today: date, offset: int = 0) -> Range:
    """Return the day, week, month, quarter or year that holds ``today``, or the one ``offset`` away from it."""
    calendar = reader.calendar
    match unit:
        case "day":
            start = today + timedelta(days=offset)
            return start, start + timedelta(days=1)
        case "week":
            start = (
                today
                - timedelta(days=(today.weekday() - calendar.first_weekday) % 7)
                + timedelta(weeks=offset)
            )
            return start, start + timedelta(weeks=1)
        case "year":
            year = calendar.from_date(today).year + offset
            return calendar.checked(Day(year, 1, 1)), calendar.checked(Day(year + 1, 1, 1))
        case "month" | "quarter":
            size = 1 if unit == "month" else QUARTER
            day = calendar.from_date(today)
            first = day.month - (day.month - 1) % size
            year, month = _shifted(calendar, day.year, first, offset * size)
            following, next_month = _shifted(calendar, year, month, size)
            return calendar.checked(Day(year, month, 1)), calendar.checked(Day(following, next_month, 1))


def _shifted(calendar: Calendar, year: int, month: int, months: int) -> tuple[int, int]:
    """Step whole months; the length of a year may differ from year to year."""
    month += months
    while month < 1:
        year -= 1
        month += calendar.months_in_year(year)
    while month > calendar.months_in_year(year):
        month -= calendar.months_in_year(year)
        year += 1
    return year, month
