"""`Calendar`: years, months and days as a reader counts them; dates are stored as Gregorian all the same."""

from __future__ import annotations

import calendar as gregorian
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from babel import Locale

from core.i18n.folding import fold
from core.i18n.unreadable import Unreadable


class Day(NamedTuple):
    """A day as a calendar counts it."""

    year: int
    month: int
    day: int


class Calendar(ABC):
    """A calendar that a localization offers; subclasses give the arithmetic, the core does the rest.

    ``first_year`` and ``last_year`` bound what is accepted; ``first_weekday`` and ``weekend`` count from
    Monday = 0; ``separator`` stands between the numbers of a date written in digits only, year first.
    """

    name: str
    first_year: int
    last_year: int
    first_weekday: int = 0
    weekend: frozenset[int] = frozenset({5, 6})
    separator: str = "-"
    short_year_first: bool = False
    """Whether ``05/8/22`` is read year first, as is the custom where years are written first."""
    sheet_format: str = ""
    """Number format in which spreadsheets show dates of this calendar; without one they show their own."""

    @property
    def sheet_moment_format(self) -> str:
        """The same with the time of day behind the date, empty where ``sheet_format`` is."""
        day, mark, rest = self.sheet_format.partition(";")
        return f"{day} hh:mm{mark}{rest}" if day else ""

    def __str__(self) -> str:
        return self.name

    @abstractmethod
    def from_date(self, value: date) -> Day:
        """Return the day of this calendar; raise `Unreadable` outside of its years."""

    @abstractmethod
    def to_date(self, day: Day) -> date:
        """Return the stored date of a day already known to exist."""

    @abstractmethod
    def month_length(self, year: int, month: int) -> int:
        """Return how many days a month has."""

    @abstractmethod
    def month_names(self, language: str, short: bool = False) -> tuple[str, ...]:
        """Return the names of the months, in order, in a language or else in English."""

    def months_in_year(self, _year: int) -> int:
        """Return how many months a year has."""
        return 12

    def full_year(self, short: int) -> int | None:
        """Return the year that two digits stand for, or None where they may not be used."""
        return None

    def month_words(self, language: str) -> Mapping[str, int]:
        """Return what people write for months (folded) with the month's number."""
        words: dict[str, int] = {}
        for code in ("en", language):
            for short in (True, False):
                for number, name in enumerate(self.month_names(code, short), start=1):
                    words[fold(name)] = number
        return words

    def checked(self, day: Day, language: str = "en") -> date:
        """Return the stored date of a day; raise `Unreadable` saying which part of it cannot be."""
        year, month, number = day
        if not self.first_year <= year <= self.last_year:
            raise Unreadable(
                "The year must be between {first} and {last}.",
                code="year_out_of_range",
                first=self.first_year,
                last=self.last_year,
            )
        months = self.months_in_year(year)
        if not 1 <= month <= months:
            raise Unreadable(
                "There is no month {month}; a year has {last} months.",
                code="no_such_month",
                month=month,
                last=months,
            )
        length = self.month_length(year, month)
        if not 1 <= number <= length:
            raise Unreadable(
                "{month} {year} has {days} days.",
                code="no_such_day",
                month=self.month_names(language)[month - 1],
                year=year,
                days=length,
            )
        return self.to_date(day)


class Gregorian(Calendar):
    """The calendar dates are stored in; names of months come from the CLDR.

    Years before 1700 are not read: whoever types 1405 has another calendar in mind.
    """

    name = "gregorian"
    first_year = 1700
    last_year = 9999

    def from_date(self, value: date) -> Day:
        """Return the parts of the date itself."""
        return Day(value.year, value.month, value.day)

    def to_date(self, day: Day) -> date:
        """Return the date of these parts."""
        return date(*day)

    def month_length(self, year: int, month: int) -> int:
        """Return 28 to 31."""
        return gregorian.monthrange(year, month)[1]

    def month_names(self, language: str, short: bool = False) -> tuple[str, ...]:
        """Return the CLDR's names."""
        names = Locale.parse(language).months["format"]["abbreviated" if short else "wide"]
        return tuple(names[number] for number in range(1, 13))

    def full_year(self, short: int) -> int | None:
        """Return 2000 to 2050 and 1951 to 1999."""
        return 2000 + short if short <= 50 else 1900 + short
