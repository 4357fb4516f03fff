"""`Jalali`: the Iranian solar calendar, on jdatetime's arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import jdatetime

from core.sdk import Calendar, Day, Unreadable, fold

ESFAND = 12

_NAMES = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
_LATIN_NAMES = (
    "Farvardin",
    "Ordibehesht",
    "Khordad",
    "Tir",
    "Mordad",
    "Shahrivar",
    "Mehr",
    "Aban",
    "Azar",
    "Dey",
    "Bahman",
    "Esfand",
)
_OTHER_WORDS = MappingProxyType(
    {
        "ارديبهشت": 2,
        "امرداد": 5,
        "شهريور": 6,
        "Ordibehest": 2,
        "Amordad": 5,
        "Shahrivar": 6,
        "Day": 10,
        "Espand": 12,
    }
)


class Jalali(Calendar):
    """Years 1200 to 1500: there all implementations and the astronomical equinox agree."""

    name = "jalali"
    first_year = 1200
    last_year = 1500
    first_weekday = 5
    weekend = frozenset({4})
    separator = "/"
    short_year_first = True
    sheet_format = "[$-fa-IR,16]yyyy/mm/dd;@"

    def from_date(self, value: date) -> Day:
        """Return the Jalali day; raise `Unreadable` outside of the accepted years."""
        if not _FIRST <= value <= _LAST:
            raise Unreadable(
                "The year must be between {first} and {last}.",
                code="year_out_of_range",
                first=self.first_year,
                last=self.last_year,
            )
        day = jdatetime.date.fromgregorian(date=value)
        return Day(day.year, day.month, day.day)

    def to_date(self, day: Day) -> date:
        """Return the Gregorian date."""
        value: date = jdatetime.date(*day).togregorian()
        return value

    def month_length(self, year: int, month: int) -> int:
        """Return 31 for the first six months, 30 for the next five, 29 or 30 for Esfand."""
        if month < ESFAND:
            return 31 if month <= 6 else 30
        return 30 if self.is_leap(year) else 29

    def is_leap(self, year: int) -> bool:
        """Tell whether Esfand of this year has 30 days."""
        leap: bool = jdatetime.date(year, 1, 1).isleap()
        return leap

    def month_names(self, language: str, short: bool = False) -> tuple[str, ...]:
        """Return the names in Persian script for Persian, else as they are spelled in English."""
        return _NAMES if language == "fa" else _LATIN_NAMES

    def month_words(self, language: str) -> Mapping[str, int]:
        """Return the names in both scripts, whatever the reader's language, and other spellings of them."""
        named = {
            fold(name): number
            for names in (_LATIN_NAMES, _NAMES)
            for number, name in enumerate(names, start=1)
        }
        return {**{fold(word): number for word, number in _OTHER_WORDS.items()}, **named}

    def full_year(self, short: int) -> int | None:
        """Return 1400 to 1450 and 1351 to 1399."""
        return 1400 + short if short <= 50 else 1300 + short

    def checked(self, day: Day, language: str = "en") -> date:
        """Refuse 30 Esfand of a common year in words of its own; people type it in good faith."""
        if (day.month, day.day) == (ESFAND, 30) and self._accepts(day.year) and not self.is_leap(day.year):
            raise Unreadable(
                "{year} is a common year: its {month} has 29 days.",
                code="no_such_day",
                year=day.year,
                month=self.month_names(language)[ESFAND - 1],
            )
        return super().checked(day, language)

    def _accepts(self, year: int) -> bool:
        return self.first_year <= year <= self.last_year


_FIRST: date = jdatetime.date(Jalali.first_year, 1, 1).togregorian()
_LAST: date = jdatetime.date(Jalali.last_year, ESFAND, 29).togregorian()
