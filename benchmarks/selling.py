"""Eight things that people do all day, as scripts for a browser: each counts its clicks and keystrokes.

They are done in Persian, by mouse and keyboard at a desk, and begin on the page that opens after signing in.
A choice in a list of the browser's own is two clicks; a letter typed is a keystroke, and so is Enter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import jdatetime
from playwright.sync_api import Locator, Page, expect

from core.testing.desk import Desk

WORDS = ("سپیدار", "نیلوفران", "کهکشان", "آبانگان", "بادبان", "ترنجستان", "شکوفه", "مهتاب")
"""Names of companies that are unlike each other, one for each time."""

MAIL = "info@example.com"
NOTE = "نسخهٔ تازه را می‌خواهد"
NAME = "این ماه"


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """Whom one works on: a company, a possible sale to it, and two entries for one person."""

    word: str
    tomorrow: date

    @property
    def misspelt(self) -> str:
        """The name with a letter missing."""
        return self.word[:3] + self.word[4:]

    @property
    def deal(self) -> str:
        """The possible sale."""
        return f"سامانهٔ {self.word}"

    @property
    def people(self) -> tuple[str, str]:
        """One person who is there twice."""
        return f"{self.word}ی", f"{self.word}ي جدید"


@dataclass(slots=True)
class Hand:
    """Clicks and types as a person does, and counts."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, place: Locator) -> None:
        """Click what can be seen."""
        place.click()
        self.clicks += 1

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.page.keyboard.insert_text(text)
        self.keys += len(text)

    def enter(self) -> None:
        """Press Enter."""
        self.page.keyboard.press("Enter")
        self.keys += 1

    def choose(self, place: Locator, value: str) -> None:
        """Choose from a list of the browser's own."""
        place.select_option(value)
        self.clicks += 2

    def link(self, name: str) -> Locator:
        """Return a link of the page itself by its name."""
        return self.page.get_by_role("main").get_by_role("link", name=name, exact=True)

    def menu(self, name: str) -> Locator:
        """Return an entry of the menu."""
        return self.page.locator(".side nav").get_by_role("link", name=name, exact=True)

    def told(self, text: str) -> None:
        """Wait until the site says that it is done."""
        expect(self.page.locator(".toast").last).to_contain_text(text)


def make_customer(desk: Desk, word: str, owner: int, team: int, today: date) -> Customer:
    """Make what one time needs."""
    made = Customer(word=word, tomorrow=today + timedelta(days=1))
    mine: dict[str, Any] = {"owner": owner, "team": team}
    mail = {"kind": "email", "value": MAIL, "is_primary": True}
    firm = desk.one("contacts.account", name=f"شرکت {word}", points=[mail], **mine)
    price = {"amount": "900000000", "currency": "IRR"}
    line = {"description": "نرم‌افزار", "quantity": "1", "unit_price": price}
    desk.one("sales.opportunity", name=made.deal, account=firm, lines=[line], **mine)
    for name in made.people:
        desk.one("contacts.contact", last_name=name, **mine)
    return made


def _find(hand: Hand, typed: str, name: str) -> None:
    hand.click(hand.page.locator(".side-search input"))
    hand.type(typed)
    hand.enter()
    hand.click(hand.page.locator(".hits").get_by_role("link", name=name))
    expect(hand.page.get_by_role("heading", level=1)).to_have_text(name)
    _awake(hand.page)


def _awake(page: Page) -> None:
    """Wait until everything on the page has its behaviour."""
    page.locator(":not(:defined):not([hidden])").first.wait_for(state="detached")


def find_by_misspelt_name(hand: Hand, customer: Customer) -> None:
    """Find a company by a name with a letter missing."""
    _find(hand, customer.misspelt, f"شرکت {customer.word}")


def log_a_call(hand: Hand, customer: Customer) -> None:
    """Find a company and log a call with it."""
    _find(hand, customer.word, f"شرکت {customer.word}")
    hand.click(hand.link("ثبت تماس").locator("visible=true"))
    dialog = hand.page.get_by_role("dialog")
    expect(dialog.locator("textarea").first).to_be_focused()
    hand.type(NOTE)
    hand.click(dialog.get_by_role("button", name="ثبت تماس"))
    hand.told("تماس ثبت شد")


def plan_the_next_step(hand: Hand, customer: Customer) -> None:
    """Find a company and plan a call for tomorrow."""
    _find(hand, customer.word, f"شرکت {customer.word}")
    hand.click(hand.link("برنامه‌ریزی فعالیت").locator("visible=true"))
    dialog = hand.page.get_by_role("dialog")
    hand.click(dialog.get_by_label("روز", exact=True))
    hand.type(jdatetime.date.fromgregorian(date=customer.tomorrow).strftime("%Y/%m/%d"))
    hand.click(dialog.locator(".btn.primary"))
    expect(dialog).to_have_count(0)
    expect(hand.page.locator(".toast")).to_have_count(1)


def move_a_deal(hand: Hand, customer: Customer) -> None:
    """Open the board and move a card to the next column by its menu."""
    page = hand.page
    hand.click(hand.menu("فرصت‌ها"))
    hand.click(page.locator("#kinds").get_by_role("link").nth(1))
    card = page.locator(".kc", has_text=customer.deal)
    _awake(page)
    hand.click(card.locator("[data-move-card]"))
    hand.click(page.get_by_role("menuitem").locator("visible=true").first)
    hand.told(customer.deal)


def send_a_quote(hand: Hand, customer: Customer) -> None:
    """Find an opportunity, make a quote of it, and send it by mail."""
    _find(hand, customer.deal, customer.deal)
    hand.click(hand.page.get_by_role("button", name="پیش‌فاکتور تازه").locator("visible=true"))
    hand.page.wait_for_url("**/records/sales.quote/*")
    _awake(hand.page)
    hand.click(hand.link("فرستادن با ایمیل").locator("visible=true"))
    hand.click(hand.page.get_by_role("dialog").get_by_role("button", name="فرستادن با ایمیل"))
    hand.told(MAIL)


def merge_two_contacts(hand: Hand, customer: Customer) -> None:
    """Find the two entries of a person in the list, and merge them."""
    page = hand.page
    hand.click(hand.menu("مخاطبین"))
    _awake(page)
    hand.click(page.locator(".find input[name=q]"))
    hand.type(customer.word)
    page.wait_for_url("**/records/contacts.contact?*q=*")  # the list has been put in place
    expect(page.locator("tbody tr")).to_have_count(2)
    for place in (0, 1):
        hand.click(page.locator("tbody .ck").nth(place))
    hand.click(page.locator(".bulk").get_by_role("button", name="ادغام"))
    hand.click(page.get_by_role("main").get_by_role("button", name="ادغام"))
    page.wait_for_url("**/records/contacts.contact/*")
    expect(page.locator(".toast")).to_have_count(1)


def see_the_weeks_work(hand: Hand, _customer: Customer) -> None:
    """Open the week of the team."""
    page = hand.page
    hand.click(hand.menu("فعالیت‌ها"))
    hand.click(page.locator("#kinds").get_by_role("link", name="تقویم"))
    hand.click(hand.link("هفته"))
    hand.click(hand.link("بازهای تیم‌های من"))
    expect(page.locator("table.cal.week")).to_be_visible()
    expect(page.get_by_role("link", name="بازهای تیم‌های من")).to_have_attribute("aria-current", "true")


def save_a_filter(hand: Hand, customer: Customer) -> None:
    """Keep the opportunities that are to close this month as a view."""
    page = hand.page
    hand.click(hand.menu("فرصت‌ها"))
    _awake(page)
    hand.click(page.locator("summary", has_text="فیلتر").first)
    hand.click(
        page.locator("details.adder[open]").get_by_role("button", name="تاریخ بستن مورد انتظار", exact=True)
    )
    form = page.locator(".fl-of form").first
    hand.choose(form.locator("select[name=value]"), "this_month")
    hand.click(form.get_by_role("button"))
    expect(page.locator(".facet")).to_have_count(1)
    hand.click(page.locator("summary[title='ذخیره به‌صورت نما']"))
    form = page.locator("details.adder[open] form")
    hand.click(form.locator("input[name=name]"))
    hand.type(f"{NAME} {customer.word}")
    hand.click(form.get_by_role("button"))
    expect(page.get_by_role("link", name=f"{NAME} {customer.word}")).to_have_attribute("aria-current", "true")


@dataclass(frozen=True, slots=True)
class Task:
    """One of the eight."""

    name: str
    run: Callable[[Hand, Customer], None]


TASKS = (
    Task("log a call", log_a_call),
    Task("move a deal", move_a_deal),
    Task("find by misspelt name", find_by_misspelt_name),
    Task("plan the next step", plan_the_next_step),
    Task("send a quote", send_a_quote),
    Task("merge two contacts", merge_two_contacts),
    Task("see the team's week", see_the_weeks_work),
    Task("save a filter", save_a_filter),
)


@dataclass(kw_only=True, slots=True)
class Counted:
    """What the times of one task have cost."""

    name: str
    clicks: int = 0
    keystrokes: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
