"""Lists as a place to work, in a browser: cells, bulk changes, groups and filters by keyboard and by touch."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LIST = "/records/contacts.contact"
COLUMNS = f"{LIST}?cols=full_name,job_title,department,lifecycle&sort=full_name"


def test_cells_are_edited_by_keyboard_alone_and_left_by_escape(seat, people):
    desk = seat(language="fa")
    desk.signs_in()
    page = desk.goes(COLUMNS)
    page.keyboard.press("j")
    page.keyboard.press("F2")
    field = page.get_by_role("textbox", name="عنوان شغلی")
    expect(field).to_be_focused()
    field.fill("مدیر خرید")
    page.keyboard.press("Tab")
    department = page.get_by_role("textbox", name="دپارتمان").or_(page.get_by_role("textbox", name="واحد"))
    expect(department).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("cell", name="مدیر خرید")).to_be_visible()
    page.reload()
    expect(page.get_by_role("cell", name="مدیر خرید")).to_be_visible()


def test_a_cell_that_somebody_else_changed_is_put_back_with_a_word(seat, people, site):
    desk = seat(language="en")
    desk.signs_in()
    page = desk.goes(COLUMNS)
    other = desk.context.new_page()
    other.goto(f"{desk.address}{LIST}/{people['ali']}")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="علی کریمی"))
    row.get_by_role("cell").nth(2).dblclick()
    field = page.get_by_role("textbox", name="Job title")
    field.fill("mine")
    other.locator("#f-job_title").fill("theirs")
    other.keyboard.press("Control+s")
    expect(other.locator(".toast")).to_be_visible()
    field.press("Enter")
    expect(page.get_by_role("button", name="Load again")).to_be_visible()
    expect(page.get_by_role("cell", name="mine", exact=True)).to_have_count(0)


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("fa", 390)])
def test_several_rows_are_changed_and_taken_back(seat, people, language, width):
    words = {
        "en": ("Change", "Field to change", "Change 2 records", "Undo"),
        "fa": ("تغییر", "فیلدی که تغییر می‌کند", "تغییر ۲ رکورد", "بازگرداندن"),
    }[language]
    desk = seat(language=language, width=width)
    desk.signs_in()
    page = desk.goes(COLUMNS)
    for box in page.locator("tbody .ck").all()[:2]:
        box.check()
    page.get_by_role("toolbar").get_by_role("button", name=words[0]).click()
    page.get_by_role("combobox", name=words[1]).select_option("department")
    page.locator("#f-department").fill("R&D")
    page.get_by_role("button", name=words[2]).last.click()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.get_by_text("R&D")).to_have_count(2)
    page.locator(".toast").get_by_role("button").click()
    expect(page.get_by_text("R&D")).to_have_count(0)


def test_a_filter_is_built_group_by_group_without_leaving_the_page(seat, people):
    desk = seat(language="en")
    desk.signs_in()
    page = desk.goes(f"{LIST}/filter/builder?state=&kind=list")
    page.get_by_role("combobox", name="Field of the new condition").select_option("birth_date")
    operator = page.get_by_role("combobox", name="Operator: Birth date")
    operator.select_option("empty")
    expect(page.get_by_text("0 records fit")).to_be_visible()
    page.get_by_role("combobox", name="Operator: Birth date").select_option("set")
    expect(page.get_by_text("3 records fit")).to_be_visible()
    page.get_by_role("button", name="Use the filter").click()
    page.wait_for_url("**where=**")
    expect(page.locator("tbody tr")).to_have_count(3)


def test_a_filter_is_asked_for_under_the_name_of_its_field(seat, people):
    desk = seat(language="fa", width=390)
    desk.signs_in()
    page = desk.goes(LIST)
    page.locator("summary", has_text="فیلتر").click()
    field = page.get_by_role("button", name="چرخهٔ عمر")
    desk.context.set_offline(True)
    field.click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "false")
    desk.context.set_offline(False)
    field.click()
    form = page.locator(".fl-of form")
    expect(form.locator("select").first).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.keyboard.press("Enter")
    form.locator("[name=value]").select_option("customer")
    form.get_by_role("button").click()
    expect(page.locator(".facet")).to_have_count(1)


def test_groups_open_on_demand(seat, people):
    desk = seat(language="en", width=390)
    desk.signs_in()
    page = desk.goes(f"{LIST}?group=lifecycle")
    group = page.get_by_role("link", name="Customer 3")
    expect(group).to_have_attribute("aria-expanded", "false")
    group.click()
    expect(page.get_by_role("link", name="Customer 3")).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="علی کریمی")).to_be_visible()
