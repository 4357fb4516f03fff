"""What people do all day, done in a browser by mouse and by keyboard, in both languages, on a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LIST = "/records/contacts.contact"


@pytest.mark.parametrize(("language", "width"), [("fa", 1440), ("en", 1440), ("fa", 390)])
@pytest.mark.covers("TY-16")
def test_a_person_is_found_in_another_spelling_opened_and_changed(seat, people, language, width):
    desk = seat(language=language, width=width)
    page = desk.signs_in()
    search = page.locator(".find input[name=q]")
    search.fill("علي كريمي")
    search.press("Enter")
    page.wait_for_url("**q=**")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="علی کریمی").click()
    page.wait_for_url(f"**{LIST}/{people['ali']}")
    page.locator("#f-job_title").wait_for()
    desk.settles().locator("#f-job_title").fill("مدیر خرید")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("#f-job_title")).to_have_value("مدیر خرید")
    expect(page.locator("#f-job_title")).to_be_focused()


def test_a_reference_is_chosen_by_typing_and_by_keyboard(seat, people):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(f"/records/contacts.account/{people['star']}")
    box = page.locator("#f-parent")
    box.press_sequentially("آريا", delay=20)
    option = page.get_by_role("option", name=re.compile("آریا"))
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("Enter")
    expect(box).to_have_value("داده‌پردازان آریا")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("#f-parent")).to_have_value("داده‌پردازان آریا")


def test_a_jalali_date_is_picked_by_mouse(seat, people):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(f"{LIST}/{people['ali']}")
    field = page.locator("#f-birth_date")
    expect(field).to_have_value("۱۱ اردیبهشت ۱۳۶۹")
    page.locator("ui-date", has=field).get_by_role("button").first.click()
    page.locator('[data-day="1990-05-05"]').click()
    expect(field).to_have_value("۱۵ اردیبهشت ۱۳۶۹")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("#f-birth_date")).to_have_value("۱۵ اردیبهشت ۱۳۶۹")


def test_a_jalali_date_is_picked_by_keyboard_in_the_direction_of_reading(seat, people):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(f"{LIST}/{people['ali']}")
    field = page.locator("#f-birth_date")
    field.press("Alt+ArrowDown")
    expect(page.locator('[data-day="1990-05-01"]')).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator('[data-day="1990-05-02"]')).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("۱۹ خرداد ۱۳۶۹")
    expect(field).to_be_focused()


def test_rows_are_added_and_removed_before_saving(seat, people):
    desk = seat(language="en")
    desk.signs_in()
    page = desk.goes(f"{LIST}/{people['ali']}")
    lines = page.locator("ui-lines", has=page.locator('[name="points__shown"]'))
    lines.locator("[data-add-line]").click()
    row = lines.locator("tbody tr:visible").last
    row.locator("select").first.select_option("email")
    row.locator('input[name$="-value"]').fill("ali@example.com")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    lines = page.locator("ui-lines", has=page.locator('[name="points__shown"]'))
    expect(lines.locator("tbody tr:visible")).to_have_count(2)
    lines.locator("tbody tr:visible").last.get_by_role("button", name="Remove this row").click()
    expect(lines.locator("tbody tr:visible")).to_have_count(1)


def test_a_refused_form_puts_the_focus_on_what_is_wrong_and_keeps_the_rest(seat, people):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(f"{LIST}/new")
    page.locator("#f-first_name").fill("سارا")
    page.locator("#f-birth_date").fill("۱۴۰۴/۱۲/۳۰")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-summary]")).to_be_focused()
    expect(page.get_by_role("button", name="بازگرداندن")).to_have_count(0)  # a draft of what stands there
    expect(page.locator("#f-first_name")).to_have_value("سارا")
    expect(page.locator("#f-birth_date")).to_have_value("۱۴۰۴/۱۲/۳۰")
    page.locator("[data-summary] a").first.click()
    assert page.evaluate("document.activeElement.id").startswith("f-")


def test_what_is_deleted_comes_back_by_the_message(seat, people):
    desk = seat(language="en")
    page = desk.signs_in()
    page.locator("tbody tr", has_text="کاوه نوری").locator(".ck").check()
    page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator(".toast button").click()
    expect(page.locator("tbody tr")).to_have_count(3)


def test_the_palette_leads_to_records_and_pages(seat, people):
    desk = seat(language="fa")
    page = desk.signs_in()
    page.keyboard.press("Control+k")
    field = page.locator("#palette input")
    expect(field).to_be_focused()
    field.fill("رضايي")
    expect(page.locator("#palette [role=option]", has_text="سارا رضایی")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{LIST}/{people['sara']}")


@pytest.mark.covers("PL-09")
def test_a_list_is_worked_through_by_keyboard(seat, people):
    desk = seat(language="en")
    page = desk.signs_in()
    rows = page.locator("tbody tr")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("k")
    name = rows.nth(0).get_by_role("link").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/records/contacts\.contact/\d+$"))
    assert name in page.title()


@pytest.mark.covers("PL-09")
def test_letters_lead_through_the_site_and_the_help_says_which(seat, people):
    desk = seat(language="fa")
    page = desk.signs_in()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="صفحه‌کلید")
    expect(keys.get_by_text("رفتن به: شرکت‌ها")).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)  # until then letters are the dialog's
    companies = page.get_by_role("navigation", name="منوی اصلی").get_by_role("link", name="شرکت‌ها")
    expect(companies).to_have_attribute("aria-keyshortcuts", "G O")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/records/contacts.account")
    desk.settles().keyboard.press("n")
    page.wait_for_url("**/records/contacts.account/new", wait_until="load")
    desk.goes(f"/records/contacts.account/{people['star']}")
    page.get_by_role("textbox", name="وب‌سایت").focus()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("textbox", name="وب‌سایت")).to_have_value("gc")  # letters are letters in a field


def test_the_theme_is_there_before_the_first_paint_and_is_remembered(seat, people):
    desk = seat(language="en")
    desk.context.add_init_script(
        "localStorage.setItem('theme', sessionStorage.getItem('chosen') ?? 'light');"
    )
    page = desk.signs_in()
    page.evaluate("sessionStorage.setItem('chosen', 'dark')")
    page.goto(desk.address + LIST)
    # The class of the boot script stands before the styles paint anything: it is a classic script in the head.
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator("head script[src*=boot]").get_attribute("type") is None
    page.locator(".side [data-theme-toggle]").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("localStorage.getItem('theme')") == "light"


@pytest.mark.covers("TY-16")
def test_a_field_is_added_and_used_without_a_restart(seat, people):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes("/fields/contacts.contact")
    page.fill("#label_fa", "حساسیت")
    page.fill("#name", "allergy")
    page.locator("form.stack button.primary").click()
    expect(page.locator("tbody")).to_contain_text("x_allergy")
    page = desk.goes(f"{LIST}/{people['ali']}")
    page.get_by_label("حساسیت").fill("پسته")
    page.keyboard.press("Control+s")
    expect(page.locator(".toast")).to_be_visible()
    expect(page.get_by_label("حساسیت")).to_have_value("پسته")
