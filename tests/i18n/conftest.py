"""Readers for the tests of the core's localization: no module is needed for any of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.config import Settings
from core.i18n import DigitSet, Language, Localization, Messages, MoneyUnit, Style
from core.kernel.actor import Preferences

FARSI = Language(code="fa", name="فارسی", direction="rtl", digits="eastern", list_separator="، ")
EASTERN = DigitSet(name="eastern", digits="۰۱۲۳۴۵۶۷۸۹", decimal="٫", group="٬", percent="٪")
GERMAN = Language(code="de", name="Deutsch")
HINDI = Language(code="hi", name="हिन्दी")
DOZEN = MoneyUnit(name="dozen", currency="XTS", labels={"en": "Dozen", "fa": "دوجین"}, factor=Decimal(12))


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def localization(messages: Messages) -> Localization:
    known = Localization(messages)
    known.fill(digits=[EASTERN], languages=[FARSI, GERMAN, HINDI], money_units=[DOZEN])
    return known


@pytest.fixture
def reader(localization: Localization):
    def make(language: str = "en", **choices: str) -> Style:
        return localization.style(Preferences(language=language, **choices), Settings())

    return make
