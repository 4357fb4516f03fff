"""What opens above a page, or changes on it: each with the way there, for whoever wants to look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from playwright.sync_api import Page

from tests.browser.conftest import Desk
from tests.screens.listed import COMPANIES, CONTACTS, DEALS, LEADS, QUOTES
from tests.screens.world import World

Opened: TypeAlias = Iterator[tuple[str, Page]]
Openings: TypeAlias = Callable[[Desk, World], Opened]

CUT_OFF = "[...document.querySelectorAll('ui-lines .scroll')].filter((box) => box.scrollWidth > box.clientWidth).length"
CELLS = f"{CONTACTS}?cols=full_name,job_title&q=سپهری"


def menus(desk: Desk, world: World) -> Opened:
    """The menus of a list and of the shell."""
    page = desk.goes(CELLS)
    page.locator("header.top [data-menu=m-list]").click()
    yield "menu of a list", page
    page.keyboard.press("Escape")
    wide = page.locator(".who").is_visible()
    page.locator(".who" if wide else "[data-menu=m-more]").click()
    yield "menu of the person" if wide else "menu of the phone", page


def bars(desk: Desk, world: World) -> Opened:
    """What unfolds from the bar of a collection."""
    page = desk.goes(CELLS)
    for at, adder in enumerate(page.locator("details.adder").all()):
        adder.locator("summary").first.click()
        field = adder.locator("button[value=birth_date]")
        if field.count():
            field.click()
            adder.locator("ui-date .lkb").wait_for()
        yield f"adder {at}", page
        adder.locator("summary").first.click()


def rows(desk: Desk, world: World) -> Opened:
    """Chosen rows, a cell that is edited, and the form for several."""
    page = desk.goes(CELLS)
    page.locator("td[data-cell=job_title]").first.dblclick()
    page.locator("td.editing input:not([type=hidden])").wait_for()
    yield "edited cell", page
    page.keyboard.press("Escape")
    page.locator("tbody .ck").first.check()
    yield "chosen rows", page
    page.locator(".bulk button[form=rows]:not([formaction])").click()
    page.locator("[name=new_field]").wait_for()
    yield "change several", page
    page.locator("[name=new_field]").select_option("job_title")
    page.locator("#f-job_title").wait_for()
    yield "change several, one field", desk.settles()


def helps(desk: Desk, world: World) -> Opened:
    """The palette, the keys, and what one was told."""
    page = desk.goes(CELLS)
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("سپهری")
    page.locator("#pal-records [role=option]").first.wait_for()
    yield "palette", page
    page.locator("#palette input").fill("qqqqqq")
    page.locator("#palette .empty").wait_for()
    yield "palette, nothing found", page
    page.keyboard.press("Escape")
    page.locator("#palette input:focus").wait_for(
        state="detached"
    )  # letters are commands outside of inputs only
    page.keyboard.press("?")
    page.locator("dialog[open] #dialog-title").wait_for()
    yield "keys", page
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('.bell').click()")
    page.locator("dialog[open] #dialog-title").wait_for()
    yield "notifications", page


def fields(desk: Desk, world: World) -> Opened:
    """A date picker, a list of choices, the menu of a record."""
    page = desk.goes(world.path(f"{DEALS}/{{deal}}"))
    page.locator("header.top [data-menu=m-record]").click()
    yield "menu of a record", page
    page.keyboard.press("Escape")
    page.locator("ui-date .lkb >> visible=true").first.click()
    yield "date picker", page
    page.keyboard.press("Escape")
    page.locator("ui-combo [role=combobox] >> visible=true").first.click()
    page.locator("[role=listbox] [role=option] >> visible=true").first.wait_for()
    yield "choices", page


def dialogs(desk: Desk, world: World) -> Opened:
    """Dialogs of workflows and operations, as they open and as they refuse."""
    page = desk.goes(world.path(f"{DEALS}/{{deal}}"))
    page.locator(".sbar a[href*='/workflow/']").first.click()
    page.locator("dialog[open] details summary").click()
    yield "picture of a workflow", page
    page.keyboard.press("Escape")
    page.locator(".sbar a[href*='/transition/lose']").first.click()
    page.locator("dialog[open] #dialog-title").wait_for()
    yield "transition", page
    page.locator("dialog[open] .btn.primary").click()
    page.locator("dialog[open] [aria-invalid=true]").first.wait_for()
    yield "refused transition", page
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector(`a[data-modal][href*='/operation/plan_activity']`).click()")
    page.locator("dialog[open] #dialog-title").wait_for()
    yield "operation", desk.settles()
    page = desk.goes(world.path(f"{LEADS}/{{lead}}"))
    page.evaluate("document.querySelector(`a[data-modal][href*='/operation/convert']`).click()")
    page.locator("dialog[open] #dialog-title").wait_for()
    yield "conversion", desk.settles()


def forms(desk: Desk, world: World) -> Opened:
    """Forms that are refused, doubles that are told of, lines that are added."""
    page = desk.goes(f"{CONTACTS}/new")
    page.locator("[data-save]").click()
    page.locator("[data-summary]").wait_for()
    yield "refused form", desk.settles()
    page = desk.goes(f"{COMPANIES}/new")
    page.locator("#f-name").fill(world.path("{account_name}"))
    page.locator("[data-save]").click()
    page.locator("[data-summary] a[href^='/records/']").first.wait_for()
    yield "doubles", desk.settles()
    page = desk.goes(world.path(f"{QUOTES}/{{draft}}"))
    page.locator("[data-add-line]").first.click()
    assert not page.evaluate(CUT_OFF), "a line is wider than its place"
    yield "a new line", desk.settles()


def boards(desk: Desk, world: World) -> Opened:
    """The menu of a card, and a card that is made in its column."""
    page = desk.goes(f"{DEALS}/kanban")
    page.locator("[data-move-card]").first.click()
    page.locator("#m-move [role=menuitem] >> visible=true").first.wait_for()
    yield "menu of a card", page
    page.keyboard.press("Escape")
    page.locator("[data-new]").first.click()
    page.locator(".knew").wait_for()
    yield "new card", desk.settles()


def doubts(desk: Desk, world: World) -> Opened:
    """What is asked before something goes."""
    page = desk.goes("/fields/base.tag")
    if not page.locator("form[data-confirm]").count():
        for box, text in (("label_fa", "رنگ دوم"), ("label_en", "Second colour"), ("name", "second_colour")):
            page.fill(f"#{box}", text)
        page.locator("form.stack .btn.primary").click()
    page.locator("form[data-confirm] button").first.click()
    page.locator("dialog[open] #ask-text").wait_for()
    yield "asked before a field goes", page


def strangers(desk: Desk, world: World) -> Opened:
    """What people without an account unfold, and a refusal at the door; nobody is signed in afterwards."""
    desk.context.clear_cookies(name="payvand_session")
    page = desk.goes(world.path("{offer}"))
    page.locator("details summary").click()
    yield "declining an offer", page
    page = desk.goes("/sign-in")
    page.fill("#login", "nobody@example.com")
    page.fill("#password", "wrong wrong wrong")
    page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()
    yield "refused at the door", page
    world.locks_out("late@example.com")
    page.fill("#login", "late@example.com")
    page.fill("#password", "wrong wrong wrong")
    with page.expect_response(lambda answer: answer.status == 429):
        page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()
    yield "too many tries at the door", page
    with world.crowded():
        page = desk.goes(world.path("{offer}"))
        assert page.locator(".error-code, h1").count()
        yield "too many visits", page


OPENINGS: tuple[Openings, ...] = (menus, bars, rows, helps, fields, dialogs, forms, boards, doubts, strangers)
