"""A call is logged in a browser: by keyboard at a desk, and in two taps on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NOTE = "تا آخر هفته خبر می‌دهد"


@pytest.fixture(scope="session")
def site_modules():
    return ("activities", "l10n_fa")


def logged(page, record):
    """Go back to the record and wait until its timeline tells of the call."""
    page.wait_for_url(f"**{record}")
    expect(page.locator(".toast")).to_contain_text("تماس ثبت شد")
    expect(page.get_by_text(NOTE).first).to_be_visible()


def test_a_call_is_logged_by_keyboard(seat, people):
    desk = seat(language="fa")
    desk.signs_in()
    record = f"/records/contacts.contact/{people['ali']}"
    page = desk.goes(record)
    page.keyboard.press("l")
    expect(page.locator("dialog[open] textarea").first).to_be_focused()
    page.keyboard.type(NOTE)
    page.locator("dialog[open] .btn.primary").focus()
    page.keyboard.press("Enter")
    logged(page, record)


def test_a_call_is_logged_in_two_taps_on_a_phone(seat, people):
    desk = seat(language="fa", width=390)
    desk.signs_in()
    record = f"/records/contacts.contact/{people['ali']}"
    page = desk.goes(record)
    page.get_by_role("link", name="ثبت تماس").locator("visible=true").tap()
    expect(page.locator("dialog[open] textarea").first).to_be_focused()
    page.keyboard.type(NOTE)
    page.locator("dialog[open] .btn.primary").tap()
    logged(page, record)
