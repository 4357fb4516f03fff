"""One's own account: sessions by device, the password, keys that are shown once, and being asked for the password again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.identity import Identity
from core.storage import Database
from core.storage.kernel_tables import session as core_session
from core.testing.site import PASSWORD, make_account
from tests.web.conftest import Person
from tests.web.page import Form

LOGIN, NEW = "sara@example.com", "four quiet words here"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture
def sara(site, app):
    """Sara at a browser; ``sara()`` signs her in once more, in another one."""
    make_account(site, LOGIN, ("base.member", "contacts.editor"), password=PASSWORD, name="Sara Ahmadi")

    def signs_in(agent="", password=PASSWORD):
        token = site.get(Identity).sign_in(LOGIN, password, address="192.0.2.7", agent=agent)
        return Person(app, token)

    return signs_in


def tires(site):
    """Let all sessions be of half an hour ago."""
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.update(core_session).values(fresh_at=sa.func.now() - timedelta(minutes=30)))


def form_with(answer, name):
    return Form(next(f for f in answer.page.main.all("form") if f.all(name=name)))


def test_sessions_are_told_by_device_and_ended_one_by_one_or_all_others(sara):
    here, phone, third = sara(), sara(PHONE), sara()
    page = here.opens("/account").page
    rows = page.one("section", aria_labelledby="a-sessions").one("tbody").all("tr")
    assert "This one" in rows[0].text
    assert "Chrome on Android" in page.main.text
    assert "192.0.2.7" in page.main.text
    assert not rows[0].all("form")
    chrome = next(row for row in rows if "Chrome" in row.text)
    ended = here.submits(here.opens("/account"), Form(chrome.one("form")))
    assert "The session is ended" in ended.page.text
    assert "ended the session in" in ended.page.main.text
    assert phone.opens("/account").path == "/sign-in"
    again = here.submits(here.opens("/account"), Form(chrome.one("form")))
    assert "has ended already" in again.page.text
    others = here.opens("/account")
    alone = here.submits(others, Form(others.page.main.all("form")[-1]))
    assert "1 other session" in alone.page.text
    assert third.opens("/account").path == "/sign-in"
    assert here.opens("/account").status == 200


def test_the_password_is_changed_by_the_present_one(sara):
    here, other = sara(), sara()
    opened = here.opens("/account/password")

    def sends(present, password, again):
        values = {"present": present, "password": password, "again": again}
        return here.submits(opened, form_with(opened, "present"), values)

    for present, password, again, told in (
        ("not this one", NEW, NEW, "This is not your password."),
        (PASSWORD, NEW, NEW + "!", "differ"),
        (PASSWORD, PASSWORD, PASSWORD, "that you have"),
        (PASSWORD, "short", "short", "10 characters"),
    ):
        answer = sends(present, password, again)
        assert answer.status == 422
        assert told in answer.page.main.one("div", role="alert").text
    done = sends(PASSWORD, NEW, NEW)
    assert done.path == "/account"
    assert "signed out everywhere else" in done.page.text
    assert "changed the password" in done.page.main.text
    assert other.opens("/account").path == "/sign-in"
    assert sara(password=NEW).opens("/account").status == 200


def test_a_key_is_made_shown_once_used_and_revoked(site, app, sara):
    here = sara()
    opened = here.opens("/account/keys")
    assert "No keys yet" in opened.page.main.text
    values = {"name": "To a sheet", "reach": "some", "entity": ["contacts.contact"], "action": ["read"]}
    made = here.submits(opened, form_with(opened, "reach"), {**values, "days": "30"})
    key = made.page.one("code", id="new-key").text
    assert made.response.headers.get("Content-Encoding") is None
    assert "Contacts: Read" in made.page.main.text

    def status(entity):
        headers = {"Authorization": f"Bearer {key}"}
        return app.test_client().get(f"/api/v1/records/{entity}", headers=headers).status_code

    assert (status("contacts.contact"), status("contacts.account")) == (200, 403)
    listed = here.opens("/account/keys")
    assert key not in listed.response.text
    assert "To a sheet" in listed.page.main.text
    revoked = here.submits(listed, form_with(listed, "id"))
    assert "Revoked" in revoked.page.main.text
    assert status("contacts.contact") == 401
    for wrong in ({"name": " "}, {"reach": "some", "entity": []}, {"days": "soon"}):
        answer = here.submits(opened, form_with(opened, "reach"), {"name": "k", **wrong})
        assert answer.status == 422, wrong
        assert answer.page.problems


def test_who_has_not_given_the_password_for_a_while_is_asked_before_a_key_is_made(site, sara):
    here = sara()
    opened = here.opens("/account/keys")
    tires(site)
    assert not here.opens("/account/keys").page.main.all(name="reach")
    asked = here.submits(opened, form_with(opened, "reach"), {"name": "late"})
    assert asked.path == "/account/confirm"
    wrong = here.submits(asked, form_with(asked, "password"), {"password": "not this one"})
    assert wrong.status == 422
    assert "not your password" in wrong.page.main.one("div", role="alert").text
    right = here.submits(asked, form_with(asked, "password"), {"password": PASSWORD})
    assert right.path == "/account/keys"
    assert right.page.main.all(name="reach")
    assert "late" not in right.page.main.text
    away = here.opens("/account/confirm?next=//evil.example").page.main
    assert away.one("input", name="next")["value"] == "/account"


def test_nobody_reaches_keys_or_sessions_of_others(sara, admin):
    here, other = sara(), sara()
    number = here.opens("/account").page.main.one("tbody").one("input", name="id")["value"]
    opened = here.opens("/account/keys")
    made = here.submits(opened, form_with(opened, "reach"), {"name": "k"})
    key = form_with(made, "id")["id"]
    csrf = admin.opens("/account").page.all("input", name="csrf")[0]["value"]
    admin.sends("/account/sessions", {"csrf": csrf, "id": number})
    assert other.opens("/account").path == "/account"
    assert admin.sends("/account/keys/revoke", {"csrf": csrf, "id": key}).status == 404
    assert "Revoked" not in here.opens("/account/keys").page.main.text
