"""Entries of a calendar go to another day by mouse and by keyboard; a phone shows the days on which there is something."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.auditing import audit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CALENDAR = "/records/garden.plant/calendar?on=2026-11-24"


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "l10n_fa", "garden")


@pytest.fixture(scope="session")
def site_folders():
    return [ROOT / "modules", ROOT / "tests" / "fixtures" / "modules"]


@pytest.fixture
def plants(add):
    return add(
        "garden.plant",
        {"name": "Rose", "state": "seed", "water_at": "2026-11-24T09:00:00Z"},
        {"name": "Tulip", "state": "grown", "water_at": "2026-11-25T10:00:00Z"},
        *({"name": f"p{n}", "water_at": "2026-11-26T10:00:00Z"} for n in range(5)),
    )


def opened(seat, address=CALENDAR, **who):
    desk = seat(**who)
    desk.signs_in()
    return desk.goes(address)


def day(page, name):
    return page.locator(f".evs[data-day='{name}']").first


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("language", ["fa", "en"])
def test_an_entry_is_dragged_to_another_day_and_the_move_is_undone(seat, plants, language):
    page = opened(seat, language=language)
    entry = page.locator(".ev", has_text="Rose")
    x, y = entry.bounding_box()["x"] + 8, middle(entry)[1]
    to_x, to_y = middle(page.locator(".ev", has_text="Tulip"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + (to_x - x) / 2, y + 4, steps=5)
    page.mouse.move(to_x, to_y, steps=8)
    page.mouse.up()
    expect(day(page, "2026-11-25")).to_contain_text("Rose")
    expect(page.locator(".toast")).to_contain_text("Rose")
    page.keyboard.press("Control+z")
    expect(day(page, "2026-11-24")).to_contain_text("Rose")
    expect(page.locator(".toast")).to_have_count(2)
    page.reload()
    expect(day(page, "2026-11-24")).to_contain_text("Rose")


def test_an_entry_is_carried_by_keyboard_a_day_and_a_week_on(seat, plants):
    page = opened(seat)
    entry = page.locator(".ev", has_text="Rose")
    entry.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#live")).to_contain_text("18")
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("Rose is on")
    expect(page.locator(".ev", has_text="Rose")).to_be_focused()
    page.reload()
    expect(day(page, "2026-11-18")).to_contain_text("Rose")


def test_a_phone_shows_the_days_that_have_something(seat, plants):
    page = opened(seat, width=390, language="fa")
    expect(page.locator(".cal td:visible")).to_have_count(3)
    expect(page.locator(".cal td:visible").first).to_contain_text("Rose")


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_about_the_calendar_is_inaccessible(seat, plants, language, width):
    desk = seat(width=width, language=language, bypass=True)
    desk.signs_in()
    page = desk.goes(CALENDAR)
    page.locator("details.more summary").click()
    found = audit(page, "month")
    page = desk.goes(CALENDAR + "&span=week")
    assert found + audit(page, "week") == []


def test_a_press_on_an_empty_day_or_enter_on_its_plus_begins_a_new_one_there(seat, plants):
    page = opened(seat)
    x, y = middle(day(page, "2026-11-18"))
    page.mouse.click(x, y)
    page.wait_for_url("**/records/garden.plant/new?water_at=2026-11-18T*")
    page.go_back()
    page.locator(":not(:defined):not([hidden])").first.wait_for(state="detached")
    plus = page.get_by_role("link", name="New on Tuesday, Nov 24, 2026")
    plus.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="New on Wednesday, Dec 2, 2026")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/garden.plant/new?water_at=2026-12-02T*")
