"""Keeping accounts: one-time links, passwords that are handed over, sessions by device, and the log of all that."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
import sqlalchemy as sa

from core.errors import AccessDenied, NotFound, NotSignedIn, TooMany, ValidationFailed
from core.identity import keeping
from core.identity.accounts import change_account
from core.identity.links import NewPasswordNeeded
from core.identity.sessions import FRESH
from core.identity.throttle import FREE_ACCOUNT
from core.kernel.actor import Scope
from core.storage import Database
from core.storage.kernel_tables import account as core_account
from core.storage.kernel_tables import session as core_session
from core.testing.site import PASSWORD, actor_of
from tests.identity.conftest import SYSTEM

LOGIN, NEW = "anna@example.com", "four quiet words here"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def log(door):
    """What stands in the log of an account, oldest first: the events with their details."""

    def read(account):
        found = door.do(lambda uow: door.identity.log(SYSTEM, account, 50, uow=uow))
        return [(entry.event, dict(entry.told)) for entry in reversed(found)]

    return read


def ages(site, table, **values):
    with site.get(Database).engine.begin() as connection:
        connection.execute(sa.update(table).values(**values))


class TestLinks:
    def test_a_link_gives_a_password_once_and_ends_what_was_open(self, door, log):
        account = door.account()
        cookie = door.sign_in()
        token = door.do(lambda uow: door.identity.make_link(SYSTEM, account, uow=uow))
        assert door.identity.login_of_link(token) == LOGIN
        assert token not in str(door.rows("SELECT * FROM core_account"))
        with pytest.raises(ValidationFailed):
            door.identity.use_link(token, "short")
        assert door.identity.use_link(token, NEW) == LOGIN
        assert door.identity.open(cookie=cookie).session is None
        assert door.sign_in(password=NEW)
        for again in (token, "", "x" * 5000, "\ud800"):
            with pytest.raises(NotFound):
                door.identity.use_link(again, NEW + " again")
        assert [event for event, _ in log(account)] == ["created", "link", "password"]
        assert log(account)[-1][1] == {"by": "link"}

    def test_a_link_ends_by_time_by_another_one_by_a_sign_in_and_with_its_account(self, site, door):
        account = door.account()

        def made():
            return door.do(lambda uow: door.identity.make_link(SYSTEM, account, uow=uow))

        ends = (
            lambda: ages(site, core_account, link_until=sa.func.now()),
            made,
            door.sign_in,
            lambda: door.do(lambda uow: door.identity.set_active(SYSTEM, account, False, uow=uow)),
        )
        for end in ends:
            token = made()
            assert door.identity.login_of_link(token)
            end()
            with pytest.raises(NotFound):
                door.identity.login_of_link(token)
        with pytest.raises(AccessDenied):
            made()

    def test_of_many_who_use_a_link_at_once_one_does(self, door):
        account = door.account()
        token = door.do(lambda uow: door.identity.make_link(SYSTEM, account, uow=uow))

        def use(number):
            try:
                return door.identity.use_link(token, f"{NEW} {number}")
            except NotFound:
                return None

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(use, range(4))).count(LOGIN) == 1

    def test_a_password_that_is_handed_over_is_replaced_before_anything_else(self, door, log):
        account = door.account()
        cookie = door.sign_in()
        password = door.do(lambda uow: door.identity.reset_password(SYSTEM, account, uow=uow))
        assert door.identity.open(cookie=cookie).session is None
        with pytest.raises(NotSignedIn):
            door.sign_in()
        with pytest.raises(NewPasswordNeeded) as needed:
            door.sign_in(password=password)
        assert door.rows("SELECT count(*) FROM core_session") == [(0,)]
        door.identity.use_link(needed.value.token, NEW)
        assert door.sign_in(password=NEW)
        assert [event for event, _ in log(account)] == ["created", "reset", "password"]
        assert password not in str(log(account))


class TestSessions:
    def test_they_are_listed_by_device_and_ended_one_by_one_or_all_but_one(self, site, door, log):
        account = door.account()
        anna = actor_of(site, LOGIN)
        first = door.identity.sign_in(LOGIN, PASSWORD, address="10.0.0.1", agent=FIREFOX + "\n")
        second, third = door.sign_in(), door.sign_in()
        here = door.identity.open(cookie=third).session.id
        listed = door.do(lambda uow: door.identity.sessions(anna, account, uow=uow), anna)
        assert [(one.device.agent, one.device.address) for one in listed][-1] == (FIREFOX, "10.0.0.1")
        assert here in [one.id for one in listed]
        ended = listed[-1].id
        door.do(lambda uow: door.identity.end_session(anna, account, ended, uow=uow), anna)
        assert door.identity.open(cookie=first).session is None
        with pytest.raises(NotFound):
            door.do(lambda uow: door.identity.end_session(anna, account, ended, uow=uow), anna)
        assert door.do(lambda uow: door.identity.end_sessions(anna, account, but=here, uow=uow), anna) == 1
        assert door.identity.open(cookie=second).session is None
        assert door.identity.open(cookie=third).session is not None
        told = log(account)
        assert told[1:] == [
            ("session_ended", {"agent": FIREFOX, "address": "10.0.0.1"}),
            ("signed_out", {"sessions": 1}),
        ]

    def test_nobody_sees_or_ends_those_of_others(self, site, door):
        door.account()
        bob = door.account("bob@example.com")
        door.sign_in("bob@example.com")
        anna, number = actor_of(site, LOGIN), door.rows("SELECT id FROM core_session")[0][0]
        acts = (
            lambda uow: door.identity.sessions(anna, bob, uow=uow),
            lambda uow: door.identity.end_session(anna, bob, number, uow=uow),
            lambda uow: door.identity.end_sessions(anna, bob, uow=uow),
            lambda uow: door.identity.own_keys(anna, bob, uow=uow),
            lambda uow: door.identity.revoke_key(anna, bob, 1, uow=uow),
            lambda uow: door.identity.log(anna, bob, 9, uow=uow),
            lambda uow: door.identity.account(anna, bob, uow=uow),
            lambda uow: door.identity.make_link(anna, bob, uow=uow),
            lambda uow: door.identity.reset_password(anna, bob, uow=uow),
        )
        for act in acts:
            with pytest.raises(AccessDenied):
                door.do(act, anna)
        mine = actor_of(site, LOGIN).id
        with pytest.raises(NotFound):
            door.do(lambda uow: door.identity.end_session(anna, mine, number, uow=uow), anna)

    def test_a_session_is_fresh_for_a_while_and_again_by_the_password(self, site, door):
        door.account()
        opening = door.identity.open(cookie=door.sign_in())
        session, anna = opening.session, opening.actor

        def fresh():
            return door.do(lambda uow: door.identity.is_fresh(session, uow=uow))

        assert fresh()
        ages(site, core_session, fresh_at=sa.func.now() - FRESH - timedelta(seconds=5))
        assert not fresh()
        for _ in range(FREE_ACCOUNT):
            with pytest.raises(NotSignedIn):
                door.identity.confirm(anna, session, "wrong", address="10.0.0.1")
        with pytest.raises(TooMany):
            door.identity.confirm(anna, session, PASSWORD, address="10.0.0.1")
        ages(site, sa.table("core_attempt", sa.column("locked_until")), locked_until=None)
        door.identity.confirm(anna, session, PASSWORD, address="10.0.0.1")
        assert fresh()

    def test_ones_own_password_is_changed_by_the_present_one_and_the_others_sign_in_again(self, door, log):
        account = door.account()
        other, opening = door.sign_in(), door.identity.open(cookie=door.sign_in())

        def change(present, password):
            door.identity.change_own_password(
                opening.actor, opening.session, present, password, address="10.0.0.1"
            )

        with pytest.raises(NotSignedIn):
            change("not this one", NEW)
        with pytest.raises(ValidationFailed):
            change(PASSWORD, "short")
        change(PASSWORD, NEW)
        assert door.identity.open(cookie=other).session is None
        assert door.rows("SELECT count(*) FROM core_session") == [(1,)]
        assert door.sign_in(password=NEW)
        assert log(account)[-1] == ("password", {})


class TestAdministrators:
    def test_the_last_one_stays_one_whoever_asks(self, site, door):
        chief = door.account("chief@example.com", "office.chief")
        other = door.account("other@example.com", "office.chief")
        anna, bob = actor_of(site, "chief@example.com"), actor_of(site, "other@example.com")
        door.do(lambda uow: door.identity.set_roles(bob, chief, ["office.clerk"], uow=uow), bob)
        for act in (
            lambda uow: door.identity.set_roles(bob, other, ["office.clerk"], uow=uow),
            lambda uow: door.identity.set_roles(bob, other, [], uow=uow),
        ):
            with pytest.raises(AccessDenied) as refused:
                door.do(act, bob)
            assert refused.value.reason == "last_administrator"
        door.do(lambda uow: door.identity.set_roles(bob, chief, ["office.chief"], uow=uow), bob)
        door.do(lambda uow: door.identity.set_active(anna, other, False, uow=uow), anna)
        with pytest.raises(AccessDenied):
            door.do(lambda uow: door.identity.set_roles(anna, chief, [], uow=uow), anna)
        assert [one.login for one in door.do(door.identity.administrators)] == ["chief@example.com"]

    def test_of_two_who_take_it_from_each_other_at_once_one_stays(self, site, door, monkeypatch):
        """Both are let through the check before either writes, unless the first holds the second back."""
        together = Barrier(2, timeout=1)

        def late(*args, **values):
            with suppress(BrokenBarrierError):
                together.wait()
            change_account(*args, **values)

        monkeypatch.setattr(keeping, "change_account", late)
        logins = ("chief@example.com", "other@example.com")
        numbers = [door.account(login, "office.chief") for login in logins]
        pairs = [(actor_of(site, logins[0]), numbers[1]), (actor_of(site, logins[1]), numbers[0])]

        def take(pair):
            actor, number = pair
            try:
                door.do(lambda uow: door.identity.set_roles(actor, number, [], uow=uow), actor)
            except AccessDenied:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(take, pairs)) == [False, True]
        assert len(door.do(door.identity.administrators)) == 1

    def test_all_that_happens_to_an_account_is_told_by_whom_and_without_secrets(self, site, door, log):
        door.account("chief@example.com", "office.chief")
        chief, account = actor_of(site, "chief@example.com"), door.account()
        identity = door.identity
        acts = (
            lambda uow: identity.set_roles(chief, account, ["office.auditor"], uow=uow),
            lambda uow: identity.set_roles(chief, account, ["office.auditor"], uow=uow),
            lambda uow: identity.set_active(chief, account, False, uow=uow),
            lambda uow: identity.set_active(chief, account, True, uow=uow),
            lambda uow: identity.create_key(chief, account, " to\nsheets ", (Scope(),), days=9, uow=uow),
            lambda uow: identity.revoke_key(
                chief, account, identity.keys(account, uow=uow)[0]["id"], uow=uow
            ),
            lambda uow: identity.revoke_key(
                chief, account, identity.keys(account, uow=uow)[0]["id"], uow=uow
            ),
        )
        made = [door.do(act, chief) for act in acts]
        assert log(account)[1:] == [
            ("roles", {"added": ["office.auditor"], "removed": ["office.clerk"]}),
            ("locked", {}),
            ("opened", {}),
            ("key_made", {"name": "to sheets", "scopes": [{"entity": "*", "action": "*"}], "days": 9}),
            ("key_revoked", {"name": "to sheets"}),
        ]
        entries = door.do(lambda uow: identity.log(SYSTEM, account, 2, uow=uow))
        assert [entry.by for entry in entries] == [chief.id, chief.id]
        assert made[4] not in str(door.rows("SELECT changes FROM core_history"))

    def test_keys_without_a_name_or_for_ever_so_long_are_refused(self, door):
        account = door.account()
        for name, scopes, days in (
            (" ", (Scope(),), 1),
            ("k", (Scope(),), 0),
            ("k", (Scope(),), 99_999),
            ("k", (Scope(),) * 101, 1),
        ):
            with pytest.raises(ValidationFailed):
                door.do(
                    lambda uow, given=(name, scopes, days): door.identity.create_key(
                        SYSTEM, account, given[0], given[1], days=given[2], uow=uow
                    )
                )
        with pytest.raises(NotFound):
            door.do(lambda uow: door.identity.revoke_key(SYSTEM, account, 999, uow=uow))
