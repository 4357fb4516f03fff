"""Two readers for tests: an English one, and one with a calendar, digits and a money unit of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from core.i18n import Calendar, Day, DigitSet, Gregorian, Language, Localization, Messages, MoneyUnit, Style
from core.kernel.actor import Preferences


class Shifted(Calendar):
    """Counts years from 621 years later; its months begin with the Gregorian ones."""

    name = "shifted"
    first_year, last_year = 1, 9000
    separator = "/"
    first_weekday, weekend = 5, frozenset({4})

    def from_date(self, value: date) -> Day:
        return Day(value.year - 621, value.month, value.day)

    def to_date(self, day: Day) -> date:
        return date(day.year + 621, day.month, day.day)

    def month_length(self, year: int, month: int) -> int:
        return Gregorian().month_length(year + 621, month)

    def month_names(self, language: str, short: bool = False) -> tuple[str, ...]:
        return Gregorian().month_names(language, short)


class FewWords(Messages):
    """Translations without files."""

    words: Mapping[str, str] = {
        "percent": "درصد",
        "Yes": "بله",
        "No": "خیر",
        "New": "تازه",
        "Old": "کهنه",
        "Lost deal": "ازدست‌رفته",
    }

    def gettext(self, language: str, msgid: str, context: str = "") -> str:
        return self.words.get(msgid, msgid) if language == "fa" else msgid


class _Settings:
    language, time_zone = "en", "Asia/Tehran"


def _readers() -> dict[str, Style]:
    site = Localization(FewWords())
    site.fill(
        calendars=[Shifted()],
        digits=[DigitSet(name="persian", digits="۰۱۲۳۴۵۶۷۸۹", decimal="٫", group="٬", percent="٪")],
        money_units=[
            MoneyUnit(
                name="ten",
                currency="IRR",
                labels={"en": "Ten", "fa": "ده‌تا"},
                factor=Decimal(10),
                words=("dahta",),
            ),
            MoneyUnit(name="rial", currency="IRR", labels={"en": "Rial", "fa": "ریال"}),
        ],
        languages=[
            Language(
                code="fa",
                name="فارسی",
                direction="rtl",
                calendar="shifted",
                digits="persian",
                money_unit="ten",
                list_separator="، ",
            ),
            Language(code="de", name="Deutsch"),
        ],
    )
    return {code: site.style(Preferences(language=code), _Settings()) for code in ("en", "fa", "de")}


READERS = _readers()
