"""A guest books, moves and cancels in a browser, by touch and by mouse; axe finds nothing on the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.testing.site import actor_of
from tests.browser.conftest import LOGIN
from tests.browser.test_accessibility import audit

pytestmark = pytest.mark.browser

HERE = "/m/activities/book/first-talk"
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORDS = {
    "fa": ("نیلوفر صادقی", "این جلسه رزرو شده است", "این جلسه لغو شده است"),
    "en": ("Mary Miller", "This meeting is booked", "This meeting is cancelled"),
}


@pytest.fixture(scope="session")
def site_modules():
    return ("activities", "l10n_fa")


@pytest.fixture
def page_of_host(add, seat, site):
    """A page of the administrator, from 8 to 12 each day."""
    del seat  # makes the account
    hours = [{"weekday": day, "start": "08:00", "end": "12:00"} for day in WEEK]
    calendar = add("base.working_calendar", {"name": "Office", "hours": hours})[0]
    kind = add("activities.activity_type", {"name": "Talk", "category": "meeting"})[0]
    values = {
        "name": "First talk",
        "slug": "first-talk",
        "type": kind,
        "hosts": [actor_of(site, LOGIN).id],
        "location": "Room 4",
    }
    return add("activities.booking_page", {**values, "working_calendar": calendar, "minutes": 60})[0]


@pytest.mark.parametrize(("language", "width"), [("fa", 390), ("en", 1440)])
@pytest.mark.covers("AS-23", "IN-26")
def test_a_guest_books_moves_and_cancels_and_axe_finds_nothing(seat, page_of_host, language, width):
    assert page_of_host
    name, booked, cancelled = WORDS[language]
    desk = seat(language=language, width=width, bypass=True)
    press = (lambda button: button.tap()) if width < 500 else (lambda button: button.click())
    page = desk.goes(HERE)
    found = audit(page, "times")
    desk.goes(HERE)
    press(page.locator("section .btn").nth(2))
    page.locator("#f-name").fill(name)
    press(page.locator("#book .btn.primary"))
    expect(page.get_by_role("alert")).to_be_visible()
    found += audit(page, "refused form")
    page.locator("#f-email").fill("guest@example.com")
    press(page.locator("#book .btn.primary"))
    expect(page.get_by_role("status").filter(has_text=booked)).to_be_visible()
    found += audit(page, "booked")
    press(page.locator("a.btn.primary"))
    page.locator("section form button").first.wait_for()
    found += audit(page, "move")
    press(page.locator("section form button").nth(3))
    expect(page.get_by_role("status").filter(has_text=booked)).to_be_visible()
    press(page.locator("#cancel button"))
    expect(page.get_by_role("status").filter(has_text=cancelled)).to_be_visible()
    found += audit(page, "cancelled")
    assert found == []
