"""Which way of writing a reader gets, from what they, their organisation and the site chose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.config import Settings
from core.i18n import Calendar, Collation, Localization
from core.kernel.actor import Preferences
from tests.i18n.conftest import EASTERN, FARSI

SITE = Settings()


def test_the_core_alone_speaks_english() -> None:
    style = Localization().style(Preferences(), SITE)
    assert (style.lang, style.dir, str(style.calendar), str(style.digits), style.money_unit) == (
        "en",
        "ltr",
        "gregorian",
        "latin",
        None,
    )
    assert style.zone.key == "Asia/Tehran"


@pytest.mark.covers("LO-08")
def test_a_language_brings_its_own_defaults_and_each_can_be_changed(localization: Localization) -> None:
    assert str(localization.style(Preferences(language="fa"), SITE).digits) == "eastern"
    mixed = localization.style(Preferences(language="fa", digits="latin"), SITE)
    assert (mixed.dir, mixed.number(-1234)) == ("rtl", "\u200e−1,234")
    english = localization.style(Preferences(language="en", digits="eastern"), SITE)
    assert english.number(-1234) == "-۱٬۲۳۴"


def test_the_reader_comes_before_the_organisation_and_that_before_the_site(
    localization: Localization,
) -> None:
    organisation = Preferences(language="fa", time_zone="Asia/Kabul", money_unit="dozen")
    style = localization.style(Preferences(language="de"), replace(SITE, language="hi"), organisation)
    assert (style.lang, style.zone.key, str(style.money_unit)) == ("de", "Asia/Kabul", "dozen")
    assert localization.style(Preferences(), SITE, organisation).lang == "fa"
    assert localization.style(Preferences(), replace(SITE, language="hi")).lang == "hi"


@pytest.mark.parametrize("code", ["fa_IR", "fa-AF", "FA"])
def test_a_regional_code_finds_its_language(localization: Localization, code: str) -> None:
    assert localization.style(Preferences(language=code), SITE).lang == "fa"


def test_choices_that_are_gone_count_as_none(localization: Localization) -> None:
    lost = Preferences(
        language="tlh", calendar="maya", digits="roman", time_zone="Mars/Olympus", money_unit="gold"
    )
    style = localization.style(lost, SITE)
    assert (style.lang, str(style.calendar), str(style.digits), style.money_unit, style.zone.key) == (
        "en",
        "gregorian",
        "latin",
        None,
        "Asia/Tehran",
    )


def test_equal_choices_share_one_style(localization: Localization) -> None:
    one = localization.style(Preferences(language="fa"), SITE)
    assert localization.style(Preferences(language="fa", digits="eastern"), SITE) is one
    assert localization.style(Preferences(language="fa", time_zone="UTC"), SITE) is not one


def test_what_a_module_brought_goes_with_it(localization: Localization) -> None:
    localization.fill()
    assert localization.style(Preferences(language="fa"), SITE).lang == "en"
    assert list(localization.languages) == ["en"]
    assert localization.collation == Collation()


def test_calendars_are_contracts() -> None:
    with pytest.raises(TypeError):
        Calendar()


def test_directions_come_from_the_language() -> None:
    assert FARSI.is_rtl
    assert EASTERN.draw("1405/09") == "۱۴۰۵/۰۹"
