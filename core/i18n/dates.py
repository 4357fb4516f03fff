"""Write and read dates in any calendar, after the pattern of the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from babel import Locale

from core.i18n.calendars import Calendar, Day, Gregorian
from core.i18n.characters import ascii_digits, clean
from core.i18n.folding import fold
from core.i18n.languages import Language
from core.i18n.unreadable import Unreadable

_PIECE = re.compile(r"'([^']*)'|y+|M+|d+|E+|[^'yMdE]+")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = r"[^0-9\s,\u060c/.\-][^0-9\s,\u060c/\-]*"
_PARTS = re.compile(rf"[0-9]+|{_WORD}(?: {_WORD})*")
_LONGEST = 100
_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

NO_WORDS: Mapping[str, int] = MappingProxyType({})


def date_pattern(locale: Locale) -> str:
    """Return the language's pattern for a date with its month in words."""
    medium = str(locale.date_formats["medium"])
    return _MARKS.sub("", medium if "MMM" in medium else str(locale.date_formats["long"]))


def write_date(calendar: Calendar, language: Language, pattern: str, value: date) -> str:
    """Return ``value`` after a CLDR pattern of y, M, d and E, in ASCII digits."""
    day = calendar.from_date(value)
    return "".join(_piece(match, calendar, language.code, value, day) for match in _PIECE.finditer(pattern))


def _piece(match: re.Match[str], calendar: Calendar, code: str, value: date, day: Day) -> str:
    piece = match[0]
    width = len(piece)
    match piece[0]:
        case "y":
            return f"{day.year % 100:02}" if width == 2 else str(day.year)
        case "M" if width > 2:
            return calendar.month_names(code, short=width == 3)[day.month - 1]
        case "M":
            return f"{day.month:0{width}}"
        case "d":
            return f"{day.day:0{width}}"
        case "E":
            return weekday_name(code, value.weekday(), short=width < 4)
        case "'":
            return match[1] or "'"
    return piece


def write_date_digits(calendar: Calendar, value: date) -> str:
    """Return ``value`` in digits only, year first: the form that every reader of dates takes back."""
    day = calendar.from_date(value)
    return f"{day.year:04}{calendar.separator}{day.month:02}{calendar.separator}{day.day:02}"


def weekday_name(code: str, weekday: int, short: bool = False) -> str:
    """Return the CLDR's name of a weekday, Monday = 0."""
    name: str = Locale.parse(code).days["format"]["abbreviated" if short else "wide"][weekday]
    return name


def read_date(
    calendar: Calendar,
    text: str,
    today: date,
    *,
    language: str = "en",
    day_words: Mapping[str, int] = NO_WORDS,
) -> date:
    """Return the date a reader typed; raise `Unreadable` with the reason and never guess between two days."""
    plain = ascii_digits(_MARKS.sub("", clean(text))).strip()
    shift = day_words.get(fold(plain))
    if shift is not None:
        return today + timedelta(days=shift)
    if _is_stored_form(plain, calendar):
        return _stored(plain, calendar)
    parts = _PARTS.findall(plain)
    if len(plain) > _LONGEST:
        raise _unreadable(calendar, today)
    if not all(map(_is_number, parts)):
        parts = _without_words(calendar, language, parts)
        return calendar.checked(_day_in_words(calendar, parts, today), language)
    numbers = [part for part in parts if len(part) <= 4]
    if len(numbers) != 3 or len(parts) != 3:
        raise _unreadable(calendar, today)
    return calendar.checked(_day_in_digits(calendar, numbers, today), language)


def _is_stored_form(plain: str, calendar: Calendar) -> bool:
    """Tell whether this is the form dates are exchanged in, and cannot be a date of the calendar itself."""
    if not _ISO.fullmatch(plain):
        return False
    year = int(plain[:4])
    return year >= Gregorian.first_year and not calendar.first_year <= year <= calendar.last_year


def _stored(plain: str, calendar: Calendar) -> date:
    try:
        value = date.fromisoformat(plain)
    except ValueError:
        raise Unreadable("The date {text} does not exist.", code="no_such_day", text=plain) from None
    calendar.from_date(value)  # refuses what the calendar cannot show
    return value


def _without_words(calendar: Calendar, language: str, parts: list[str]) -> list[str]:
    """Replace the month's name by ``=<number>`` and drop the weekday's."""
    months = calendar.month_words(language)
    weekdays = {
        fold(weekday_name(code, day, short))
        for code in ("en", language)
        for day in range(7)
        for short in (True, False)
    }
    kept: list[str] = []
    for part in parts:
        # Names of two words are looked up whole first: «سه شنبه», «كانون الثاني».
        known = fold(part) in months or fold(part) in weekdays
        for word in [part] if known else part.split():
            if fold(word) in months:
                kept.append(f"={months[fold(word)]}")
            elif fold(word) not in weekdays:
                kept.append(word)
    return kept


def _day_in_words(calendar: Calendar, parts: list[str], today: date) -> Day:
    months = [part for part in parts if part[0] == "="]
    numbers = [part for part in parts if _is_number(part)]
    if len(months) != 1 or len(months) + len(numbers) != len(parts) or not 1 <= len(numbers) <= 2:
        raise _unreadable(calendar, today)
    month = int(months[0][1:])
    if len(numbers) == 1:
        return Day(calendar.from_date(today).year, month, int(numbers[0]))
    first, second = numbers
    if len(first) > 2 and len(second) <= 2:
        first, second = second, first
    return Day(_year(calendar, second, today), month, int(first))


def _day_in_digits(calendar: Calendar, numbers: list[str], today: date) -> Day:
    first, middle, last = numbers
    if len(first) > 2:
        return Day(_year(calendar, first, today), int(middle), int(last))
    if len(last) > 2:
        return _day_before_year(calendar, int(first), int(middle), _year(calendar, last, today), today)
    if not calendar.short_year_first:
        raise _unreadable(calendar, today)
    year_first = Day(_year(calendar, first, today), int(middle), int(last))
    day_first = Day(_year(calendar, last, today), int(middle), int(first))
    return year_first if _exists(calendar, year_first) or not _exists(calendar, day_first) else day_first


def _day_before_year(calendar: Calendar, first: int, middle: int, year: int, today: date) -> Day:
    """Read day, month, year; where months are also written first, only if there is no doubt."""
    day_first, month_first = Day(year, middle, first), Day(year, first, middle)
    if calendar.short_year_first or first == middle or not _exists(calendar, month_first):
        return day_first
    if not _exists(calendar, day_first):
        return month_first
    raise Unreadable(
        "{text} can be read as two dates; write it like {example}.",
        code="date_ambiguous",
        text=f"{first}/{middle}/{year}",
        example=write_date_digits(calendar, today),
    )


def _is_number(part: str) -> bool:
    return "0" <= part[0] <= "9"


def _exists(calendar: Calendar, day: Day) -> bool:
    try:
        calendar.checked(day)
    except Unreadable:
        return False
    return True


def _year(calendar: Calendar, digits: str, today: date) -> int:
    if len(digits) > 2:
        return int(digits)
    year = calendar.full_year(int(digits))
    if year is None:
        raise _unreadable(calendar, today)
    return year


def _unreadable(calendar: Calendar, today: date) -> Unreadable:
    return Unreadable(
        "Write a date like {example}.", code="date_unreadable", example=write_date_digits(calendar, today)
    )
