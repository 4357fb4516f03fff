"""A browser that runs no scripts: from the door to what was saved, on a phone, by what is really to be seen and pressed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LIST = "/records/contacts.contact"


@pytest.mark.covers("PL-09")
def test_one_signs_in_filters_opens_saves_and_finds_without_a_script(seat, people):
    desk = seat(language="fa", width=390, scripts=False)
    page = desk.signs_in()
    desk.goes(LIST)
    assert "js" not in (page.locator("html").get_attribute("class") or "")
    expect(page.locator("tbody tr")).to_have_count(3)

    page.locator("summary", has_text="فیلتر").click()
    page.get_by_role("button", name="نام خانوادگی", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("فیلتر با نام خانوادگی")
    page.get_by_role("combobox", name="عملگر").select_option("has")
    page.get_by_role("textbox", name="مقدار").fill("رضایی")
    page.get_by_role("button", name="افزودن فیلتر").click()
    expect(page.locator(".facet")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)

    page.get_by_role("link", name="سارا رضایی").click()
    page.get_by_role("textbox", name="عنوان شغلی").fill("مدیر خرید")
    page.get_by_role("button", name="ذخیره", exact=True).locator("visible=true").first.click()
    expect(page.get_by_role("textbox", name="عنوان شغلی")).to_have_value("مدیر خرید")
    expect(page.get_by_text("ذخیره شد").first).to_be_visible()

    page.get_by_role("navigation", name="منوی سریع").get_by_role("link", name="جستجو").click()
    page.get_by_role("main").locator("[name=q]").fill("نوري")
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name="کاوه نوری").click()
    expect(page).to_have_url(f"{desk.address}{LIST}/{people['kaveh']}")
