"""The timeline in a real browser, in Persian: a note with a mention from the list, older things, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.testing.site import PASSWORD, make_account
from tests.browser.auditing import audit
from tests.timeline.conftest import FOLDERS

pytestmark = [pytest.mark.browser, pytest.mark.modules]


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("base", "board", "l10n_fa")


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return FOLDERS


@pytest.fixture
def fence(site, add) -> int:
    """A card, with a colleague who reads it and one who does not."""
    make_account(
        site, "sara@example.com", ["base.member", "board.reader"], password=PASSWORD, name="سارا احمدی"
    )
    make_account(
        site, "omid@example.com", ["base.member", "board.writer"], password=PASSWORD, name="امید نوری"
    )
    (made,) = add("board.card", {"name": "نرده"})
    add(
        "base.note",
        *({"record": {"entity": "board.card", "id": made}, "body": f"یادداشت {n}"} for n in range(15)),
    )
    return made


def test_a_note_with_a_mention_is_written_by_keyboard_without_leaving_the_page(seat, fence, add):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(f"/records/board.card/{fence}")
    box = page.get_by_label("یادداشت", exact=True)
    box.click()
    page.keyboard.type("لطفاً ببین @سار")
    page.locator("#note-people [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    expect(box).to_have_value("لطفاً ببین @سارا احمدی ")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".te-n .men")).to_have_text("@سارا احمدی")
    expect(page.get_by_label("یادداشت", exact=True)).to_have_value("")
    expect(page.get_by_label("یادداشت", exact=True)).to_be_focused()


def test_a_mention_of_who_may_not_read_is_told_in_the_list_and_before_posting(seat, fence):
    desk = seat(language="fa", width=390)
    desk.signs_in()
    page = desk.goes(f"/records/board.card/{fence}")
    page.get_by_role("button", name="نام بردن از کسی").click()
    option = page.locator("#note-people [role=option]", has_text="امید نوری")
    expect(option).to_contain_text("اجازهٔ دیدن این رکورد را ندارد")
    option.click()
    page.get_by_role("button", name="ثبت", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("امید نوری")
    expect(page.get_by_label("یادداشت", exact=True)).to_have_value("@امید نوری")
    page.get_by_role("button", name="با این حال ثبت کن").click()
    expect(page.locator(".te-n").first).to_contain_text("@امید نوری")


def test_older_things_come_below_and_kinds_are_chosen(seat, fence):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(f"/records/board.card/{fence}")
    expect(page.locator(".te")).to_have_count(12)
    page.get_by_role("link", name="قدیمی‌تر").click()
    expect(page.locator(".te")).to_have_count(19)
    expect(page.locator(".tl-d")).to_have_count(4)
    page.get_by_role("link", name="تغییرها", exact=True).click()
    expect(page.locator(".te")).to_have_count(1)


def test_what_the_server_does_not_answer_is_said_and_nothing_is_lost(seat, fence):
    desk = seat(language="fa")
    desk.signs_in()
    # Before the page: Chromium may let the first request of one pass that was there already.
    desk.page.route("**/notes", lambda route: route.abort())
    page = desk.goes(f"/records/board.card/{fence}")
    page.get_by_label("یادداشت", exact=True).fill("مهم")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("چیزی از دست نرفت")
    expect(page.get_by_label("یادداشت", exact=True)).to_have_value("مهم")
    page.unroute("**/notes")
    desk.complaints.clear()  # Chromium complains of the answer that was kept from it


@pytest.mark.parametrize(("language", "width"), [("fa", 1440), ("fa", 390), ("en", 1440), ("en", 390)])
def test_axe_finds_nothing_with_the_list_open_either(seat, fence, language, width):
    desk = seat(language=language, width=width, bypass=True)
    desk.signs_in()
    page = desk.goes(f"/records/board.card/{fence}")
    found = audit(page, "timeline")
    page = desk.goes(f"/records/board.card/{fence}")
    page.locator("#note-body").fill("@")
    page.locator("#note-body").press("End")
    page.locator("#note-people [role=option]").first.wait_for()
    found += audit(page, "people")
    page = desk.goes(f"/records/board.card/{fence}/timeline?kind=move")
    assert [*found, *audit(page, "empty")] == []
