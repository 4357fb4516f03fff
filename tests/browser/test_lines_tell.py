"""Forms tell what follows from the lines of their lists while these are typed: with the network cut off, in Persian."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_forms_tell import comes_near

ROOT = Path(__file__).resolve().parents[2]
PARCEL = "parcel.parcel"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "l10n_fa", "parcel")


@pytest.fixture(scope="session")
def site_folders():
    return [ROOT / "modules", ROOT / "tests" / "fixtures" / "modules"]


def test_lines_that_are_typed_changed_and_removed_are_told_without_the_network(seat, add):
    contents = [{"what": "cup", "size": 4}, {"what": "nail", "size": 1, "pieces": 30}]
    (number,) = add(PARCEL, {"name": "north", "contents": contents})
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(f"/records/{PARCEL}/{number}")
    page.on("dialog", lambda dialog: dialog.accept())
    weight, padding = page.locator("[data-value=weight]"), page.locator("[data-cond=padding]")
    star = page.locator("[data-cond=reason] .req")
    first = page.locator("[name=contents-0-size]")
    expect(weight).to_have_text("۳۸")
    comes_near(page, "[name=contents-0-size]")
    desk.context.set_offline(True)

    first.press("ControlOrMeta+a")
    first.press_sequentially("۶۰")
    expect(weight).to_have_text("۱۵۰")
    expect(star).to_be_visible()
    expect(first).to_be_focused()
    page.locator("#f-limit").fill("500")
    expect(star).to_be_hidden()
    first.fill("x")
    expect(weight, "What cannot be read is left to the server.").to_have_text("۱۵۰")
    first.fill("4")
    expect(weight).to_have_text("۳۸")

    page.locator("[data-add-line]").click()
    row = page.locator("tbody tr:visible").last
    expect(weight, "A row into which nothing is typed is nobody's.").to_have_text("۳۸")
    row.locator("[name$=-size]").fill("10")
    expect(weight).to_have_text("۵۸")
    expect(padding).to_be_hidden()
    row.locator("[name$=-fragile]").check()
    expect(padding).to_be_visible()
    row.locator("[name$=-price]").fill("۱٬۰۰۰")
    expect(page.locator("[data-value=worth]")).to_have_text("۱٬۰۰۰ تومان")
    expect(row.locator("[name$=-price]")).to_be_focused()
    page.locator("tbody tr").nth(1).locator("[data-remove-line]").click()
    expect(weight).to_have_text("۲۸")

    desk.context.set_offline(False)
    page.locator("[data-save]").click()
    expect(page.locator("[data-state]")).to_have_text("ذخیره شد")
    expect(weight).to_have_text("۲۸")


def test_the_lines_of_what_is_new_are_told_as_they_are_typed(seat):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(f"/records/{PARCEL}/new")
    page.on("dialog", lambda dialog: dialog.accept())
    weight, star = page.locator("[data-value=weight]"), page.locator("[data-cond=reason] .req")
    comes_near(page, "#f-name")
    desk.context.set_offline(True)
    page.locator("[data-add-line]").click()
    page.locator("tbody tr:visible [name$=-size]").fill("51")
    expect(weight).to_have_text("۱۰۲")
    expect(star).to_be_visible()
    page.locator("tbody tr:visible [data-remove-line]").click()
    expect(weight).to_have_text("۰")
    expect(star).to_be_hidden()
    desk.context.set_offline(False)
