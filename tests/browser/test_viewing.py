"""Seeing what somebody else sees, before a browser: the banner on a phone and on a desk, and no draft of a form."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.testing.desk import Desk
from core.testing.site import make_account
from tests.browser.auditing import audit

pytestmark = pytest.mark.browser

CONTACT = "/records/contacts.contact"


@pytest.mark.covers("LO-01")
def test_a_banner_says_whose_eyes_it_is_until_a_press_ends_it(seat, people, site):
    roles = ["base.member", "contacts.editor"]
    number = make_account(site, "sees@example.com", roles, name="رضا نوری")
    Desk(site).update("base.user", number, language="fa")
    for width, scripts in ((1440, True), (390, True), (390, False)):
        desk = seat(language="fa", width=width, phone=width < 500, scripts=scripts, bypass=scripts)
        page = desk.signs_in()
        desk.goes("/access/view-as?user=sees%40example.com")
        page.get_by_role("textbox", name="دلیل").fill("درخواست ۱۲")
        page.get_by_role("button", name="دیدن آنچه او می‌بیند").click()
        banner = page.get_by_role("complementary", name="دیدن به جای دیگری")
        expect(banner).to_contain_text("رضا نوری")

        desk.goes(CONTACT)
        expect(banner).to_be_visible()
        box, end = banner.bounding_box(), banner.get_by_role("button", name="پایان").bounding_box()
        assert box["y"] == 0
        assert abs(box["width"] - width) <= 1
        assert box["height"] < 120
        assert end["height"] >= 24
        if scripts:
            assert audit(page, f"view as at {width}") == []
            reaches = "() => document.documentElement.scrollWidth <= innerWidth + 1"
            assert page.evaluate(reaches)
            assert page.evaluate("() => document.documentElement.scrollHeight <= innerHeight + 1")
            desk.goes(f"{CONTACT}/new")
            page.get_by_role("textbox", name="نام خانوادگی", exact=True).fill("کسی")
            page.get_by_role("button", name="ذخیره", exact=True).locator("visible=true").first.click()
            expect(page.get_by_role("heading", level=1)).to_have_text("مجاز نیست")
            assert (
                page.evaluate("() => Object.keys(sessionStorage).filter((k) => k.startsWith('draft:'))") == []
            )
            expect(banner).to_be_visible()
        desk.goes(CONTACT)
        banner.get_by_role("button", name="پایان").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("دیدن به جای دیگری")
        expect(banner).to_have_count(0)
        expect(page.get_by_role("list").last).to_contain_text("درخواست ۱۲")
