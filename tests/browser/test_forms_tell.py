"""Forms tell by themselves what follows from what is typed: with the network cut off, in Persian."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


def comes_near(page, field):
    """What tells comes when somebody is about to type."""
    page.locator(field).focus()
    page.evaluate("async () => { await customElements.whenDefined('ui-look'); }")


def test_fields_come_and_go_and_amounts_follow_without_the_network(seat):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes("/records/sales.score_rule/new")
    condition, event = page.locator("[data-cond=condition]"), page.locator("[data-cond=event]")
    expect(event).to_be_visible()
    expect(condition).to_be_hidden()
    comes_near(page, "#f-kind")
    desk.context.set_offline(True)
    page.locator("#f-kind").select_option("fit")
    expect(condition).to_be_visible()
    expect(condition.locator(".req")).to_be_visible()
    expect(event).to_be_hidden()
    page.locator("#f-kind").select_option("engagement")
    expect(event).to_be_visible()
    expect(condition).to_be_hidden()
    desk.context.set_offline(False)

    page.on("dialog", lambda dialog: dialog.accept())
    page = desk.goes("/records/sales.opportunity/new")
    amount = page.locator("[data-value=amount]")
    comes_near(page, "#f-estimate")
    desk.context.set_offline(True)
    page.locator("#f-estimate").fill("۱٬۲۵۰٬۰۰۰")
    expect(amount).to_have_text("۱٬۲۵۰٬۰۰۰ تومان")
    page.locator("#f-estimate").fill("12.5")
    expect(amount).to_have_text("۱۲٫۵ تومان")
    page.locator("#f-estimate").fill("")
    expect(amount).to_have_text("—")
    desk.context.set_offline(False)
