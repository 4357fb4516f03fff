"""Before a module is turned on or off, its page tells whose rights change, and marks what is wider."""

from __future__ import annotations

import pytest

from core.hooks import Plugins


def rows(page):
    found = page.one("table", id="rights-difference").one("tbody").all("tr")
    return [[row.one("th").text, *(cell.text for cell in row.all("td"))] for row in found]


def test_whose_rights_change_is_told_before_it_is_done(admin, editor):
    opened = admin.opens("/modules")
    assert not [form for form in opened.page.all("form") if "/modules/" in (form.get("action") or "")]
    assert "/modules/contacts/plan?act=disable" in [a.get("href") for a in opened.page.main.all("a")]
    asked = admin.opens("/modules/contacts/plan?act=disable")
    assert "0 of them may let somebody do more" in asked.page.main.text
    assert "Goes away" in asked.page.main.text
    assert "Contacts" in asked.page.title
    one = admin.opens("/modules/contacts/plan?act=disable&role=contacts.reader")
    assert len({row[0] for row in rows(one.page)}) == 1
    assert {row[4] for row in rows(one.page)} == {"Taken away"}
    assert {row[6] for row in rows(one.page)} == {"nothing"}
    none = admin.opens("/modules/contacts/plan?act=disable&wider=1")
    assert "None of the changes is like that" in none.page.main.text
    assert admin.opens("/records/contacts.contact").status == 200
    assert editor.opens("/modules/contacts/plan?act=disable").status == 403


def test_what_is_wider_is_marked_in_words_and_comes_in_pages(admin):
    asked = admin.opens("/modules/contacts/plan?act=disable")
    admin.submits(asked, asked.page.form_to("/modules/contacts"), {"act": "disable"})
    asked = admin.opens("/modules/contacts/plan?act=enable")
    assert "New: nobody has it yet" in asked.page.main.text
    shown = rows(asked.page)
    assert len(shown) == 100
    assert "Added (may let somebody do more)" in " ".join(shown[0][4].split())
    after = next(a["href"] for a in asked.page.main.all("a") if "offset=100" in a.get("href"))
    turned = rows(admin.opens(after).page)
    assert turned[0] != shown[0]
    admin.submits(asked, asked.page.form_to("/modules/contacts"), {"act": "enable"})
    again = admin.opens("/modules/contacts/plan?act=enable").page.main.text
    assert "No rights change." in again


def test_what_cannot_be_done_is_told_instead(admin):
    needed = admin.opens("/modules/base/plan?act=disable")
    assert needed.status == 409
    assert "always needed" in " ".join(needed.page.problems)
    assert not [form for form in needed.page.all("form") if form.get("action") == "/modules/base"]
    assert admin.opens("/modules/contacts/plan?act=burn").status == 400
    assert admin.opens("/modules/nowhere/plan?act=install").status == 404
    files = admin.opens("/modules/contacts/plan?act=refresh").page.main.text
    assert "payvand module refresh --plan " in files


def test_what_was_shown_is_what_is_done_or_it_is_shown_anew(admin):
    asked = admin.opens("/modules/contacts/plan?act=disable")
    form = asked.page.form_to("/modules/contacts")
    other = admin.sends("/modules/contacts", form.filled({"act": "disable", "plan": "f" * 32}))
    assert other.status == 409
    assert "has changed since it was shown" in " ".join(other.page.problems)
    assert other.page.one("table", id="rights-difference")
    assert admin.opens("/records/contacts.contact").status == 200
    again = admin.submits(other, other.page.form_to("/modules/contacts"), {"act": "disable"})
    assert again.path == "/modules"
    assert admin.opens("/records/contacts.contact").status == 404
    unseen = admin.sends("/modules/contacts", {"csrf": form.filled({})["csrf"], "act": "enable"})
    assert unseen.status == 409
    assert admin.opens("/records/contacts.contact").status == 404


def test_what_goes_with_a_module_is_told_before_it_is_uninstalled(admin):
    sleeping = admin.opens("/modules/contacts/plan?act=disable")
    assert "Nothing is removed." in sleeping.page.main.text
    asked = admin.opens("/modules/contacts/plan?act=uninstall")
    told = asked.page.one("ul", id="taken").text
    assert "Contacts (" in " ".join(told.split())
    assert "goes into the trash" in asked.page.main.text
    done = admin.submits(asked, asked.page.form_to("/modules/contacts"), {"act": "uninstall"})
    assert done.path == "/modules"
    assert "is uninstalled" in done.page.text
    assert admin.opens("/records/contacts.contact").status == 404
    asked = admin.opens("/modules/contacts/plan?act=install")
    admin.submits(asked, asked.page.form_to("/modules/contacts"), {"act": "install"})
    assert admin.opens("/records/contacts.contact").status == 200


def test_modules_lead_to_what_they_need_and_what_needs_them(admin):
    page = admin.opens("/modules").page
    contacts, base = page.one("li", id="module-contacts"), page.one("li", id="module-base")
    assert "#module-base" in [a.get("href") for a in contacts.all("a")]
    assert "#module-contacts" in [a.get("href") for a in base.all("a")]


@pytest.fixture
def aside(site, monkeypatch):
    """The module contacts is set aside; its code is not really loaded anew, because other tests hold some of it."""
    monkeypatch.setattr(Plugins, "forget", lambda self, module: self.unregister(module.name))
    site.get(Plugins).quarantine("contacts", RuntimeError("no dictionary"), "register_jobs failed")
    return site.get(Plugins)


@pytest.mark.parametrize(
    ("language", "again", "works"),
    [("en", "Try again", "works again"), ("fa", "تلاش دوباره", "دوباره کار می‌کند")],
)
def test_a_module_that_was_set_aside_says_why_and_is_tried_again(admin, aside, language, again, works):
    admin.client.set_cookie("payvand_language", language)
    page = admin.opens("/modules", headers={"Accept-Language": language})
    card = page.page.one("li", id="module-contacts")
    assert "RuntimeError: no dictionary" in card.text
    assert aside.quarantined["contacts"].params["number"] in card.text
    form = page.page.form_to("/modules/contacts")
    assert again in card.one("form").text
    done = admin.submits(page, form, {"act": "retry"})
    assert not aside.quarantined
    assert works in done.page.text


def test_one_that_fails_again_is_shown_with_the_new_reason(admin, aside, monkeypatch):
    def load(self, module):
        self.quarantine(module.name, LookupError("still none"), "its hooks do not fit")
        return False

    with monkeypatch.context() as failing:
        failing.setattr(Plugins, "load", load)
        page = admin.opens("/modules")
        done = admin.submits(page, page.page.form_to("/modules/contacts"), {"act": "retry"})
        assert done.status == 422
        assert "LookupError: still none" in " ".join(done.page.problems)
    page = admin.opens("/modules")
    assert admin.submits(page, page.page.form_to("/modules/contacts"), {"act": "retry"}).path == "/modules"
    assert not aside.quarantined


def test_nobody_else_and_nobody_who_looks_as_somebody_else_tries(admin, editor, aside):
    form = admin.opens("/modules").page.form_to("/modules/contacts")
    token = editor.opens("/").page.all("input", name="csrf")[0].get("value")
    assert editor.sends("/modules/contacts", {"csrf": token, "act": "retry"}).status == 403
    assert admin.sends("/modules/contacts", {**form.filled({}), "csrf": "x", "act": "retry"}).status == 403
    assert "contacts" in aside.quarantined
