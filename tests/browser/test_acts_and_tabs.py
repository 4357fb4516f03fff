"""A module's acts, tabs and fields that depend on others, in a browser: dialog, mistakes at their fields, way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.auditing import audit

pytestmark = [pytest.mark.browser, pytest.mark.modules]

everywhere = pytest.mark.parametrize(
    ("language", "width"), [("fa", 1440), ("fa", 390), ("en", 1440), ("en", 390)]
)


@pytest.fixture(scope="session")
def site_modules():
    return ("base", "handy", "l10n_fa")


@pytest.fixture(scope="session")
def site_folders():
    return [Path("tests/fixtures/modules"), Path("modules").resolve()]


@pytest.fixture
def crate(add):
    number = add("handy.crate", {"name": "صندوق یک", "weight": 250, "note": "dry"})[0]
    add("handy.box", {"name": "Red", "crate": number}, {"name": "Blue", "crate": number})
    return number


@everywhere
def test_axe_finds_nothing_on_tabs_panels_and_dialogs(seat, crate, language, width):
    desk = seat(language=language, width=width, bypass=True)
    desk.signs_in()
    page = desk.goes(f"/records/handy.crate/{crate}")
    found = audit(page, "form with tabs")
    page.get_by_role("tab").nth(2).click()
    found += audit(page, "related records")
    page = desk.goes(f"/records/handy.crate/{crate}/operation/seal")
    found += audit(page, "dialog as a page")
    assert found == []


def test_an_act_is_done_in_a_dialog_and_taken_back(seat, crate):
    desk = seat(language="en")
    desk.signs_in()
    page = desk.goes(f"/records/handy.crate/{crate}")
    page.get_by_role("link", name="Seal").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("input[name=weight]")).to_have_value("250")
    dialog.locator("input[name=weight]").fill("-4")
    dialog.get_by_role("button", name="Seal").click()
    expect(dialog.locator(".err")).to_have_text("Nothing weighs less than nothing.")
    dialog.locator("input[name=weight]").fill("4")
    dialog.get_by_role("button", name="Seal").click()
    expect(page.locator(".toast")).to_contain_text("Sealed 1 crates.")
    expect(page.get_by_role("link", name="Seal")).to_have_count(0)
    page.locator(".toast button").click()
    expect(page.locator(".toast")).to_contain_text("Open again.")
    expect(page.get_by_role("link", name="Seal")).to_be_visible()


def test_a_tab_with_a_mistake_is_opened_and_says_so(seat, crate):
    desk = seat(language="en", width=390)
    desk.signs_in()
    page = desk.goes(f"/records/handy.crate/{crate}")
    page.get_by_role("tab", name="More of it").click()
    page.locator("#f-keeper").fill("nobody")
    page.get_by_role("tab", name="Details").click()
    page.locator("[data-save]").click()
    page.locator("[data-summary]").wait_for()
    expect(page.get_by_role("tab", name="More of it to be mended")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#f-keeper")).to_have_value("nobody")
    expect(page.locator("#f-name")).to_be_hidden()
    expect(page.locator("[data-state]")).to_have_text("Not saved")


def test_fields_come_and_go_with_what_is_typed(seat, crate):
    desk = seat(language="en")
    desk.signs_in()
    page = desk.goes("/records/handy.box/new")
    expect(page.locator("#f-degrees")).to_be_hidden()
    page.locator("#f-kind").select_option("cold")
    expect(page.locator("#f-degrees")).to_be_visible()
    page.locator("#f-wide").fill("4")
    page.locator("#f-high").fill("5")
    page.locator("#f-high").press("Tab")
    expect(page.locator("[data-value=area]")).to_have_text("20")
    page.locator("#f-wide").fill("many")
    page.locator("#f-wide").press("Tab")
    expect(page.locator("#f-wide-e")).to_be_visible()
