"""`Localization`: the calendars, digits, money units, languages and collation a site knows, and the styles made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from core.i18n.amounts import Amounts
from core.i18n.calendars import Calendar, Gregorian
from core.i18n.collation import PLAIN, Collation, sort_key, sort_key_ddl
from core.i18n.dates import date_pattern
from core.i18n.digits import LATIN, DigitSet
from core.i18n.languages import ENGLISH, Language, base_code
from core.i18n.messages import Messages
from core.i18n.moments import find_zone
from core.i18n.money import MoneyUnit
from core.i18n.names import Names
from core.i18n.numbers import number_form
from core.i18n.style import Style

_MOST_STYLES = 500

Named = TypeVar("Named")


class Choices(Protocol):
    """What a person or an organisation has chosen; an empty name leaves the choice to the next."""

    @property
    def language(self) -> str:
        """Code of a language."""

    @property
    def calendar(self) -> str:
        """Name of a calendar."""

    @property
    def digits(self) -> str:
        """Name of a set of digits."""

    @property
    def time_zone(self) -> str:
        """Name of a time zone."""

    @property
    def money_unit(self) -> str:
        """Name of a money unit."""


class SiteDefaults(Protocol):
    """What the site's settings say for those who chose nothing."""

    @property
    def language(self) -> str:
        """Code of a language."""

    @property
    def time_zone(self) -> str:
        """Name of a time zone."""


class Localization:
    """What the core brings (English, Gregorian, Latin digits, ISO currencies) and what modules add to it."""

    def __init__(self, messages: Messages | None = None) -> None:
        self.messages = messages or Messages()
        self.fill()

    def fill(
        self,
        *,
        calendars: Iterable[Calendar] = (),
        digits: Iterable[DigitSet] = (),
        money_units: Iterable[MoneyUnit] = (),
        languages: Iterable[Language] = (),
        collation: Collation | None = None,
    ) -> None:
        """Take these contributions of the enabled modules in place of those before."""
        self.calendars: Mapping[str, Calendar] = {item.name: item for item in (Gregorian(), *calendars)}
        self.digits: Mapping[str, DigitSet] = {item.name: item for item in (LATIN, *digits)}
        self.money_units: Mapping[str, MoneyUnit] = {item.name: item for item in money_units}
        self.languages: Mapping[str, Language] = {item.code: item for item in (ENGLISH, *languages)}
        self.collation = collation or PLAIN
        self.names = Names(language.names for language in self.languages.values())
        self._styles: dict[tuple[str, ...], Style] = {}

    def sort_key(self, text: str) -> str:
        """Return the key by which ``text`` is ordered at this site."""
        return sort_key(text, self.collation)

    def sort_key_ddl(self) -> str:
        """Return the statement that makes the database order alike."""
        return sort_key_ddl(self.collation)

    def style(
        self, preferences: Choices, settings: SiteDefaults, organisation: Choices | None = None
    ) -> Style:
        """Return the reader's style: their choices, then the organisation's, the settings', the language's.

        A choice that is no longer known (its module is disabled) counts as none.
        """
        layers = (preferences, organisation) if organisation else (preferences,)
        language = self.language(*(layer.language for layer in layers), settings.language)
        calendar = _first(
            self.calendars, *(layer.calendar for layer in layers), language.calendar, "gregorian"
        )
        digits = _first(self.digits, *(layer.digits for layer in layers), language.digits, "latin")
        unit = next(
            (
                self.money_units[name]
                for name in (*(layer.money_unit for layer in layers), language.money_unit)
                if name in self.money_units
            ),
            None,
        )
        names = (*(layer.time_zone for layer in layers), settings.time_zone)
        zone = next(filter(None, map(find_zone, names)), None) or ZoneInfo("UTC")
        key = (language.code, calendar.name, digits.name, unit.name if unit else "", zone.key)
        style = self._styles.get(key)
        if style is None:
            if len(self._styles) >= _MOST_STYLES:
                self._styles = {}
            style = self._styles[key] = self._build(language, calendar, digits, unit, zone)
        return style

    def language(self, *codes: str) -> Language:
        """Return the first of the languages that the site knows, by exact code or its base, else English."""
        for code in codes:
            found = self.languages.get(code) or self.languages.get(base_code(code))
            if found:
                return found
        return ENGLISH

    def _build(
        self, language: Language, calendar: Calendar, digits: DigitSet, unit: MoneyUnit | None, zone: ZoneInfo
    ) -> Style:
        locale = _locale(language.code)
        form = number_form(language, locale, digits)
        return Style(
            language=language,
            calendar=calendar,
            digits=digits,
            zone=zone,
            money_unit=unit,
            messages=self.messages,
            locale=locale,
            form=form,
            amounts=Amounts(form=form, locale=locale, units=self.money_units, unit=unit),
            pattern=date_pattern(locale),
            collation=self.collation,
        )


def _first(known: Mapping[str, Named], *names: str) -> Named:
    return next(known[name] for name in names if name in known)


def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
