"""The pages about rights in a browser: sharing a record, why somebody may do something, the matrix, what a module does."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.testing.site import make_account
from tests.browser.auditing import audit

pytestmark = [pytest.mark.browser, pytest.mark.modules]


def sent(response):
    """Tell an answer to a form that was sent."""
    return response.request.method == "POST"


@pytest.mark.parametrize("width", [390, 1440])
def test_a_record_is_shared_changed_and_taken_back_in_persian(seat, site, people, width):
    make_account(site, "rep@example.com", ["base.member", "contacts.editor"], name="نیما راد")
    desk = seat(language="fa", width=width, bypass=True)
    desk.signs_in()
    record = f"/records/contacts.contact/{people['ali']}"
    page = desk.goes(record)
    page.locator("[data-menu=m-record]").click()
    page.locator(f'#m-record a[href="{record}/operation/share"]').click()
    dialog = page.get_by_role("dialog")
    role = dialog.locator("select[name=with_role]")
    role.select_option("contacts__editor")
    chosen = role.locator("option:checked").inner_text()
    dialog.locator("#ask-form .btn.primary").click()
    expect(dialog.locator("#d-reason-e")).to_be_visible()
    expect(role).to_have_value("contacts__editor")
    found = audit(page, "the dialog with a mistake")
    dialog.locator("#d-reason").fill("همه با او کار می‌کنند")
    dialog.locator("#ask-form .btn.primary").click()
    expect(page.locator(".toast")).to_be_visible()

    page = desk.goes(f"{record}/operation/share")
    expect(page.locator("#shares")).to_contain_text(chosen)
    found += audit(page, "the dialog as a page")
    page.locator("#shares a").click()
    page = desk.settles()
    page.locator("select[name=level]").select_option("edit")
    page.locator("[name=expires_at]").fill("1450/01/15 10:30")
    with page.expect_response(sent):
        page.locator("[data-save]").click()

    page = desk.goes(f"{record}/operation/share")
    expect(page.locator("#shares")).to_contain_text("۱۴۵۰")
    page.locator("#shares a").click()
    page = desk.settles()
    expect(page.locator("select[name=level]")).to_have_value("edit")
    page.locator("[data-menu=m-record]").click()
    with page.expect_response(sent):
        page.locator('#m-record form[action$="/delete"] button').click()
    page = desk.goes(f"{record}/operation/share")
    expect(page.locator("#shares")).to_have_count(0)
    assert found == []


@pytest.mark.parametrize("width", [390, 1440])
def test_rights_are_explained_shown_and_compared_in_persian(seat, site, people, width):
    make_account(site, "rep@example.com", ["base.member", "contacts.editor"], name="نیما راد")
    desk = seat(language="fa", width=width, bypass=True)
    desk.signs_in()
    page = desk.goes("/access/explain")
    page.locator("#x-user").fill("rep@example.com")
    page.locator("#x-entity").select_option("contacts.contact")
    page.locator("#x-action").select_option("delete")
    page.locator("#x-id").fill(str(people["ali"]))
    page.locator(".explain-form button").click()
    expect(page.locator("#x-answer")).to_contain_text("نیما راد")
    expect(page.locator("#x-reasons")).to_be_visible()
    assert "id=" in page.url
    found = audit(page, "the explanation")

    page = desk.goes("/access/matrix")
    page.locator("#x-role").select_option("contacts.editor")
    page.locator("#x-entity").select_option("contacts.contact")
    page.locator(".explain-form button").click()
    expect(page.locator("table.lines tbody")).to_contain_text("owner == $user")
    found += audit(page, "the matrix")
    with page.expect_download() as download:
        page.locator('header a[href*="matrix.csv"]').click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "contacts.editor,contacts.contact,delete,,some,owner == $user" in text.splitlines()

    page = desk.goes("/roles")
    found += audit(page, "the roles")
    page.locator('a[href="/roles/contacts.reader"]').click()
    page.locator("#g-entity").select_option("contacts.contact")
    page.locator("input[name=action][value=delete]").check()
    page.locator("#g-scope").select_option("own")
    found += audit(page, "a role")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("[aria-labelledby=r-add] button").click()
    expect(page.locator("#rights-difference")).to_be_visible()
    with page.expect_response(sent):
        page.locator("#confirm button").click()
    expect(page.locator("#r-grants + .scroll input[name=at]")).to_have_count(1)
    found += audit(page, "a role with its history")
    assert found == []


@pytest.mark.parametrize("width", [390, 1440])
def test_what_a_module_does_to_rights_is_shown_before_it_is_done_in_persian(seat, width):
    desk = seat(language="fa", width=width, bypass=True)
    desk.signs_in()
    page = desk.goes("/modules")
    page.locator('a[href="/modules/contacts/plan?act=disable"]').click()
    expect(page.locator("#rights-difference")).to_be_visible()
    found = audit(page, "what a module does to rights")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("#d-wider").select_option("1")
    page.locator(".explain-form button").click()
    expect(page.locator("#rights-difference")).to_have_count(0)
    with page.expect_response(sent):
        page.locator('form[action="/modules/contacts"] button').click()
    expect(page.locator('a[href="/modules/contacts/plan?act=enable"]')).to_be_visible()
    assert found == []


@pytest.mark.parametrize("width", [390, 1440])
def test_a_restriction_is_made_after_a_look_in_persian(seat, width):
    desk = seat(language="fa", width=width, bypass=True)
    desk.signs_in()
    page = desk.goes("/restrictions")
    page.locator("#label_en").fill("Own only")
    expect(page.locator("#name")).to_have_value("own_only")
    page.locator("#t-entity").select_option("contacts.contact")
    page.locator("#t-when").fill("ownr == $user")
    page.locator("[aria-labelledby=t-new] button").click()
    expect(page.get_by_role("alert")).to_contain_text("ownr")
    expect(page.locator("#t-when")).to_have_value("ownr == $user")
    found = audit(page, "the restrictions, with a mistake")
    page.locator("#t-when").fill("owner == $user")
    page.locator("[aria-labelledby=t-new] button").click()
    found += audit(page, "what a restriction does")
    with page.expect_response(sent):
        page.locator("#confirm button").click()
    expect(page.locator("h1")).to_have_text("Own only")
    found += audit(page, "a restriction")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert found == []
