"""axe finds nothing on any screen, in both languages and themes, on a desk and on a phone, with what opens opened.

In `make test` each screen has its turn in one of the looks, in both themes; `make accessibility` takes all.
The policy of the pages stays on, and every violation of it and every error of a script fails the test, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from core.testing.postgres import TestPostgres
from tests.browser.auditing import audit
from tests.browser.conftest import AXE, SIZES, Desk, served
from tests.browser.openings import OPENINGS
from tests.screens.listed import SCREENS, Screen, screens_of
from tests.screens.world import ADMIN, World, lent_world

pytestmark = [pytest.mark.browser, pytest.mark.modules]

LOOKS = [("fa", 1440), ("fa", 390), ("en", 1440), ("en", 390)]
NARROWEST, NARROW = 320, 600
WHOLE = os.environ.get("PAYVAND_ACCESSIBILITY") == "whole"
everywhere = pytest.mark.parametrize(("language", "width"), LOOKS)
shared = pytest.mark.parametrize("share", range(2))
"""Tests in two parts, so that processes get their share."""


@pytest.fixture(scope="module")
def world(pg: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with lent_world(pg, tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="module")
def place(world: World) -> Iterator[str]:
    """The address of the whole product."""
    with served(world.app) as address:
        yield address


@pytest.fixture
def desk(browser: Browser, world: World, place: str, language: str, width: int) -> Iterator[Desk]:
    """Somebody at a screen of this look, about whom nothing is complained."""
    desk = Desk(browser, place, width=width, language=language, theme="light", bypass=False, phone=False)
    desk.context.add_init_script(AXE.read_text(encoding="utf-8"))
    desk.page.on("dialog", lambda dialog: dialog.accept())
    yield desk
    assert desk.close() == []


def seen(language: str, width: int, at: int) -> bool:
    """Tell whether a screen has its turn in this look."""
    return WHOLE or LOOKS.index((language, width)) == at % len(LOOKS)


@shared
@everywhere
@pytest.mark.covers("IN-26", "LO-13", "PL-09")
def test_axe_finds_nothing_on_any_screen_and_none_scrolls_sideways(desk, world, language, width, share):
    screens = list(SCREENS) + (rest(world) if WHOLE else [])
    found, shell = [], share == 0
    for screen in [one for at, one in enumerate(screens) if seen(language, width, at)][share::2]:
        desk.is_signed_in(world.token(screen.who) if screen.who else "")
        page = desk.goes(world.path(screen.path))
        if width < NARROW and is_too_wide(page, width):
            found.append(f"{screen.path}: it scrolls sideways at {NARROWEST} pixels")
        found += audit(page, screen.path, shell=shell)
        shell = shell and not screen.who
    assert found == []


def is_too_wide(page: Page, width: int) -> bool:
    """Tell whether a page scrolls sideways on the narrowest screen; it is looked at where it stands, and put back."""
    page.set_viewport_size({"width": NARROWEST, "height": SIZES[NARROWEST]})
    wide: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_viewport_size({"width": width, "height": SIZES[width]})
    return wide


def rest(world: World) -> list[Screen]:
    """Return what follows from metadata alone and is not in the list."""
    known = {screen.path for screen in SCREENS}
    return [screen for screen in screens_of(world.desk.catalog) if screen.path not in known]


@everywhere
def test_axe_finds_nothing_with_what_opens_opened(desk, world, language, width):
    found = []
    for at, opening in enumerate(OPENINGS):
        if not seen(language, width, at):
            continue
        desk.is_signed_in(world.token(ADMIN))
        for name, page in opening(desk, world):
            found += audit(page, name, shell=False)
    assert found == []
