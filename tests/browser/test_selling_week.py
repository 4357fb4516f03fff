"""A lead becomes an opportunity, a quote, an accepted quote and a sale: in Persian, by mouse, by keyboard alone, by touch."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from core.kernel.values import Money
from core.testing.site import PASSWORD, make_account

pytestmark = [pytest.mark.browser, pytest.mark.modules]

SELLER, CUSTOMER = "سارا رضایی", "نیما حسینی"
TOTAL = "۵۵٬۰۰۰٬۰۰۰ تومان"
"""Two devices at 25 million Toman, and a tax of ten percent."""


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


class World(NamedTuple):
    """What is there on the morning of this week."""

    seller: int
    lead: int


@pytest.fixture
def world(site, desk) -> World:
    """A seller in a team, a lead of hers, and a product with its tax."""
    roles = ["base.member", "sales.rep"]
    seller = make_account(site, "sara@example.com", roles, password=PASSWORD, name=SELLER)
    desk.one("base.team", name="فروش تهران", members=[seller])
    tax = desk.one("sales.tax_class", name="ارزش افزوده", rates=[{"valid_from": "2020-03-20", "rate": "10"}])
    price = {"amount": "250000000", "currency": "IRR"}
    desk.one("sales.product", sku="T-1", name="دستگاه تصفیه", list_price=price, tax_class=tax)
    lead = desk.one(
        "sales.lead",
        first_name="نیما",
        last_name="حسینی",
        company_name="کارخانه نور",
        mobile="09121234567",
        owner=seller,
        state="assigned",
    )
    return World(seller, lead)


class Mouse:
    """The hands of somebody with a mouse."""

    width, phone = 1440, False

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.page: Page = desk.page

    def press(self, control: Locator) -> None:
        """Press what is in sight."""
        control.click()

    def writes(self, field: Locator, text: str) -> None:
        """Write into a field."""
        self.press(field)
        field.press_sequentially(text)

    def goes_to(self, place: str, letter: str) -> None:
        """Go to a list by the menu."""
        self._leaves()
        menu = self.page.get_by_role("navigation", name="منوی اصلی")
        self.press(menu.get_by_role("link", name=place))
        self._stands_at(place)

    def _leaves(self) -> None:
        self.page.evaluate("window.left = true")

    def _stands_at(self, place: str) -> None:
        self.page.wait_for_function("!window.left")  # it is another page, even where it looks alike
        expect(self.page.get_by_role("heading", level=1, name=place)).to_be_visible()
        self.desk.settles()

    def opens_first(self, title: str) -> None:
        """Open the first record of a list."""
        self.press(self.page.get_by_role("link", name=title).first)

    def to_board(self) -> None:
        """See the list as a board."""
        self.press(self.page.get_by_role("navigation", name="گونه‌های نما").get_by_role("link", name="تابلو"))
        expect(self.page.get_by_role("group", name="تابلوی فرصت‌ها")).to_be_visible()
        self.desk.settles()

    def moves(self, card: Locator, column: Locator) -> None:
        """Drag a card to the next column."""
        at, there = card.bounding_box(), column.bounding_box()
        assert at is not None
        assert there is not None
        x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] - 10
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x - 30, y, steps=3)
        self.page.mouse.move(there["x"] + there["width"] / 2, at["y"] + 20, steps=10)
        self.page.mouse.up()

    def opens_card(self, card: Locator) -> None:
        """Open the record of a card."""
        self.press(card.get_by_role("link", name=CUSTOMER, exact=True))

    def steps(self, step: str) -> None:
        """Take a step of the record, or open its dialog."""
        self.press(self._step(step))

    def _step(self, step: str) -> Locator:
        bar = self.page.get_by_role("main").get_by_role("region").filter(has=self.page.get_by_role("list"))
        return bar.get_by_role("button", name=step).or_(bar.get_by_role("link", name=step))

    def does(self, act: str, letter: str) -> None:
        """Press a button of the form's head."""
        head = self.page.get_by_role("main")
        self.press(head.get_by_role("button", name=act).or_(head.get_by_role("link", name=act)))

    def chooses(self, option: Locator) -> None:
        """Choose what was found while typing."""
        self.press(option)

    def saves(self) -> None:
        """Save the form."""
        self.press(self.page.get_by_role("button", name="ذخیره", exact=True))


class Touch(Mouse):
    """The thumb of somebody on a phone: what is pressed is as large as a thumb needs and lies under nothing."""

    width, phone = 390, True

    def press(self, control: Locator) -> None:
        """Tap; Playwright refuses where something lies over it."""
        box = control.bounding_box()
        assert box is not None
        small = control.evaluate(
            "e => e.matches('input, select, textarea') || e.closest('table, p') !== null"
        )
        assert small or box["height"] >= 42, f"{control} is {box['height']} high"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width
        control.tap()

    def goes_to(self, place: str, letter: str) -> None:
        """Go to a list by the bar at the bottom."""
        self._leaves()
        self.press(self.page.get_by_role("navigation", name="منوی سریع").get_by_role("link", name=place))
        self._stands_at(place)

    def moves(self, card: Locator, column: Locator) -> None:
        """Drag a card to the next column after a long press."""
        at, there = card.bounding_box(), column.bounding_box()
        assert at is not None
        assert there is not None
        x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] - 10
        to_x = there["x"] + there["width"] - 20
        touch = self.page.context.new_cdp_session(self.page)

        def send(kind: str, *points: tuple[float, float]) -> None:
            touch.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]},
            )

        send("touchStart", (x, y))
        card.and_(self.page.locator(".sortable-chosen")).wait_for()  # the press was long enough
        for step in range(1, 11):
            send("touchMove", (x + (to_x - x) * step / 10, y - step))
        send("touchEnd")


class Keyboard(Mouse):
    """Somebody without a mouse: what they press they have come to by keys."""

    def press(self, control: Locator) -> None:
        """Walk there by Tab, and press Enter."""
        self._walks_to(control)
        self.page.keyboard.press("Enter")

    def _walks_to(self, control: Locator) -> None:
        for _ in range(70):
            if control.evaluate("e => e === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {control}")

    def _keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def writes(self, field: Locator, text: str) -> None:
        """Write where the keys have led."""
        self._walks_to(field)
        self.page.keyboard.type(text)

    def goes_to(self, place: str, letter: str) -> None:
        """Go to a list by G and its letter."""
        self._leaves()
        self._keys("g", letter)
        self._stands_at(place)

    def opens_first(self, title: str) -> None:
        """Open the first row."""
        self._keys("j")
        expect(self.page.get_by_role("row").filter(has_text=title).first).to_be_focused()
        self._keys("Enter")

    def to_board(self) -> None:
        """See the list as the second kind of view."""
        self._keys("2")
        expect(self.page.get_by_role("group", name="تابلوی فرصت‌ها")).to_be_visible()
        self.desk.settles()

    def moves(self, card: Locator, column: Locator) -> None:
        """Pick a card up, carry it in reading direction, drop it."""
        self._walks_to(card)
        self._keys("Space", "ArrowLeft", "Space")

    def opens_card(self, card: Locator) -> None:
        """Open the card that has the focus still."""
        expect(card).to_be_focused()
        self._keys("Enter")

    def steps(self, step: str) -> None:
        """Go to the steps, and press the one that is meant."""
        self._keys("s")
        super().steps(step)

    def does(self, act: str, letter: str) -> None:
        """Press a button by its letter."""
        self._keys(letter)

    def chooses(self, option: Locator) -> None:
        """Take the first that was found."""
        expect(option).to_be_visible()
        self._keys("Enter")

    def saves(self) -> None:
        """Save by keys."""
        self._keys("Control+s")


class Week:
    """The way of one lead, in the words of those who go it."""

    def __init__(self, hands: Mouse) -> None:
        self.hands = hands
        self.page = hands.page

    def told(self, words: str) -> None:
        """A message says this, on a page that has its behaviour."""
        expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()
        self.page.wait_for_load_state("load")
        self.hands.desk.settles()

    def confirms(self, title: str, **fields: str) -> None:
        """Fill in a dialog, which keeps the focus inside, and press its button."""
        dialog = self.page.get_by_role("dialog", name=title)
        assert dialog.evaluate("d => d.contains(document.activeElement)")
        for label, text in fields.items():
            self.hands.writes(dialog.get_by_label(label.replace("_", " ")), text)
        self.hands.press(dialog.get_by_role("button", name=title))

    def qualifies(self) -> None:
        """Begin work on the lead, and find that it is worth it."""
        for step in ("آغاز پیگیری", "تأیید صلاحیت"):
            self.hands.steps(step)
            self.told(f"انجام شد: {step}")
        assert self.page.get_by_role("button", name="تبدیل").count() == 0  # one way to convert, not two

    def converts(self) -> None:
        """Make a company, a person and an opportunity of it."""
        self.hands.does("تبدیل", "v")
        expect(self.page.get_by_role("dialog", name="تبدیل")).to_be_visible()
        self.confirms("تبدیل", مبلغ_برآوردی="۴۰۰۰۰۰۰۰")
        self.told("سرنخ تبدیل شد.")

    def moves_on(self) -> None:
        """Move the opportunity to the next stage on the board, and open it from there."""
        self.hands.goes_to("فرصت‌ها", "d")
        self.hands.to_board()
        column = {name: self.page.get_by_role("region", name=name) for name in ("شناسایی نیاز", "ارزیابی")}
        self.hands.moves(column["شناسایی نیاز"].get_by_role("listitem"), column["ارزیابی"])
        card = column["ارزیابی"].get_by_role("listitem").filter(has_text=CUSTOMER)
        expect(card).to_contain_text("۴۰٬۰۰۰٬۰۰۰ تومان")
        self.told("ارزیابی")
        self.hands.opens_card(card)

    def quotes(self) -> str:
        """Make a quote with one line, issue it, and return the link for the customer."""
        expect(self.page.get_by_role("heading", level=1, name=CUSTOMER)).to_be_visible()
        self.hands.desk.settles()
        self.hands.does("پیش‌فاکتور تازه", "q")
        self.told("از این فرصت یک پیش‌نویس ساخته شد.")
        self.hands.press(
            self.page.get_by_role("group", name="اقلام").get_by_role("button", name="افزودن سطر").first
        )
        line = self.page.get_by_role("row").filter(has=self.page.get_by_role("combobox", name="کالا"))
        expect(line.get_by_role("combobox", name="کالا")).to_be_focused()
        self.hands.writes(
            line.get_by_role("combobox", name="کالا"), "تصفيه"
        )  # an Arabic letter, as many keyboards have it
        self.hands.chooses(self.page.get_by_role("option", name="دستگاه تصفیه"))
        expect(line.get_by_role("textbox", name="تعداد")).to_have_value("۱")
        self.hands.writes(line.get_by_role("textbox", name="تعداد"), "۲")
        self.hands.saves()
        self.told("ذخیره شد.")
        expect(self.page.get_by_role("main")).to_contain_text(TOTAL)
        self.hands.steps("صدور")
        expect(self.page.get_by_role("dialog", name="صدور").get_by_label("معتبر تا")).to_be_focused()
        self.confirms("صدور")
        self.told("انجام شد: صدور")
        self.hands.does("پیوند برای مشتری", "k")
        self.told("پیوند مشتری")
        return self.page.get_by_role("status").get_by_role("link").get_attribute("href") or ""

    def wins(self) -> None:
        """Go from the quote to its opportunity, and mark it as won."""
        self.page.reload()
        self.hands.desk.settles()
        self.hands.press(self.page.get_by_role("main").get_by_role("link", name=CUSTOMER).last)
        expect(self.page.get_by_role("link", name=re.compile("۱ پیش‌فاکتورها"))).to_be_visible()
        self.hands.desk.settles()
        self.hands.steps("ثبت برد")
        expect(self.page.get_by_role("dialog", name="ثبت برد")).to_be_visible()
        self.confirms("ثبت برد")
        self.told("انجام شد: ثبت برد")


def accept(page: Page, link: str) -> None:
    """Accept the quote as its customer does on a phone, without an account."""
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text(TOTAL)
    page.get_by_role("button", name="پذیرش پیش‌فاکتور").tap()
    expect(page.get_by_role("alert")).to_be_visible()  # nobody accepts without a name
    page.get_by_role("textbox", name="نام شما").fill(CUSTOMER)
    page.get_by_role("button", name="پذیرش پیش‌فاکتور").tap()
    expect(page.get_by_role("main")).to_contain_text("این پیش‌فاکتور پذیرفته شد.")
    assert page.get_by_role("button", name="پذیرش پیش‌فاکتور").count() == 0


def steps_of(desk: Any, entity: str, number: int) -> list[tuple[str, str]]:
    """Return the steps that a record has taken, and who took them."""
    history = reversed(desk.history(entity, number))
    return [(entry.transition, entry.actor_name or "") for entry in history if entry.transition]


def check_records(desk: Any, world: World) -> None:
    """What the server holds afterwards: states, figures, the way, and who did what."""
    lead = desk.get("sales.lead", world.lead, "state", "converted_opportunity")
    assert (lead["state"], lead["converted_opportunity"].title) == ("converted", CUSTOMER)
    deal = lead["converted_opportunity"].id
    found = desk.get("sales.opportunity", deal, "state", "stage", "amount", "owner", "closed_at", "account")
    assert (found["state"], found["stage"].title, found["owner"].id) == ("won", "برنده", world.seller)
    assert found["amount"] == Money(Decimal(400_000_000), "IRR")
    assert found["account"].title == "کارخانه نور"
    assert found["closed_at"] is not None
    way = [to.title for to in desk.column("sales.stage_history", "to_stage", filter=f"opportunity == {deal}")]
    assert way == ["شناسایی نیاز", "ارزیابی", "برنده"]
    (quote,) = desk.find("sales.quote", "id", "state", "total", "number", "accepted_by", "opportunity")
    assert (quote["state"], quote["total"]) == ("accepted", Money(Decimal(550_000_000), "IRR"))
    assert (quote["accepted_by"], quote["opportunity"].id) == (CUSTOMER, deal)
    assert quote["number"].endswith("-00001")
    assert steps_of(desk, "sales.lead", world.lead)[:2] == [("work", SELLER), ("qualify", SELLER)]
    assert steps_of(desk, "sales.opportunity", deal) == [("move", SELLER), ("win", SELLER)]
    issued, accepted = steps_of(desk, "sales.quote", quote["id"])
    assert issued == ("send", SELLER)
    assert accepted[0] == "accept"
    assert accepted[1] != SELLER  # the customer did, and nobody of the house


@pytest.mark.covers("SA-02", "SA-08", "SA-13", "SA-17", "SA-26", "IN-26", "PL-09")
@pytest.mark.parametrize("hands", [Mouse, Keyboard, Touch])
def test_a_lead_is_sold_to_in_persian(seat, world, desk, hands):
    office = seat(language="fa", width=hands.width, phone=hands.phone)
    office.signs_in("sara@example.com")
    at = hands(office)
    at.goes_to("سرنخ‌های فروش", "l")
    at.opens_first(CUSTOMER)
    expect(office.page.get_by_role("heading", level=1, name=CUSTOMER)).to_be_visible()
    office.settles()
    week = Week(at)
    week.qualifies()
    week.converts()
    week.moves_on()
    link = week.quotes()
    accept(seat(language="fa", width=390, phone=True).page, link)
    week.wins()
    check_records(desk, world)
