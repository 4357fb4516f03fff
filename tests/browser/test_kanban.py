"""Cards of a kanban moved by mouse, by keyboard and by touch, in both directions of reading; taken back where refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.auditing import audit

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
BOARD = "/records/garden.plant/kanban"


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
        {"name": "Rose", "state": "seed", "height": 3},
        {"name": "Tulip", "state": "seed", "height": 4},
        {"name": "Oak", "state": "grown", "height": 900},
        {"name": "Moss", "state": "dead"},
    )


def opened(seat, **who):
    desk = seat(**who)
    desk.signs_in()
    return desk.goes(BOARD)


def column(page, key):
    return page.locator(f".kcol[data-key={key}]")


def card(page, title):
    return page.locator(".kc", has_text=title)


def titles(page, key):
    return column(page, key).locator(".kc .kc-t a:first-child").all_inner_texts()


def reloaded(page, key):
    page.reload()
    return titles(page, key)


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_card_is_dragged_by_mouse_and_the_move_is_undone(seat, plants, language):
    page = opened(seat, language=language)
    x, y = middle(card(page, "Rose"))
    to_x, to_y = middle(card(page, "Oak"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + (to_x - x) / 2, y + 5, steps=5)
    page.mouse.move(to_x, to_y, steps=8)
    page.mouse.up()
    expect(column(page, "grown").locator(".kc", has_text="Rose")).to_be_visible()
    expect(column(page, "grown").locator(".count")).to_have_text("۲" if language == "fa" else "2")
    expect(page.locator(".toast")).to_contain_text("Rose")
    page.locator(".toast button").click()
    expect(column(page, "seed").locator(".kc", has_text="Rose")).to_be_visible()
    expect(page.locator(".toast")).to_have_count(1)
    assert sorted(reloaded(page, "seed")) == ["Rose", "Tulip"]


@pytest.mark.parametrize(("language", "ahead"), [("fa", "ArrowLeft"), ("en", "ArrowRight")])
def test_a_card_is_moved_by_keyboard_and_told_on_the_way(seat, plants, language, ahead):
    page = opened(seat, language=language)
    card(page, "Rose").focus()
    page.keyboard.press("Space")
    expect(page.locator("#live")).not_to_be_empty()
    page.keyboard.press(ahead)
    expect(page.locator("#live")).to_contain_text("Grown")
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("Rose")
    expect(card(page, "Rose")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(column(page, "seed").locator(".kc", has_text="Rose")).to_be_visible()
    expect(page.locator(".toast")).to_have_count(2)
    assert sorted(reloaded(page, "seed")) == ["Rose", "Tulip"]


def test_escape_puts_a_card_back_where_it_was(seat, plants):
    page = opened(seat)
    card(page, "Tulip").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    assert titles(page, "grown") == ["Tulip", "Oak"]
    page.keyboard.press("Escape")
    assert titles(page, "seed") == ["Rose", "Tulip"]
    expect(card(page, "Tulip")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(card(page, "Rose")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(card(page, "Oak")).to_be_focused()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_card_is_dragged_by_a_long_press_on_a_phone(seat, plants, language):
    page = opened(seat, width=390, language=language)
    x, y = middle(card(page, "Tulip"))
    to = column(page, "grown").bounding_box()
    to_x = to["x"] + 30 if language == "en" else to["x"] + to["width"] - 30
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]},
        )

    send("touchStart", (x, y))
    page.locator(".kc.sortable-chosen").wait_for()  # the press was long enough
    for step in range(1, 11):
        send("touchMove", (x + (to_x - x) * step / 10, y + step))
    send("touchEnd")
    expect(column(page, "grown").locator(".kc", has_text="Tulip")).to_have_count(1)
    expect(page.locator(".toast")).to_contain_text("Tulip")
    assert reloaded(page, "seed") == ["Rose"]


def test_the_menu_of_a_card_moves_it_too_also_into_a_folded_column(seat, plants):
    page = opened(seat)
    card(page, "Rose").focus()
    page.keyboard.press("m")
    expect(page.get_by_role("menuitem", name="Seed")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(column(page, "dead").locator(".count")).to_have_text("2")
    expect(card(page, "Rose")).to_have_count(0)
    expect(page.get_by_role("link", name="Unfold Dead")).to_be_focused()


def test_a_card_goes_back_where_the_server_refuses_it_and_the_reason_is_told(seat, plants):
    page = opened(seat)
    card(page, "Oak").locator("[data-move-card]").click()
    page.get_by_role("menuitem", name="Dead").click()
    expect(page.locator(".toast")).to_have_text("Too tall to be dead.")
    assert titles(page, "grown") == ["Oak"]


def test_a_move_that_asks_is_asked_over_the_board_and_leads_nowhere_else(seat, add):
    add("garden.pot", {"name": "Blue"}, {"name": "Green", "state": "full"})
    desk = seat(language="en")
    desk.signs_in()
    page = desk.goes("/records/garden.pot/kanban?sort=-name")
    cards = {
        name: page.get_by_role("region", name=name).get_by_role("listitem")
        for name in ("Empty", "Full", "Broken")
    }
    green = cards["Full"].filter(has_text="Green")
    green.focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Break")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    expect(green).to_have_count(1)  # it waits where it was
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(green).to_be_focused()
    page.evaluate("window.stayed = true")
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    dialog.get_by_role("button", name="Break").click()
    expect(dialog.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Reason").fill("Dropped")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(cards["Broken"].filter(has_text="Green")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Green is in Broken now.")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)  # nothing leads out of there
    page.keyboard.press("Control+z")
    expect(page.get_by_role("region", name="Broken").get_by_role("heading")).to_be_visible()
    assert page.evaluate("window.stayed && location.search") == "?sort=-name"


def test_a_step_back_is_offered_where_a_workflow_has_one(seat, add):
    add("garden.pot", {"name": "Blue"})
    desk = seat(language="en")
    desk.signs_in()
    page = desk.goes("/records/garden.pot/kanban")
    blue = page.get_by_role("listitem").filter(has_text="Blue")
    blue.focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("status").filter(has_text="Blue is in Empty now.")).to_be_visible()
    expect(
        page.get_by_role("region", name="Empty").get_by_role("listitem").filter(has_text="Blue")
    ).to_be_focused()


def test_a_card_goes_back_without_a_connection_and_can_be_tried_again(seat, plants):
    desk = seat()
    desk.signs_in()
    # Before the page: Chromium may let the first request of one pass that was there already.
    desk.page.route("**/kanban/move/**", lambda route: route.abort())
    page = desk.goes(BOARD)
    card(page, "Rose").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("no connection")
    assert titles(page, "seed") == ["Rose", "Tulip"]
    page.unroute("**/kanban/move/**")
    page.locator(".toast button").click()
    expect(page.locator(".toast").last).to_contain_text("Rose is in Grown now.")
    assert sorted(titles(page, "grown")) == ["Oak", "Rose"]


def test_cards_are_made_in_a_column_one_after_the_other(seat, plants):
    page = opened(seat)
    column(page, "grown").locator("[data-new]").click()
    expect(page.locator(".knew [name=q-name]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".knew .err")).to_be_visible()
    expect(page.locator(".knew [name=q-name]")).to_be_focused()
    page.keyboard.type("Palm")
    page.keyboard.press("Enter")
    expect(card(page, "Palm")).to_be_visible()
    expect(column(page, "grown").locator(".count")).to_have_text("2")
    expect(page.locator(".knew [name=q-name]")).to_be_focused()
    expect(page.locator(".knew [name=q-name]")).to_have_value("")
    page.keyboard.press("Escape")
    expect(column(page, "grown").locator("[data-new]")).to_be_focused()


def test_more_cards_come_as_a_column_is_read(seat, add):
    add("garden.plant", *({"name": f"p{n:02}", "state": "seed"} for n in range(45)))
    page = opened(seat)
    expect(column(page, "seed").locator(".kc").first).to_be_visible()
    column(page, "seed").locator(".klist").evaluate("list => { list.scrollTop = list.scrollHeight; }")
    expect(column(page, "seed").locator(".kc")).to_have_count(40)
    column(page, "seed").locator(".klist").evaluate("list => { list.scrollTop = list.scrollHeight; }")
    expect(column(page, "seed").locator(".kc")).to_have_count(45)
    expect(column(page, "seed").locator(".count")).to_have_text("45")


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_about_the_board_is_inaccessible(seat, plants, language, width):
    desk = seat(width=width, language=language, bypass=True)
    desk.signs_in()
    found = audit(desk.goes(BOARD), "board")
    page = desk.goes(BOARD)
    card(page, "Rose").locator("[data-move-card]").click()
    found += audit(page, "menu")
    page = desk.goes(BOARD)
    column(page, "seed").locator("[data-new]").click()
    page.locator(".knew").wait_for()
    found += audit(page, "new card")
    page = desk.goes(f"{BOARD}?q=nothing")
    assert found + audit(page, "empty") == []
