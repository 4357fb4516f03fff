"""A seller's round on a phone, in Persian and by touch: from a misspelt name to a quote on its way, in at most 14 taps."""

from __future__ import annotations

from datetime import timedelta

import jdatetime
import pytest
from playwright.sync_api import Locator, Page, expect

from core.storage import Database
from core.testing.site import PASSWORD, actor_of, make_account

pytestmark = [pytest.mark.browser, pytest.mark.modules]

MOST = 14
ROLES = ("base.member", "sales.rep", "activities.user")
FIRM, DEAL = "داده‌پردازان آریا", "سامانهٔ انبار"
THEIRS = ("پخش نیلوفر جنوب", "قرارداد پنهان", "پیشنهاد پنهان")
"""Names of a company, an opportunity and a quote of another team."""

NOTE, AGAIN = "نسخهٔ تازه را می‌خواهد", "خودش زنگ زد"


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


def price(amount):
    return {"amount": str(amount), "currency": "IRR"}


@pytest.fixture
def world(site, desk):
    """Two teams of sellers, each with a company, an opportunity and a quote; a colleague has called the first company."""
    for name, shown in (("rep", "سارا رضایی"), ("mate", "علی کریمی"), ("other", "کاوه نوری")):
        make_account(site, f"{name}@example.com", ROLES, password=PASSWORD, name=shown)
    rep, mate, other = (actor_of(site, f"{name}@example.com").id for name in ("rep", "mate", "other"))
    north = desk.one("base.team", name="شمال", members=[rep, mate])
    south = desk.one("base.team", name="جنوب", members=[other])
    mine = {"owner": rep, "team": north}
    mail = {"kind": "email", "value": "info@arya.example", "is_primary": True}
    firm = desk.one("contacts.account", name=FIRM, points=[mail], **mine)
    line = {"description": "نرم‌افزار انبار", "quantity": "1", "unit_price": price(900_000_000)}
    deal = desk.one("sales.opportunity", name=DEAL, account=firm, lines=[line], **mine)
    call = desk.find("activities.activity_type", "id", filter="category == 'call'")[0]["id"]
    yesterday = site.get(Database).now() - timedelta(days=1)
    told = desk.one(
        "activities.activity",
        type=call,
        subject="تماس",
        record={"entity": "contacts.account", "id": firm},
        owner=mate,
        team=north,
        start_at=yesterday.isoformat(),
    )
    desk.move(
        "activities.activity", told, "finish", result_code="reached", result_note="می‌خواهد نسخهٔ نمایشی ببیند"
    )
    company, possible, offer = THEIRS
    away = {"owner": other, "team": south}
    elsewhere = desk.one("contacts.account", name=company, **away)
    desk.one("sales.opportunity", name=possible, account=elsewhere, estimate=price(5), **away)
    desk.one("sales.quote", subject=offer, account=elsewhere, lines=[line], **away)
    return {"firm": firm, "deal": deal}


class Thumb:
    """Taps, counts, and looks at every page for what it must not show."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, place: Locator) -> None:
        """Tap what can be seen without scrolling sideways; what the page showed until then was nobody else's."""
        expect(place).to_be_visible()
        self.looks()
        place.tap()
        self.taps += 1

    def looks(self) -> None:
        """Read the whole page, also what is folded away."""
        text = self.page.content()
        assert [name for name in THEIRS if name in text] == []

    def types(self, text: str) -> None:
        """Type where the focus is; typing is no tap."""
        expect(self.page.locator("input:focus,textarea:focus")).to_have_count(1)
        self.page.keyboard.type(text)


def link(page, name):
    return page.get_by_role("link", name=name).locator("visible=true").first


def finds(thumb, screen, world):
    """The customer, by a name with a letter missing; who spoke to them last is on the page without a tap."""
    page = thumb.page
    thumb.tap(page.locator(".tabbar").get_by_role("link", name="جستجو"))
    screen.settles()
    thumb.types("پردازن اریا")
    thumb.tap(page.get_by_role("main").get_by_role("button", name="جستجو"))
    thumb.tap(link(page, FIRM))
    page.wait_for_url(f"**/records/contacts.account/{world['firm']}")
    screen.settles()
    expect(page.get_by_text("علی کریمی در").first).to_be_in_viewport()


def logs_a_call(thumb, screen, next_day):
    """A call with what was said, and the next step in the same dialog."""
    page = thumb.page
    thumb.tap(link(page, "ثبت تماس"))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    thumb.types(NOTE)
    thumb.tap(dialog.get_by_label("گام بعدی در"))
    thumb.types(next_day)
    thumb.tap(dialog.get_by_label("چرا دوباره"))
    thumb.types(AGAIN)
    thumb.tap(dialog.get_by_role("button", name="ثبت تماس"))
    expect(page.locator(".toast")).to_contain_text("گام بعدی")
    screen.settles()


def moves_the_deal(thumb, screen, world):
    """The only opportunity of the company goes to its next stage."""
    page = thumb.page
    related = page.get_by_role("navigation", name="رکوردهای مرتبط")
    thumb.tap(related.get_by_role("link", name="فرصت"))
    page.wait_for_url(f"**/records/sales.opportunity/{world['deal']}")
    screen.settles()
    thumb.tap(page.locator(".sbar-step a").first)
    thumb.tap(page.get_by_role("dialog").locator(".btn.primary"))
    expect(page.locator(".sbar-step").nth(1)).to_have_attribute("aria-current", "step")
    screen.settles()


def sends_a_quote(thumb, screen):
    """A quote of it is made, issued and sent."""
    page = thumb.page
    thumb.tap(page.get_by_role("button", name="پیش‌فاکتور تازه").locator("visible=true"))
    page.wait_for_url("**/records/sales.quote/*")
    screen.settles()
    thumb.tap(link(page, "فرستادن با ایمیل"))
    thumb.tap(page.get_by_role("dialog").get_by_role("button", name="فرستادن با ایمیل"))
    expect(page.locator(".toast")).to_contain_text("info@arya.example")
    thumb.looks()


@pytest.mark.covers("SA-08", "CO-06")
def test_a_seller_goes_from_a_misspelt_name_to_a_quote_on_its_way_in_fourteen_taps(seat, desk, world):
    screen = seat(width=390, language="fa")
    thumb = Thumb(screen.signs_in("rep@example.com"))
    tomorrow = jdatetime.date.fromgregorian(date=(desk.site.get(Database).now() + timedelta(days=1)).date())
    finds(thumb, screen, world)
    logs_a_call(thumb, screen, tomorrow.strftime("%Y/%m/%d"))
    moves_the_deal(thumb, screen, world)
    sends_a_quote(thumb, screen)
    assert thumb.taps <= MOST
    assert desk.column("sales.quote_mail", "recipient") == ["info@arya.example"]
    calls = desk.find("activities.activity", "result_note", "state", "day", "again_reason", sort=("id",))
    assert [(one["state"], one["result_note"]) for one in calls[1:]] == [("done", NOTE), ("planned", None)]
    assert (calls[1]["again_reason"], calls[2]["day"]) == (AGAIN, tomorrow.togregorian())
