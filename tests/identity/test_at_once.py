"""What happens to an account while somebody signs in, or changes a factor: the later of the two sees the earlier."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
import sqlalchemy as sa

from core.errors import NotSignedIn
from core.identity import SecondStep
from core.identity.passwords import Passwords
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.factor_tables import passkey as core_passkey
from core.storage.kernel_tables import account as core_account
from tests.identity.conftest import SYSTEM

WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def begun(door):
    """Somebody who has signed in and begun to set up codes: their account, their session, and their app."""
    account = door.account()
    opened = door.identity.open(cookie=door.sign_in())
    secret = door.do(lambda uow: door.identity.factors.begin(opened.actor, uow=uow), opened.actor).secret
    return account, opened, pyotp.TOTP(secret.replace(" ", ""))


def confirms(door, begun, uow):
    _, opened, app = begun
    code = app.at(door.site.get(Database).now())
    door.identity.factors.confirm(opened.actor, code, session=opened.session.id, uow=uow)


def after_the_password(door, monkeypatch, act):
    """Do something between the look at a password and the session that follows it."""
    matches = Passwords.matches

    def then(self, given, kept):
        monkeypatch.setattr(Passwords, "matches", matches)
        right = matches(self, given, kept)
        act()
        return right

    monkeypatch.setattr(Passwords, "matches", then)


@pytest.mark.covers("SE-03")
def test_of_two_changes_at_once_the_second_factor_stays_on_where_one_is_left(door, begun):
    account, opened, _ = begun
    database, catalog = door.site.get(Database), door.site.get(Catalogs).current()
    with database.engine.begin() as connection:
        kept = {"account": account, "credential": b"c", "public_key": b"p", "name": "Phone"}
        key = connection.execute(
            sa.insert(core_passkey).values(kept).returning(core_passkey.c.id)
        ).scalar_one()
        connection.execute(sa.update(core_account).values(second_factor=True))

    def remove():
        with database.unit(catalog, opened.actor) as uow:
            door.identity.passkeys.remove(opened.actor, key, uow=uow)

    with ThreadPoolExecutor(1) as pool:
        with database.unit(catalog, opened.actor) as uow:
            confirms(door, begun, uow)
            removing = pool.submit(remove)
            while not removing.done() and not waits(database):
                pass
        removing.result(timeout=30)
    assert door.rows("SELECT second_factor FROM core_account") == [(True,)]
    assert door.rows("SELECT count(*) FROM core_recovery_code") != [(0,)]
    with pytest.raises(SecondStep):
        door.sign_in()


def waits(database):
    with database.engine.connect() as connection:
        return bool(connection.scalar(WAITING))


@pytest.mark.covers("SE-01")
def test_no_session_is_opened_by_a_password_that_was_changed_meanwhile(door, monkeypatch):
    door.account()
    identity = door.identity
    found = door.do(lambda uow: identity.find_account("anna@example.com", uow=uow))
    new = "another long password"

    def change():
        door.do(lambda uow: identity.set_password(SYSTEM, found, new, uow=uow))

    after_the_password(door, monkeypatch, change)
    with pytest.raises(NotSignedIn) as over:
        door.sign_in()
    assert over.value.reason == "step_over"
    assert door.rows("SELECT count(*) FROM core_session") == [(0,)]
    token = door.sign_in(password=new)
    present = identity.open(cookie=token)
    after_the_password(door, monkeypatch, change)
    with pytest.raises(NotSignedIn):
        identity.change_own_password(present.actor, present.session, new, "a third long one", address="")
    assert door.sign_in(password=new)


def test_a_hash_that_is_made_anew_brings_no_old_password_back(door, monkeypatch):
    door.account()
    found = door.do(lambda uow: door.identity.find_account("anna@example.com", uow=uow))
    new = "another long password"
    monkeypatch.setattr(Passwords, "is_outdated", lambda self, kept: True)
    act = lambda uow: door.identity.set_password(SYSTEM, found, new, uow=uow)  # noqa: E731
    after_the_password(door, monkeypatch, lambda: door.do(act))
    with pytest.raises(NotSignedIn):
        door.sign_in()
    assert door.sign_in(password=new)


@pytest.mark.covers("SE-03")
def test_no_session_is_opened_without_a_factor_that_was_turned_on_meanwhile(door, begun, monkeypatch):
    _, opened, _ = begun
    turn_on = lambda: door.do(lambda uow: confirms(door, begun, uow), opened.actor)  # noqa: E731
    after_the_password(door, monkeypatch, turn_on)
    with pytest.raises(NotSignedIn) as over:
        door.sign_in()
    assert over.value.reason == "step_over"
    assert door.rows("SELECT count(*) FROM core_session") == [(1,)], "that which turned it on"
