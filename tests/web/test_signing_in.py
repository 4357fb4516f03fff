"""The way in and out: who is let in, who is not, and that no form of another site is taken for one of ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.identity import Identity
from core.kernel.actor import system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import PASSWORD, make_account
from tests.web.page import Form

LOGIN = "sara@example.com"
CHOSEN = "four quiet words here"
SYSTEM = system_actor("a test")


@pytest.fixture
def account(site):
    return make_account(
        site, LOGIN, ("base.member", "contacts.editor"), password=PASSWORD, name="Sara Ahmadi"
    )


def signs_in(visitor, password=PASSWORD, login=LOGIN, path="/sign-in"):
    opened = visitor.opens(path)
    return visitor.submits(opened, opened.page.form_to("/sign-in"), {"login": login, "password": password})


def test_a_person_comes_in_where_they_wanted_to_go(visitor, account):
    answer = signs_in(visitor, path="/sign-in?next=/records/contacts.account")
    assert (answer.status, answer.path) == (200, "/records/contacts.account")
    assert "Sara Ahmadi" in answer.page.text


@pytest.mark.covers("SE-01")
def test_the_cookie_of_a_session_is_out_of_reach_of_scripts(visitor, account):
    opened = visitor.opens("/sign-in")
    form = opened.page.form_to("/sign-in").filled({"login": LOGIN, "password": PASSWORD})
    cookies = visitor.sends("/sign-in", form, follow=False).response.headers.getlist("Set-Cookie")
    session = next(c for c in cookies if c.startswith("payvand_session="))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session


@pytest.mark.parametrize(
    ("login", "password"), [(LOGIN, "not the password"), ("nobody@example.com", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_login_read_the_same(visitor, account, login, password):
    answer = signs_in(visitor, password, login)
    assert answer.status == 401
    assert answer.page.problems == ["The login or the password is wrong."]
    assert answer.page.one("input", id="login")["value"] == login
    assert answer.page.one("input", id="password").get("value") == ""


def test_who_guesses_too_often_has_to_wait(visitor, account):
    last = [signs_in(visitor, f"guess number {number}") for number in range(12)][-1]
    assert last.status == 429
    assert signs_in(visitor).status == 429


@pytest.fixture
def handed_over(site, account):
    """What an administrator hands over: ``handed_over("make_link")`` or ``("reset_password")``."""

    def make(how):
        with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM) as uow:
            return getattr(site.get(Identity), how)(SYSTEM, account, uow=uow)

    return make


def chooses(visitor, opened, password, again=None):
    form = Form(opened.page.main.one("form"))
    return visitor.submits(opened, form, {"password": password, "again": again or password})


def test_a_one_time_link_leads_to_a_password_and_back_to_signing_in(visitor, handed_over):
    path = f"/new-password/{handed_over('make_link')}"
    opened = visitor.opens(path)
    assert LOGIN in opened.page.main.text
    assert opened.response.headers.get("Content-Encoding") is None
    for password, again in (("short", "short"), (CHOSEN, CHOSEN + "!")):
        answer = chooses(visitor, opened, password, again)
        assert answer.status == 422
        assert answer.page.main.one("div", role="alert").text
    done = chooses(visitor, opened, CHOSEN)
    assert done.path == "/sign-in"
    assert "Your password is set" in done.page.text
    assert done.page.one("input", id="login")["value"] == LOGIN
    assert visitor.opens(path).status == 404
    assert chooses(visitor, opened, CHOSEN).status == 404
    assert "Sara Ahmadi" in signs_in(visitor, CHOSEN).page.text


def test_a_password_that_was_handed_over_leads_to_choosing_another(visitor, handed_over):
    opened = signs_in(visitor, handed_over("reset_password"))
    assert opened.path.startswith("/new-password/")
    assert visitor.opens("/preferences").path == "/sign-in"
    assert chooses(visitor, opened, CHOSEN).path == "/sign-in"
    assert "Sara Ahmadi" in signs_in(visitor, CHOSEN).page.text


def test_who_cannot_sign_in_is_told_whom_to_ask_as_far_as_the_site_says(site, visitor, admin, monkeypatch):
    links = visitor.opens("/sign-in").page.all("a")
    assert "/sign-in/help" in [link.get("href") for link in links]
    assert "Mina Karimi" not in visitor.opens("/sign-in/help").page.text
    told = replace(site.settings, sign_in_help="Call 2020 <b>", name_administrators=True)
    monkeypatch.setattr(site, "settings", told)
    text = visitor.opens("/sign-in/help").page.main.text
    assert "Mina Karimi" in text
    assert "Call 2020 <b>" in text


def test_who_goes_is_gone(visitor, account):
    page = signs_in(visitor)
    visitor.submits(page, Form(page.page.all("form", action="/sign-out")[0]))
    assert visitor.opens("/records/contacts.contact").path == "/sign-in"


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(visitor, account, target):
    opened = visitor.opens("/sign-in", query_string={"next": target})
    form = opened.page.form_to("/sign-in").filled({"login": LOGIN, "password": PASSWORD, "next": target})
    assert visitor.sends("/sign-in", form, follow=False).response.headers["Location"] == "/"


@pytest.mark.parametrize("token", ["", "00" * 16, "not even hexadecimal"])
@pytest.mark.covers("SE-01")
def test_a_form_without_our_token_changes_nothing(editor, kept, token):
    number = kept.add("contacts.contact", {"last_name": "Karimi"})[0]
    answer = editor.sends("/records/contacts.contact/delete", {"id": number, "csrf": token})
    assert answer.status == 403
    assert kept.get("contacts.contact", number)["last_name"] == "Karimi"


def test_a_form_sent_from_another_site_is_refused(editor):
    opened = editor.opens("/preferences")
    form = opened.page.form(cls="fbody").filled({"language": "fa"})
    response = editor.client.post("/preferences", data=form, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


def test_a_token_of_another_person_is_refused(editor, person, kept):
    other = person("base.member", "contacts.editor", login="other@example.com")
    token = other.opens("/preferences").page.form(cls="fbody")["csrf"]
    assert editor.sends("/records/contacts.contact/delete", {"id": 1, "csrf": token}).status == 403


def test_a_language_is_chosen_before_signing_in_and_kept(visitor, account):
    opened = visitor.opens("/sign-in")
    chosen = visitor.submits(opened, opened.page.form_to("/language"), {"language": "fa"})
    assert chosen.page.one("html")["lang"] == "fa"
    assert signs_in(visitor).page.one("html")["lang"] == "fa"


def test_preferences_change_how_everything_reads(admin, kept):
    kept.add(
        "contacts.account",
        {"name": "Arya", "credit_limit": {"amount": "1250000", "currency": "IRR"}},
        actor=admin.actor,
    )
    list_of = "/records/contacts.account?cols=name,credit_limit"
    assert "1,250,000 Rial" in admin.opens(list_of).page.text
    opened = admin.opens("/preferences")
    admin.submits(
        opened,
        opened.page.form(cls="fbody"),
        {"language": "fa", "digits": "persian", "money_unit": "toman", "calendar": "jalali"},
    )
    text = admin.opens(list_of).page.text
    assert "۱۲۵٬۰۰۰" in text
    assert "تومان" in text


def test_a_preference_that_is_none_is_the_one_of_the_site(editor):
    opened = editor.opens("/preferences")
    answer = editor.submits(
        opened, opened.page.form(cls="fbody"), {"language": "xx", "time_zone": "Mars/Base"}
    )
    assert answer.status == 200
    assert editor.opens("/preferences").page.form(cls="fbody")["time_zone"] == ""
