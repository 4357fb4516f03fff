"""Signing in by another service: whom it may name, what is believed of what it says, and how an account is connected."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from joserfc.jwk import ECKey, OctKey

from core.config import Settings
from core.errors import SettingsInvalid
from core.identity import Identity
from core.kernel.actor import system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import PASSWORD, make_account
from tests.identity.service import CLIENT, SECRET
from tests.web.conftest import Person
from tests.web.outside import connected, goes, offered

SYSTEM = system_actor("a test")
LOGIN = "sara@example.com"
HERE = {"sub": "s-1", "email": LOGIN, "email_verified": True}


@pytest.fixture
def service(site):
    """A site that knows a service."""
    with offered(site) as service:
        yield service


@pytest.fixture
def account(site):
    return make_account(site, LOGIN, ("base.member",), password=PASSWORD, name="Sara Ahmadi")


def test_an_account_is_connected_by_a_verified_address_once_and_known_by_its_subject_then(
    app, site, service, account
):
    assert "Sign in by Company" in Person(app).opens("/sign-in").page.text
    service.claims = HERE
    assert goes(Person(app), service).path == "/preferences"
    assert connected(site) == [("s-1", account)]
    service.claims = {"email": "other@example.com", "email_verified": True}
    assert goes(Person(app), service).path == "/preferences", "the subject counts, whatever the address"
    service.claims = {**HERE, "sub": "s-2"}
    assert goes(Person(app), service).status == 401, "nobody else comes to be this account by an address"
    assert service.asked.count("/keys") == 1


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": LOGIN},
        {"email": LOGIN, "email_verified": False},
        {"email": LOGIN, "email_verified": "true"},
        {**HERE, "email": "nobody@example.com"},
    ],
)
def test_no_unverified_and_no_unknown_address_connects_anything(app, site, service, account, claims):
    service.claims = {"sub": "s-1", **claims}
    answer = goes(Person(app), service)
    assert answer.status == 401
    assert "no account here is connected" in answer.page.problems[0]
    assert connected(site) == []


@pytest.mark.covers("SE-01")
@pytest.mark.parametrize(
    "address", ["\u212aass@example.com", "ka\u00df@example.com", "kass@example\u3002com"], ids=ascii
)
def test_letters_that_fold_into_others_take_no_account_over(app, site, service, address):
    """The Kelvin sign becomes k and \u00df becomes ss where logins are compared; the mailboxes are those of other people."""
    make_account(site, "kass@example.com", ("base.administrator",), password=PASSWORD)
    service.claims = {"sub": "s-1", "email": address, "email_verified": True}
    assert goes(Person(app), service).status == 401
    assert connected(site) == []


@pytest.mark.parametrize("subject", ["s\u00001", "x" * 256, "", 7, ["s-1"]], ids=ascii)
def test_a_subject_that_is_none_is_not_believed(app, site, service, account, subject):
    service.claims = {**HERE, "sub": subject}
    assert goes(Person(app), service).status == 401
    assert connected(site) == []


@pytest.mark.covers("SE-01")
def test_what_is_not_signed_for_us_for_this_question_and_now_is_not_believed(app, site, service, account):
    now = int(time.time())
    for wrong in (
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": now - 120},
        {"exp": None},
        {"iat": now + 600},
        {"sub": None},
        {"sub": 7},
    ):
        service.claims = {**HERE, **wrong}
        answer = goes(Person(app), service)
        assert (answer.status, connected(site)) == (401, []), wrong
        assert answer.page.problems == [
            "Signing in by Company did not work. Try again, or use your password."
        ]
    service.claims = HERE
    service.signs_with = ECKey.generate_key("P-256", {"kid": "one"})
    assert goes(Person(app), service).status == 401
    service.signs_with, service.header = OctKey.import_key(SECRET * 3), {"alg": "HS256"}
    assert goes(Person(app), service).status == 401
    service.signs_with, service.header = None, {}
    assert goes(Person(app), service).path == "/preferences"


def test_only_the_browser_that_was_sent_away_comes_back_and_once(app, service, account):
    service.claims = HERE
    sara, thief = Person(app), Person(app)
    sent = sara.client.get("/sign-in/provider")
    brought = service.approves(sent.headers["Location"])
    assert thief.opens("/sign-in/provider/back", query_string=brought).status == 401
    assert sara.opens("/sign-in/provider/back", query_string={**brought, "state": "x"}).status == 401
    assert goes(sara, service, code="stolen").status == 401
    assert goes(sara, service, code="").status == 401
    assert goes(sara, service, state="é").status == 401
    sent = sara.client.get("/sign-in/provider?next=//evil.example")
    brought, cookie = (
        service.approves(sent.headers["Location"]),
        sara.client.get_cookie("payvand_provider", path="/sign-in/provider"),
    )
    came = sara.client.get("/sign-in/provider/back", query_string=brought)
    assert came.headers["Location"] == "/"
    sara.client.set_cookie("payvand_provider", cookie.value, path="/sign-in/provider")
    assert sara.opens("/sign-in/provider/back", query_string=brought).status == 401


def test_a_service_that_fails_or_is_another_lets_nobody_in_and_says_so(app, service, account):
    service.claims = HERE
    service.issuer = "https://evil.example"
    assert Person(app).opens("/sign-in/provider").status == 401
    service.issuer, service.broken = service.address, "/token"
    assert goes(Person(app), service).status == 401
    service.broken = "/keys"
    assert goes(Person(app), service).status == 401


def test_a_locked_account_is_let_in_by_no_service_and_a_second_factor_is_asked_for(
    app, site, service, account
):
    service.claims = HERE
    assert goes(Person(app), service).path == "/preferences"
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_account SET second_factor = true"))
    asked = goes(Person(app), service)
    assert asked.path == "/sign-in/code"
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_account SET active = false, second_factor = false"))
    assert goes(Person(app), service).status == 401


def test_the_owner_connects_and_disconnects_the_account_without_any_address(app, site, service, account):
    service.claims = {}
    sara = Person(app)
    opened = sara.opens("/sign-in")
    sara.submits(opened, opened.page.form_to("/sign-in"), {"login": LOGIN, "password": PASSWORD})
    page = sara.opens("/account/provider").page
    token = page.all("input", name="csrf")[0]["value"]
    begun = sara.sends("/account/provider", {"csrf": token, "act": "connect"})
    way = begun.page.main.one("a", cls="primary")["href"]
    brought = service.approves(way)
    stranger = Person(app)
    cookie = sara.client.get_cookie("payvand_provider", path="/sign-in/provider").value
    stranger.client.set_cookie("payvand_provider", cookie, path="/sign-in/provider")
    assert sara.opens("/sign-in/provider/back", query_string=brought).path == "/account/provider"
    assert connected(site) == [("s-1", account)]
    assert stranger.opens("/sign-in/provider/back", query_string=brought).status == 401
    assert goes(stranger, service).path == "/preferences"
    assert sara.sends("/account/provider", {"csrf": token, "act": "disconnect"}).path == "/account/provider"
    assert connected(site) == []
    told = sara.opens("/account").page.text
    assert "connected the account to Company" in told
    assert "disconnected the account from Company" in told
    service.claims = {**HERE, "sub": "s-9"}
    refused = goes(Person(app), service)
    assert refused.status == 401, "what its owner has disconnected comes back by no address"
    assert "no account here is connected" in refused.page.problems[0]
    assert connected(site) == []


def uow_of(site):
    return site.get(Database).unit(site.get(Catalogs).current(), SYSTEM)


@pytest.mark.covers("SE-01")
def test_a_service_alone_makes_no_session_fresh_with_a_code_neither(app, site, service, account):
    service.claims = HERE
    sara = Person(app)
    assert goes(sara, service).path == "/preferences"
    assert not sara.opens("/account/keys").page.all("input", name="name")
    with uow_of(site) as uow:
        codes = site.get(Identity).factors.new_codes(account, uow=uow)
        uow.execute(sa.text("UPDATE core_account SET second_factor = true"))
    other = Person(app)
    asked = goes(other, service)
    came = other.submits(asked, asked.page.form_to("/sign-in/code"), {"recovery": codes[0]})
    assert came.status == 200
    assert not other.opens("/account/keys").page.all("input", name="name")
    with site.get(Database).engine.connect() as connection:
        assert connection.execute(sa.text("SELECT fresh_at FROM core_session")).scalars().all() == [None] * 2


@pytest.mark.covers("SE-01")
def test_a_service_chooses_no_password_in_place_of_one_that_was_handed_over(app, site, service, account):
    service.claims = HERE
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_account SET must_change = true"))
    first = "Your password was made by somebody else. Sign in with it first, and choose another one."
    refused = goes(Person(app), service)
    assert (refused.status, refused.page.problems) == (401, [first])
    with uow_of(site) as uow:
        codes = site.get(Identity).factors.new_codes(account, uow=uow)
        uow.execute(sa.text("UPDATE core_account SET second_factor = true"))
    other = Person(app)
    asked = goes(other, service)
    came = other.submits(asked, asked.page.form_to("/sign-in/code"), {"recovery": codes[0]})
    assert (came.status, came.page.problems) == (401, [first])


@pytest.mark.covers("SE-03")
def test_who_is_let_in_anew_by_an_administrator_is_connected_no_more(app, site, service, account):
    service.claims = HERE
    identity = site.get(Identity)
    for reset in (identity.factors.reset, identity.reset_password):
        with site.get(Database).engine.begin() as connection:
            known = {"issuer": service.issuer, "account": account}
            connection.execute(
                sa.text(
                    "INSERT INTO core_outside (issuer, subject, account) VALUES (:issuer, 's-1', :account)"
                ),
                known,
            )
        with uow_of(site) as uow:
            reset(SYSTEM, account, uow=uow)
        assert connected(site) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("PAYVAND_OIDC_ISSUER", "http://login.example.com"), ("PAYVAND_SECOND_FACTOR", "administrator")],
)
def test_a_setting_that_would_open_a_hole_is_refused_at_the_start(name, value):
    with pytest.raises(SettingsInvalid, match=name):
        Settings.from_environment({name: value})


def test_without_a_service_there_is_no_such_way(app, site):
    assert Person(app).opens("/sign-in/provider").status == 404
    assert "provider" not in Person(app).opens("/sign-in").page.html


def test_new_keys_of_the_service_are_asked_for_and_not_for_each_forgery(app, service, account, monkeypatch):
    service.claims = HERE
    assert goes(Person(app), service).path == "/preferences"
    service.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
    assert goes(Person(app), service).status == 401
    assert service.asked.count("/keys") == 1
    monkeypatch.setattr("core.identity.provider.AGAIN", 0)
    assert goes(Person(app), service).path == "/preferences"
    assert service.asked.count("/keys") == 2
