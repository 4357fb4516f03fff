"""`Style`: one reader's way to write and read words, numbers, money, dates and times."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_timedelta

from core.errors import Problem, Word
from core.i18n.amounts import Amounts
from core.i18n.calendars import Calendar
from core.i18n.characters import ascii_digits
from core.i18n.collation import PLAIN, Collation, sort_key
from core.i18n.dates import read_date, write_date, write_date_digits
from core.i18n.digits import DigitSet
from core.i18n.languages import Language
from core.i18n.messages import Messages
from core.i18n.moments import day_start, in_zone, instants, is_recent, local_moment, read_time
from core.i18n.money import Money, MoneyUnit
from core.i18n.numbers import NumberForm, read_number, read_percent, write_number, write_percent
from core.i18n.unreadable import Unreadable

Label: TypeAlias = "str | Mapping[str, str]"
Number: TypeAlias = "int | float | Decimal"
Value: TypeAlias = "str | int | float | Decimal | dt.date | tuple[str, ...] | None"

_PARAMETER = re.compile(r"\{(\w+)\}")
_LATIN = re.compile("[A-Za-z]")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


DATES = AMOUNTS = 4096
"""Written dates, and written amounts, that are kept, of all readers."""

_YEAR = re.compile(r"[\s,،]*y+")
"""The year at the end of a pattern, with what stands before it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Style:
    """One reader's way; made by `Localization.style` and shared by all who chose the same.

    ``language``, ``calendar``, ``digits`` and ``money_unit`` print as their names.
    """

    language: Language
    calendar: Calendar
    digits: DigitSet
    zone: ZoneInfo
    money_unit: MoneyUnit | None
    messages: Messages
    locale: Locale
    form: NumberForm
    amounts: Amounts
    pattern: str
    collation: Collation = PLAIN

    @property
    def lang(self) -> str:
        """The language's code, for ``<html lang>``."""
        return self.language.code

    @property
    def dir(self) -> str:
        """The direction of lines, for ``<html dir>``: rtl or ltr."""
        return self.language.direction

    # words

    def _(self, msgid: str, /, **params: Value) -> str:
        """Return the translation of ``msgid`` with ``params`` filled in, numbers in the reader's digits."""
        return self._fill(self.messages.gettext(self.lang, msgid), params)

    def pgettext(self, context: str, msgid: str, /, **params: Value) -> str:
        """Return the translation of ``msgid`` where it has this context."""
        return self._fill(self.messages.gettext(self.lang, msgid, context), params)

    def ngettext(self, one: str, many: str, number: int, /, **params: Value) -> str:
        """Return the form for ``number`` things; ``{number}`` in it is the number itself."""
        found = self.messages.ngettext(self.lang, one, many, number)
        return self._fill(found, {"number": self.number(number), **params})

    def label(self, label: Label) -> str:
        """Return a label: a module's is translated, a site's is picked by language with English next."""
        if isinstance(label, str):
            return self.messages.gettext(self.lang, label)
        return label.get(self.lang) or label.get("en") or next(iter(label.values()), "")

    def sentence(self, label: Label, params: Mapping[str, Value]) -> str:
        """Return a label with ``params`` filled in, numbers and dates as the reader writes them."""
        return self._fill(self.label(label), params)

    def problem(self, problem: Problem | Unreadable) -> str:
        """Return the sentence of a reason to refuse."""
        return self._(problem.message, **problem.params)

    def joined(self, names: tuple[str, ...]) -> str:
        """Return names as a list in one line."""
        return self.language.list_separator.join(names)

    def sort_key(self, text: str) -> str:
        """Return the key by which texts are put in order, as the database does."""
        return sort_key(text, self.collation)

    def _fill(self, template: str, params: Mapping[str, Value]) -> str:
        if not params:
            return template
        shown = {name: self._param(value) for name, value in params.items()}
        return _PARAMETER.sub(lambda found: shown.get(found[1], found[0]), template)

    def _param(self, value: Value) -> str:
        match value:
            case None | bool():
                return "" if value is None else str(value)
            case int() | float() | Decimal():
                return write_number(self.form, value, grouped=False)
            case dt.datetime():
                return self.datetime(value)
            case dt.date():
                return self.date(value)
            case Word():
                return self._(value.message, **value.params)
            case tuple():
                return self.joined(tuple(map(self.isolated, value)))
        return self.isolated(value)

    def isolated(self, text: str) -> str:
        """Return a text as it stands in a sentence: Latin words must not tear one apart that runs from right to left."""
        if self.language.is_rtl and _LATIN.search(text):
            return f"{_ISOLATE}{text}{_END_ISOLATE}"
        return text

    # numbers and money

    def number(self, value: Number, decimals: int | None = None) -> str:
        """Return a number, with ``decimals`` places or as many as it has."""
        return write_number(self.form, value, decimals)

    def percent(self, value: Number, decimals: int | None = None) -> str:
        """Return a number of percent: 50 means fifty percent."""
        return write_percent(self.form, value, decimals)

    def money(self, money: Money) -> str:
        """Return an amount in the reader's unit, always with the unit."""
        return _money(self, str(money.amount), money.currency)

    def money_number(self, money: Money) -> Decimal:
        """Return an amount as a number of the reader's unit (`money_unit_name`), e.g. for a spreadsheet."""
        return self.amounts.shown(money)

    def money_digits(self, money: Money) -> str:
        """Return an amount as text without its unit, for places that name the unit themselves."""
        return self.amounts.number(money)

    def number_in_words(self, value: Decimal) -> str:
        """Return a number in words; empty where the language has none for it."""
        words = self.language.number_words
        return words(value) if words else ""

    def money_in_words(self, money: Money) -> str:
        """Return an amount in words, with its unit; empty where the language has none for it."""
        amount, unit = self.amounts.spoken(money)
        words = self.number_in_words(amount)
        return f"{words} {unit}" if words else ""

    def money_own(self, money: Money) -> str | None:
        """Return an amount in the currency's own unit; None where the reader counts in that one anyway."""
        return self.amounts.own(money)

    def money_unit_name(self, currency: str) -> str:
        """Return the name of the unit in which amounts of a currency are shown."""
        return self.amounts.name(currency)

    def parse_number(self, text: str) -> Decimal:
        """Return the number typed; raise `Unreadable`."""
        return read_number(self.form, text)

    def parse_percent(self, text: str) -> Decimal:
        """Return the number of percent typed; raise `Unreadable`."""
        return read_percent(self.form, text, self._("percent"))

    def parse_money(self, text: str, currency: str) -> Money:
        """Return the amount typed, in ledger units; raise `Unreadable`."""
        return self.amounts.read(text, currency)

    # dates and times

    def date(self, value: dt.date) -> str:
        """Return a date with its month in words."""
        return _date(self, value)

    def near_date(self, value: dt.date, today: dt.date) -> str:
        """Return a date in as few words as tell it: today, a day of this year, or the whole of it."""
        away = (value - today).days
        match away:
            case -1:
                return self._("Yesterday")
            case 0:
                return self._("Today")
            case 1:
                return self._("Tomorrow")
        return _near_date(self, value, today)

    def date_digits(self, value: dt.date) -> str:
        """Return a date in digits only, as it stands in inputs: ``1405/09/01``, ``2026-11-22``."""
        try:
            return self.digits.draw(write_date_digits(self.calendar, value))
        except Unreadable:
            return self.digits.draw(value.isoformat()[:10])

    def time(self, moment: dt.datetime) -> str:
        """Return the local time of day, on a 24-hour clock."""
        return _time(self, in_zone(moment, self.zone))

    def datetime(self, moment: dt.datetime) -> str:
        """Return the local date and time of an instant."""
        local = in_zone(moment, self.zone)
        return f"{self.date(local.date())}{self.language.list_separator}{_time(self, local)}"

    def datetime_digits(self, moment: dt.datetime) -> str:
        """Return the local date and time in digits only, as they stand in inputs."""
        local = in_zone(moment, self.zone)
        return f"{self.date_digits(local.date())} {_time(self, local)}"

    def relative(self, moment: dt.datetime, now: dt.datetime) -> str:
        """Return how long ago (or ahead) an instant is; its date where that is a week or more."""
        if not is_recent(moment, now):
            return self.date(in_zone(moment, self.zone).date())
        if abs((moment - now).total_seconds()) < 45:
            return self._("just now")
        text = format_timedelta(moment - now, add_direction=True, locale=self.locale)
        return self.digits.draw(ascii_digits(text))

    def today(self, now: dt.datetime) -> dt.date:
        """Return the date in the reader's zone."""
        return in_zone(now, self.zone).date()

    def instants(self, start: dt.date, end: dt.date) -> tuple[dt.datetime, dt.datetime]:
        """Return the half-open range of instants of the local days ``start <= day < end``."""
        return instants(start, end, self.zone)

    def parse_date(self, text: str, today: dt.date | None = None) -> dt.date:
        """Return the date typed, in the reader's calendar; raise `Unreadable`."""
        today = today or self.today(dt.datetime.now(dt.UTC))
        try:
            return read_date(
                self.calendar, text, today, language=self.lang, day_words=self.language.day_words
            )
        except Unreadable as refusal:
            raise refusal.drawn(self.digits.draw) from None

    def parse_datetime(self, text: str, today: dt.date | None = None) -> dt.datetime:
        """Return the instant typed as local date and time (or in ISO form with offset), in UTC.

        A date alone means the first instant of that day.
        """
        try:
            return self._moment(text, today)
        except OverflowError:
            raise Unreadable(
                "The year must be between {first} and {last}.",
                code="year_out_of_range",
                first=self.calendar.first_year,
                last=self.calendar.last_year,
            ) from None

    def _moment(self, text: str, today: dt.date | None) -> dt.datetime:
        plain = ascii_digits(text).strip()
        moment = _iso_moment(plain)
        if moment is not None:
            return moment
        day, _, clock = plain.replace("T", " ").rpartition(" ")
        if ":" not in clock:
            return day_start(self.parse_date(plain, today), self.zone)
        local_day = self.parse_date(day.rstrip(self.language.list_separator), today)
        try:
            return local_moment(local_day, read_time(clock), self.zone)
        except Unreadable as refusal:
            raise refusal.drawn(self.digits.draw) from None


def _iso_moment(text: str) -> dt.datetime | None:
    """Return the instant of a time in ISO form that tells its offset."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(dt.UTC) if moment.tzinfo else None


@lru_cache(DATES)
def _date(style: Style, value: dt.date) -> str:
    """Return a date with its month in words; lists and boards write the same days again and again."""
    try:
        return style.digits.draw(write_date(style.calendar, style.language, style.pattern, value))
    except Unreadable:  # stored by other means, outside of the calendar's years
        return style.digits.draw(value.isoformat()[:10])


@lru_cache(DATES)
def _near_date(style: Style, value: dt.date, today: dt.date) -> str:
    """Return a date, without its year where it is in this one."""
    try:
        if style.calendar.from_date(value).year != style.calendar.from_date(today).year:
            return style.date(value)
    except Unreadable:
        return style.date(value)
    pattern = _YEAR.sub("", style.pattern)
    return style.digits.draw(write_date(style.calendar, style.language, pattern, value))


@lru_cache(AMOUNTS)
def _money(style: Style, amount: str, currency: str) -> str:
    """Return an amount with its unit; ``amount`` is text because 1.0 and 1.00 are equal, but not written alike."""
    return style.amounts.write(Money(Decimal(amount), currency))


def _time(style: Style, local: dt.datetime) -> str:
    return style.digits.draw(f"{local.hour:02}:{local.minute:02}")
