"""The second factor on pages: set up, typed on the way in, turned off, and asked for by the site. No script is needed."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from core.app.people import build_identity
from core.identity import Identity
from core.storage import Database
from core.testing.site import PASSWORD, make_account
from tests.web.conftest import Person

LOGIN = "sara@example.com"
PAGE = "/account/two-factor"
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.fixture
def account(site):
    return make_account(site, LOGIN, ("base.member",), password=PASSWORD, name="Sara Ahmadi")


@pytest.fixture
def code(site):
    """Return the code of a secret, now or some half minutes later."""

    def at(secret, later=0):
        return pyotp.TOTP(secret).at(site.get(Database).now() + timedelta(seconds=30 * later))

    return at


def signs_in(person, path="/sign-in", password=PASSWORD, login=LOGIN):
    opened = person.opens(path)
    return person.submits(opened, opened.page.form_to("/sign-in"), {"login": login, "password": password})


def presses(person, answer, act, **values):
    """Fill in the form with this button and press it."""
    form = next(f for f in answer.page.all("form") if f.all("button", value=act))
    token = form.one("input", name="csrf")["value"]
    return person.sends(PAGE, {"csrf": token, "act": act, **values})


def sets_up(person, code, later=-1):
    """Set the second factor up; return its secret and the page with the recovery codes."""
    begun = presses(person, person.opens(PAGE), "begin", password=PASSWORD)
    secret = begun.page.one("code", cls="secret").text.replace(" ", "")
    return secret, presses(person, begun, "confirm", code=code(secret, later))


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.covers("SE-03")
def test_it_is_set_up_and_asked_for_from_then_on(app, account, code, language):
    sara = Person(app, language=language)
    signs_in(sara)
    begun = presses(sara, sara.opens(PAGE), "begin", password=PASSWORD)
    assert begun.status == 200
    assert len(begun.page.all("svg", cls="qr")) == 1
    assert "Content-Encoding" not in begun.response.headers
    assert begun.response.headers["Cache-Control"] == "private, no-store, no-transform"
    secret = begun.page.one("code", cls="secret").text.replace(" ", "")
    wrong = presses(sara, begun, "confirm", code="123")
    assert (wrong.status, len(wrong.page.problems)) == (422, 1)
    assert wrong.page.one("code", cls="secret").text.replace(" ", "") == secret
    done = presses(sara, wrong, "confirm", code=code(secret, -1).translate(PERSIAN))
    codes = [one.text for one in done.page.one("ul", cls="codes").all("code")]
    assert len(codes) == 10
    again = sara.opens(PAGE).page
    assert not again.all("svg", cls="qr")
    assert not [one for one in codes if one in again.html]

    other = Person(app, language=language)
    asked = signs_in(other, "/sign-in?next=/preferences")
    assert asked.path == "/sign-in/code"
    assert other.opens("/preferences").path == "/sign-in"
    form = asked.page.form_to("/sign-in/code")
    assert other.submits(asked, form, {"code": ""}).status == 422
    refused = other.submits(asked, form, {"code": "000000"})
    assert (refused.status, len(refused.page.problems)) == (401, 1)
    came = other.submits(refused, refused.page.form_to("/sign-in/code"), {"code": code(secret)})
    assert (came.status, came.path) == (200, "/preferences")
    assert not other.client.get_cookie("payvand_step", path="/sign-in")

    third = Person(app, language=language)
    asked = signs_in(third)
    came = third.submits(asked, asked.page.form_to("/sign-in/code"), {"recovery": codes[3]})
    assert "sign-in" not in came.path
    assert re.search("[9۹]", third.opens(PAGE).page.main.text)


def test_whoever_has_no_password_is_asked_for_no_code(visitor, account):
    assert visitor.opens("/sign-in/code?next=/preferences").path == "/sign-in"
    opened = visitor.opens("/sign-in")
    token = opened.page.form_to("/sign-in")["csrf"]
    answer = visitor.sends("/sign-in/code", {"csrf": token, "code": "123456", "next": "//evil.example"})
    assert answer.status == 401
    assert answer.page.form_to("/sign-in")["next"] == "/"


def test_signing_in_over_a_page_asks_for_the_code_there_too(app, site, account, code):
    sara = Person(app)
    signs_in(sara)
    secret, _ = sets_up(sara, code)
    late = Person(app)
    dialog = {"X-Fragment": "dialog"}
    token = late.opens("/sign-in", headers=dialog).page.form_to("/sign-in")["csrf"]
    form = {"csrf": token, "login": LOGIN, "password": PASSWORD}
    asked = late.client.post("/sign-in", data=form, headers=dialog)
    assert asked.status_code == 200
    assert 'action="/sign-in/code"' in asked.text
    assert "<html" not in asked.text
    came = late.client.post("/sign-in/code", data={"csrf": token, "code": code(secret)}, headers=dialog)
    assert (came.status_code, came.headers["X-Go"]) == (204, "/")


@pytest.mark.covers("SE-03")
def test_changing_it_asks_for_a_code_and_is_written_down(app, kept, account, code):
    sara = Person(app)
    signs_in(sara)
    assert presses(sara, sara.opens(PAGE), "begin", password="another one").status == 422
    secret, _ = sets_up(sara, code)
    page = sara.opens(PAGE)
    assert presses(sara, page, "off", code="000000").status == 422
    renewed = presses(sara, page, "codes", code=code(secret))
    assert len(renewed.page.one("ul", cls="codes").all("code")) == 10
    assert presses(sara, page, "off", code=code(secret)).status == 422, "it was used for the codes"
    assert presses(sara, page, "off", code=code(secret, 1)).page.all("button", value="begin")
    history = sara.opens(f"/records/base.user/{account}/history").page.text
    assert re.search(
        "turned the second factor off.*made new recovery codes.*turned the second factor on", history
    )
    assert sara.sends(PAGE, {"csrf": "x", "act": "begin"}).status == 403


def test_where_the_site_asks_for_it_nothing_else_is_open_until_it_is_there(app, site, account, code):
    settings = site.settings
    site.settings = dataclasses.replace(settings, second_factor="everyone")
    site.put(build_identity(site), Identity)
    try:
        sara = Person(app)
        signs_in(sara)
        assert sara.opens("/preferences").path == PAGE
        assert sara.client.get("/api/v1/records/base.user").json["code"] == "factor_missing"
        page = sara.opens(PAGE).page
        assert page.all(role="status")
        assert not page.all("nav")
        token = page.form_to("/sign-out")["csrf"]
        assert sara.sends("/preferences", {"csrf": token}).status == 403
        sets_up(sara, code)
        assert sara.opens("/preferences").path == "/preferences"
        assert sara.client.get("/api/v1/records/base.user").status_code == 200
    finally:
        site.settings = settings
        site.put(build_identity(site), Identity)


def test_nobody_sees_the_secret_of_a_person_through_their_eyes(admin, site, account):
    opened = admin.opens("/access/view-as")
    form = opened.page.form_to("/access/view-as")
    admin.submits(opened, form, {"user": LOGIN, "reason": "a look"})
    page = admin.opens(PAGE)
    assert page.status == 200
    token = page.page.all("input", name="csrf")[0]["value"]
    answer = admin.sends(PAGE, {"csrf": token, "act": "begin", "password": PASSWORD})
    assert answer.status == 403
    with site.get(Database).engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM core_totp")) == 0


def test_passkeys_ask_for_a_fresh_session_and_for_a_name(app, admin, site, account):
    sara = Person(app)
    signs_in(sara)
    page = sara.opens("/account/passkeys").page
    assert "data-passkey" in page.html
    token = page.all("input", name="csrf")[0]["value"]
    assert "options" in sara.sends("/account/passkeys/options", {"csrf": token}).response.json
    forged = {"csrf": token, "act": "add", "step": "x", "credential": "{}", "name": "Phone"}
    assert sara.sends("/account/passkeys", forged).status == 422
    assert sara.sends("/account/passkeys", {"csrf": token, "act": "remove", "id": "9"}).status == 404
    settings, site.settings = site.settings, dataclasses.replace(site.settings, base_url="http://10.0.0.7")
    assert "data-passkey" not in sara.opens("/account/passkeys").page.html
    site.settings = settings
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_session SET fresh_at = now() - interval '1 hour'"))
    assert "data-passkey" not in sara.opens("/account/passkeys").page.html
    assert "go" in sara.sends("/account/passkeys/options", {"csrf": token}).response.json
    assert sara.sends("/account/passkeys", forged).path == "/account/confirm"


@pytest.mark.covers("SE-03")
def test_a_new_passkey_asks_for_a_code_where_there_are_codes_and_wrong_ones_count(app, account, code):
    sara = Person(app)
    signs_in(sara)
    assert not sara.opens("/account/passkeys").page.all("input", name="code")
    secret, _ = sets_up(sara, code)
    page = sara.opens("/account/passkeys").page
    assert page.all("input", name="code")
    token = page.all("input", name="csrf")[0]["value"]

    def asks(given):
        return sara.sends("/account/passkeys/options", {"csrf": token, "code": given}).response

    refused = asks("")
    assert refused.status_code == 422
    assert "This code is not right" in refused.json["problem"]
    assert "options" in asks(code(secret)).json
    assert [asks("000000").status_code for _ in range(6)][-1] == 429


def test_the_way_in_by_a_passkey_answers_nonsense_with_the_way_in(app, account):
    visitor = Person(app)
    page = visitor.opens("/sign-in?next=/preferences").page
    form = page.form_to("/sign-in/passkey")
    assert form["next"] == "/preferences"
    asked = visitor.sends("/sign-in/passkey/options", {"csrf": form["csrf"]}).response.json
    for values in ({}, {"step": "x"}, {"step": asked["step"], "credential": "{}"}):
        answer = visitor.sends("/sign-in/passkey", form.filled(values))
        assert (answer.status, len(answer.page.problems)) == (401, 1)
    after = visitor.sends("/sign-in/passkey/options", {"csrf": form["csrf"], "after": "1"})
    assert "options" in after.response.json, "no step, so any key"


@pytest.mark.covers("SE-03")
def test_an_administrator_resets_it_on_the_page_of_the_person(app, site, admin, account, code):
    sara = Person(app)
    signs_in(sara)
    address = f"/people/{account}"
    assert not admin.opens(address).page.all("input", name="act", value="factor")
    sets_up(sara, code)
    form = next(f for f in admin.opens(address).page.all("form") if f.all("input", value="factor"))
    values = {"csrf": form.one("input", name="csrf")["value"], "act": "factor"}
    assert admin.sends(address, values).path == "/account/confirm"
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_session SET fresh_at = now()"))
    assert sara.sends(address, values).status == 403
    assert "reset the second factor" in admin.sends(address, values).page.text
    assert sara.opens("/preferences").path == "/sign-in"
    assert signs_in(sara).path != "/sign-in/code"
