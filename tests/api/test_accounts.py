"""Accounts over the API: made, found, changed, let in again by what is handed over, with their sessions and keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.errors import NotFound
from core.identity import Identity
from core.kernel.actor import Scope
from core.storage import Database
from core.storage.kernel_tables import session as core_session
from core.testing.site import PASSWORD, make_account
from tests.api.conftest import Caller

ACCOUNTS = "/accounts"
ANNA = {"login": "anna@example.com", "name": "Anna", "roles": ["office.clerk"]}


class Browser(Caller):
    """Somebody who has signed in by their password, instead of a program with a key."""

    def __call__(self, method, path, body=None, **more):
        sent = {"json": body} if body is not None else {}
        headers = {"X-CSRF-Token": self.key}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **sent, **more)


@pytest.fixture
def boss(site, app):
    """An administrator at a browser."""
    identity, login = site.get(Identity), "boss@example.com"
    make_account(site, login, ("office.chief",), password=PASSWORD)
    cookie = identity.sign_in(login, PASSWORD, address="10.0.0.8")
    opened, client = identity.open(cookie=cookie), app.test_client()
    client.set_cookie("payvand_session", cookie)
    return Browser(client=client, actor=opened.actor, key=opened.session.csrf)


def test_an_account_is_made_found_changed_and_kept_out(site, chief, clerk):
    made = chief("POST", ACCOUNTS, {**ANNA, "password": PASSWORD})
    assert made.status_code == 201
    one = f"{ACCOUNTS}/{made.json['id']}"
    assert (made.json["standing"], made.json["roles"]) == ("new", ["office.clerk"])
    identity = site.get(Identity)
    cookie = identity.sign_in("anna@example.com", PASSWORD, address="10.0.0.9", agent="Firefox")
    assert chief.get(one)["standing"] == "active"
    assert [a["login"] for a in chief.get(ACCOUNTS, search="ann")["items"]] == ["anna@example.com"]
    assert [a["login"] for a in chief.get(ACCOUNTS, role="office.chief")["items"]] == ["chief@example.com"]
    assert chief.get(ACCOUNTS, standing="disabled") == {"items": [], "next": None}
    first = chief.get(ACCOUNTS, limit=2)
    rest = chief.get(ACCOUNTS, limit=2, after=first["next"])
    assert [a["login"] for a in first["items"] + rest["items"]] == [
        "anna@example.com",
        "chief@example.com",
        "clerk@example.com",
    ]
    assert rest["next"] is None
    changed = chief("PATCH", one, {"roles": ["office.auditor"], "active": False})
    assert (changed.json["roles"], changed.json["standing"]) == (["office.auditor"], "disabled")
    assert identity.open(cookie=cookie).session is None
    events = [entry["event"] for entry in chief.get(f"{one}/log")["items"]]
    assert events == ["locked", "roles", "created"]
    assert chief.refused(403, "PATCH", f"{ACCOUNTS}/{chief.actor.id}", {"roles": []})["code"] == (
        "last_administrator"
    )
    for method, path in (
        ("GET", ACCOUNTS),
        ("GET", one),
        ("PATCH", one),
        ("POST", f"{one}/link"),
        ("POST", f"{one}/password"),
        ("GET", f"{one}/log"),
        ("GET", f"{one}/sessions"),
        ("DELETE", f"{one}/sessions"),
        ("DELETE", f"{one}/sessions/1"),
        ("GET", f"{one}/keys"),
        ("DELETE", f"{one}/keys/1"),
    ):
        clerk.refused(403, method, path, {"active": True} if method == "PATCH" else None)
    clerk.refused(403, "POST", ACCOUNTS, ANNA)
    clerk.refused(403, "POST", f"{one}/keys", {"name": "k", "scopes": []})


def test_what_lets_somebody_in_is_answered_once_and_works(site, chief):
    identity, one = site.get(Identity), f"{ACCOUNTS}/{chief('POST', ACCOUNTS, ANNA).json['id']}"
    answered = chief("POST", f"{one}/link")
    assert answered.status_code == 201
    path, _, token = answered.json["link"].rpartition("/")
    assert path == "http://localhost/new-password"
    assert chief.get(one)["link_until"]
    assert identity.use_link(token, PASSWORD) == "anna@example.com"
    identity.sign_in("anna@example.com", PASSWORD, address="10.0.0.9", agent="Firefox")
    password = chief("POST", f"{one}/password").json["password"]
    assert len(password) == 19
    assert chief.get(one)["must_change"] is True
    assert chief.get(f"{one}/sessions")["items"] == []
    with pytest.raises(NotFound):
        identity.use_link(token, PASSWORD)


def test_sessions_and_keys_are_listed_and_ended(site, app, chief, boss):
    one = f"{ACCOUNTS}/{chief('POST', ACCOUNTS, {**ANNA, 'password': PASSWORD}).json['id']}"
    for _ in range(3):
        site.get(Identity).sign_in("anna@example.com", PASSWORD, address="10.0.0.9", agent="Firefox")
    listed = chief.get(f"{one}/sessions")["items"]
    assert {(s["address"], s["agent"]) for s in listed} == {("10.0.0.9", "Firefox")}
    assert chief("DELETE", f"{one}/sessions/{listed[0]['id']}").status_code == 204
    chief.refused(404, "DELETE", f"{one}/sessions/{listed[0]['id']}")
    assert chief("DELETE", f"{one}/sessions").json == {"ended": 2}
    wanted = {"name": "rooms", "days": 3, "scopes": [{"entity": "office.room", "action": "read"}]}
    key = boss("POST", f"{one}/keys", wanted).json["key"]
    kept = chief.get(f"{one}/keys")["items"]
    assert [(k["name"], k["scopes"], k["revoked_at"]) for k in kept] == [("rooms", wanted["scopes"], None)]
    assert key not in str(kept)

    def opens():
        headers = {"Authorization": f"Bearer {key}"}
        return app.test_client().get("/api/v1/records/office.room", headers=headers).status_code

    assert opens() == 200
    assert chief("DELETE", f"{one}/keys/{kept[0]['id']}").status_code == 204
    assert opens() == 401


@pytest.mark.covers("SE-01")
def test_a_session_gives_nobody_more_unless_the_password_was_given_a_short_while_ago(site, boss, chief):
    own, one = f"{ACCOUNTS}/{boss.actor.id}", f"{ACCOUNTS}/{chief.actor.id}"
    acts = (
        ("POST", f"{own}/keys", {"name": "k", "scopes": [{"entity": "*", "action": "*"}]}),
        ("POST", f"{one}/link", None),
        ("POST", f"{one}/password", None),
        ("POST", ACCOUNTS, ANNA),
        ("PATCH", one, {"roles": ["office.chief", "office.clerk"]}),
    )

    def given(ago):
        at = site.get(Database).now() - timedelta(minutes=ago)
        with site.get(Database).engine.begin() as connection:
            connection.execute(sa.update(core_session).values(fresh_at=at))

    given(ago=11)
    for method, path, body in acts:
        assert boss.refused(403, method, path, body)["code"] == "confirm_password", path
    assert boss("PATCH", one, {"active": True}).status_code == 200
    given(ago=9)
    for method, path, body in acts:
        assert boss(method, path, body).status_code in (200, 201), path


@pytest.mark.covers("SE-04")
def test_a_key_makes_no_keys_whoever_it_belongs_to(chief, caller):
    wanted = {"name": "longer", "scopes": []}
    narrow = caller("office.chief", scopes=[Scope(action="administer")], login="other@example.com")
    for key in (chief, narrow):
        path = f"{ACCOUNTS}/{key.actor.id}/keys"
        assert key.refused(403, "POST", path, wanted)["code"] == "by_key"


def test_what_makes_no_sense_is_refused_by_its_name(chief, boss, caller):
    one = f"{ACCOUNTS}/{chief.actor.id}"
    for status, method, path, body in (
        (422, "POST", ACCOUNTS, {"login": "a b"}),
        (422, "POST", ACCOUNTS, {**ANNA, "roles": ["office.nobody"]}),
        (422, "POST", ACCOUNTS, {**ANNA, "password": "short"}),
        (400, "POST", ACCOUNTS, {"login": 7}),
        (400, "POST", ACCOUNTS, {**ANNA, "roles": "office.clerk"}),
        (400, "POST", ACCOUNTS, {**ANNA, "epoch": 1}),
        (400, "PATCH", one, {"active": "no"}),
        (404, "PATCH", f"{ACCOUNTS}/999", {"active": True}),
        (404, "GET", f"{ACCOUNTS}/none", None),
        (400, "GET", f"{ACCOUNTS}?standing=asleep", None),
        (400, "GET", f"{ACCOUNTS}?limit=0", None),
    ):
        chief.refused(status, method, path, body)
    for status, wrong in (
        (400, {"name": "k", "scopes": "all"}),
        (400, {"name": "k", "scopes": [], "days": "3"}),
        (422, {"name": "", "scopes": []}),
    ):
        boss.refused(status, "POST", f"{one}/keys", wrong)
    narrow = caller("office.chief", scopes=[Scope(action="read")], login="other@example.com")
    narrow.refused(403, "GET", ACCOUNTS)
    narrow.refused(403, "POST", f"{ACCOUNTS}/{narrow.actor.id}/keys", {"name": "k", "scopes": []})
