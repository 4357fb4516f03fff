"""Through its unit of work a hook finds how people read: their language, calendar, digits and zone."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.actor import Preferences, system_actor
from core.sdk import localization, style_of
from core.storage import Database
from core.storage.catalogs import Catalogs


@pytest.fixture(scope="session")
def site_modules():
    return ("kit",)


@pytest.fixture(scope="session")
def site_folders():
    return [Path("tests/fixtures/modules")]


@pytest.fixture
def uow(site):
    with site.get(Database).unit(site.get(Catalogs).current(), system_actor("a test")) as uow:
        yield uow


def test_without_preferences_it_is_the_site(site, uow):
    assert style_of(uow).zone.key == site.settings.time_zone


def test_preferences_of_somebody_else_decide_for_them(uow):
    assert style_of(uow, Preferences(time_zone="Europe/Berlin")).zone.key == "Europe/Berlin"


def test_the_calendars_of_the_site_are_known_by_name(uow):
    assert localization(uow).calendars["gregorian"].month_length(2028, 2) == 29
