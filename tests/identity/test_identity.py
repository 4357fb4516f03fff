"""Who is asking: signing in, sessions, keys, and rights that are gone with the next request."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from core.errors import AccessDenied, NotFound, NotSignedIn, TooMany, ValidationFailed
from core.identity.accounts import normal_login
from core.identity.passwords import Passwords, check_password
from core.identity.throttle import FREE_ACCOUNT, FREE_NETWORK
from core.identity.tokens import token_hash
from core.kernel.actor import Scope
from core.storage import Database
from core.storage.kernel_tables import session as core_session
from core.testing.site import PASSWORD, actor_of, close_site, open_site
from core.testing.statements import counted
from tests.identity.conftest import SYSTEM

WRONG = (
    ("anna@example.com", "wrong"),
    ("anna@example.com", ""),
    ("nobody@example.com", PASSWORD),
    ("", ""),
    ("anna@example.com\u200c", PASSWORD),
    ("x" * 500, PASSWORD),
    ("anna@example.com", PASSWORD + " "),
    ("anna\x00@example.com", "x\x00"),
    ("'; drop table core_account; --", "x"),
    ("anna@example.com", "x" * 10_000),
    ("anna@ex\u0430mple.com", PASSWORD),
    ("\ud800", "\ud800"),
)


class TestSigningIn:
    def test_the_right_password_opens_a_session(self, door):
        account = door.account()
        opening = door.identity.open(cookie=door.sign_in())
        assert (opening.actor.id, opening.actor.login, opening.actor.channel) == (
            account,
            "anna@example.com",
            "web",
        )
        assert opening.actor.roles == {"office.clerk"}
        assert opening.session.csrf

    def test_a_login_is_the_same_however_it_is_written(self, door):
        door.account("anna@example.com")
        assert door.sign_in("  Anna@Example.COM ")

    def test_anything_else_is_refused_in_the_same_words(self, site, door):
        door.account()
        for login, password in WRONG:
            with pytest.raises(NotSignedIn) as refused:
                door.sign_in(login, password)
            assert refused.value.text() == "The login or the password is wrong."
            assert refused.value.reason == "wrong_password"
            with site.get(Database).engine.begin() as connection:
                connection.execute(sa.text("DELETE FROM core_attempt"))

    def test_who_was_kept_out_or_never_had_a_password_cannot_sign_in(self, door):
        account = door.account()
        door.do(lambda uow: door.identity.set_active(SYSTEM, account, False, uow=uow))
        door.account("bob@example.com", password=None)
        for login in ("anna@example.com", "bob@example.com"):
            with pytest.raises(NotSignedIn):
                door.sign_in(login)

    @pytest.mark.covers("SE-01")
    def test_each_session_has_a_token_of_its_own_kept_as_a_hash(self, door):
        door.account()
        first, second = door.sign_in(), door.sign_in()
        assert first != second
        kept = {bytes(row[0]) for row in door.rows("SELECT token_hash FROM core_session")}
        assert kept == {token_hash(first), token_hash(second)}
        assert first not in str(door.rows("SELECT * FROM core_session"))

    def test_signing_out_ends_this_session_only(self, door):
        door.account()
        first, second = door.sign_in(), door.sign_in()
        door.identity.sign_out(first)
        door.identity.sign_out("unknown")
        assert door.identity.open(cookie=first).actor.is_nobody
        assert not door.identity.open(cookie=second).actor.is_nobody

    def test_unknown_logins_cost_the_same_work(self, door):
        """Both do one argon2 check; the bound is wide, because a machine under load is no stopwatch."""
        passwords = Passwords()
        kept = passwords.hash(PASSWORD)

        def cost(hashed):
            started = time.process_time()
            for _ in range(5):
                passwords.matches("wrong", hashed)
            return time.process_time() - started

        known, unknown = min(cost(kept) for _ in range(3)), min(cost(None) for _ in range(3))
        assert 0.5 < unknown / known < 2


class TestThrottle:
    def fail(self, door, times, login="anna@example.com", address="10.0.0.1"):
        for _ in range(times):
            with pytest.raises(NotSignedIn):
                door.sign_in(login, "wrong", address)

    @pytest.mark.covers("SE-01")
    def test_after_a_few_failures_even_the_right_password_has_to_wait(self, door):
        door.account()
        self.fail(door, FREE_ACCOUNT)
        with pytest.raises(TooMany) as refused:
            door.sign_in()
        assert refused.value.params["seconds"] >= 1

    def test_many_attempts_at_once_are_counted_one_by_one(self, door, monkeypatch):
        door.account()
        checked = []
        matches = Passwords.matches
        together = Barrier(FREE_ACCOUNT, timeout=20)

        def slow(self, password, hashed):
            checked.append(password)
            together.wait()  # all that are let through check their passwords at the same time
            return matches(self, password, hashed)

        monkeypatch.setattr(Passwords, "matches", slow)

        def attempt(_number):
            with suppress(NotSignedIn, TooMany):
                door.sign_in(password="wrong, all of them")

        with ThreadPoolExecutor(3 * FREE_ACCOUNT) as pool:
            list(pool.map(attempt, range(3 * FREE_ACCOUNT)))
        assert len(checked) == FREE_ACCOUNT

    def test_a_success_takes_back_only_its_own_wait_of_the_network(self, door):
        door.account()
        for number in range(FREE_NETWORK - 1):
            self.fail(door, 1, login=f"user{number}@example.com")
        assert door.sign_in()
        assert door.sign_in()
        self.fail(door, 1, login="last@example.com")
        with pytest.raises(TooMany):
            door.sign_in()

    def test_unknown_logins_wait_alike(self, door):
        self.fail(door, FREE_ACCOUNT, login="nobody@example.com")
        with pytest.raises(TooMany):
            door.sign_in("nobody@example.com")

    def test_success_forgets_failures(self, door):
        door.account()
        for _ in range(3):
            self.fail(door, FREE_ACCOUNT - 1)
            assert door.sign_in()

    def test_a_network_that_tries_many_logins_has_to_wait(self, door):
        for number in range(FREE_NETWORK):
            self.fail(door, 1, login=f"user{number}@example.com")
        door.account()
        with pytest.raises(TooMany):
            door.sign_in()
        assert door.sign_in(address="10.0.0.2")

    def test_addresses_of_one_network_count_together(self, door):
        for number in range(FREE_NETWORK):
            self.fail(door, 1, login=f"user{number}@example.com", address=f"2001:db8:1:2::{number:x}")
        with pytest.raises(TooMany):
            door.sign_in("anna@example.com", address="2001:db8:1:2::ffff")
        self.fail(door, 1, address="2001:db8:1:3::1")

    def test_an_address_counts_as_the_same_however_it_is_written(self, door):
        for number in range(FREE_NETWORK):
            self.fail(door, 1, login=f"user{number}@example.com", address="::ffff:10.0.0.7")
        for address in ("10.0.0.7", "::ffff:a00:7"):
            with pytest.raises(TooMany):
                door.sign_in("anna@example.com", address=address)
        self.fail(door, 1, address="::ffff:10.0.0.8")

    def test_waiting_grows_with_each_failure(self, site, door):
        self.fail(door, FREE_ACCOUNT)
        waits = []
        for _ in range(4):
            with pytest.raises(TooMany) as refused:
                door.sign_in()
            waits.append(refused.value.params["seconds"])
            with site.get(Database).engine.begin() as connection:
                connection.execute(sa.text("UPDATE core_attempt SET locked_until = now()"))
            self.fail(door, 1)
        assert waits == sorted(waits)
        assert waits[-1] > waits[0]


class TestSessions:
    def test_a_request_is_opened_by_one_statement(self, door):
        door.account()
        token = door.sign_in()
        door.identity.open(cookie=token)
        with counted() as found:
            door.identity.open(cookie=token)
        assert len(found) == 1
        with counted() as found:
            door.identity.open()
        assert len(found) == 1

    def test_a_session_ends_after_its_time(self, site, door):
        door.account()
        token = door.sign_in()
        with site.get(Database).engine.begin() as connection:
            connection.execute(sa.update(core_session).values(expires_at=sa.func.now()))
        assert door.identity.open(cookie=token).session is None

    def test_a_session_in_use_is_prolonged(self, site, door):
        door.account()
        token = door.sign_in()
        with site.get(Database).engine.begin() as connection:
            connection.execute(
                sa.update(core_session).values(
                    seen_at=sa.func.now() - timedelta(hours=1), expires_at=sa.func.now() + timedelta(hours=1)
                )
            )
        before = door.rows("SELECT expires_at FROM core_session")[0][0]
        door.identity.open(cookie=token)
        assert door.rows("SELECT expires_at FROM core_session")[0][0] > before + timedelta(days=10)

    def test_a_cookie_that_is_none_is_nobody(self, door):
        for cookie in ("", "x", "é", "\ud800", "x" * 10_000):
            assert door.identity.open(cookie=cookie).actor.is_nobody

    def test_a_new_password_ends_all_sessions(self, site, door):
        door.account()
        token = door.sign_in()
        anna = actor_of(site, "anna@example.com")
        account = door.do(lambda uow: door.identity.find_account("anna@example.com", uow=uow))
        door.do(lambda uow: door.identity.set_password(anna, account, "another long one", uow=uow), anna)
        assert door.identity.open(cookie=token).session is None
        assert door.sign_in(password="another long one")

    def test_keeping_somebody_out_ends_their_sessions_and_keys(self, door):
        account = door.account()
        token = door.sign_in()
        key = door.do(lambda uow: door.identity.create_key(SYSTEM, account, "k", (Scope(),), uow=uow))
        door.do(lambda uow: door.identity.set_active(SYSTEM, account, False, uow=uow))
        assert door.identity.open(cookie=token).session is None
        with pytest.raises(NotSignedIn):
            door.identity.open(bearer=key)

    def test_changed_roles_hold_with_the_next_request(self, door):
        account = door.account()
        token = door.sign_in()
        assert door.identity.open(cookie=token).actor.roles == {"office.clerk"}
        door.do(lambda uow: door.identity.set_roles(SYSTEM, account, ["office.auditor"], uow=uow))
        assert door.identity.open(cookie=token).actor.roles == {"office.auditor"}

    def test_another_process_sees_changed_roles_with_its_next_request(self, site, door):
        account = door.account()
        token = door.sign_in()
        other = open_site(site.settings.database_url, site.settings.home, [])
        try:
            theirs = type(door)(other)
            for role in ("office.auditor", "office.visitor", "office.clerk") * 3:
                door.do(lambda uow, role=role: door.identity.set_roles(SYSTEM, account, [role], uow=uow))
                assert theirs.identity.open(cookie=token).actor.roles == {role}
        finally:
            close_site(other)


class TestKeys:
    def test_a_key_acts_for_its_owner_within_its_scopes(self, door):
        account = door.account()
        scopes = (Scope(entity="office.room", action="read"),)
        key = door.do(lambda uow: door.identity.create_key(SYSTEM, account, "report", scopes, uow=uow))
        actor = door.identity.open(bearer=key).actor
        assert (actor.id, actor.scopes, actor.channel) == (account, scopes, "api")
        assert key.startswith("pv_")
        assert key not in str(door.rows("SELECT * FROM core_api_key"))

    def test_a_key_ends_when_it_was_said(self, site, door):
        account = door.account()
        key = door.do(lambda uow: door.identity.create_key(SYSTEM, account, "k", (Scope(),), days=1, uow=uow))
        assert door.identity.open(bearer=key).actor.id == account
        with site.get(Database).engine.begin() as connection:
            connection.execute(sa.text("UPDATE core_api_key SET expires_at = now()"))
        with pytest.raises(NotSignedIn):
            door.identity.open(bearer=key)

    def test_the_list_of_keys_opens_nothing(self, door):
        account = door.account()
        key = door.do(lambda uow: door.identity.create_key(SYSTEM, account, "k", (Scope(),), uow=uow))
        listed = door.do(lambda uow: door.identity.keys(account, uow=uow))
        assert [one["name"] for one in listed] == ["k"]
        assert key.startswith(listed[0]["prefix"])
        assert "key_hash" not in listed[0]

    def test_a_keys_last_use_is_kept(self, door):
        account = door.account()
        key = door.do(lambda uow: door.identity.create_key(SYSTEM, account, "k", (Scope(),), uow=uow))
        assert door.do(lambda uow: door.identity.keys(account, uow=uow))[0]["last_used_at"] is None
        door.identity.open(bearer=key)
        assert door.do(lambda uow: door.identity.keys(account, uow=uow))[0]["last_used_at"] is not None

    def test_people_make_keys_for_themselves_only(self, site, door):
        mine, theirs = door.account(), door.account("bob@example.com")
        anna = actor_of(site, "anna@example.com")
        assert door.do(lambda uow: door.identity.create_key(anna, mine, "k", (Scope(),), uow=uow), anna)
        with pytest.raises(AccessDenied):
            door.do(lambda uow: door.identity.create_key(anna, theirs, "k", (Scope(),), uow=uow), anna)

    def test_a_key_makes_no_wider_key(self, door):
        account = door.account()
        key = door.do(
            lambda uow: door.identity.create_key(SYSTEM, account, "k", (Scope(action="read"),), uow=uow)
        )
        narrow = door.identity.open(bearer=key).actor
        with pytest.raises(AccessDenied):
            door.do(
                lambda uow: door.identity.create_key(narrow, account, "wider", (Scope(),), uow=uow), narrow
            )


class TestAccounts:
    @pytest.mark.parametrize(
        "login", ["", " ", "an na", "a\u200cb", "a\u202eb", "x" * 300, "a\nb", "p\u0430ypal", "\ud800"]
    )
    def test_a_login_that_could_pass_for_another_is_refused(self, login):
        with pytest.raises(ValidationFailed):
            normal_login(login)

    def test_arabic_and_persian_letters_are_the_same_login(self, door):
        door.account("علي")
        with pytest.raises(ValidationFailed) as refused:
            door.account("علی")
        assert refused.value.problems[0].code == "taken"

    @pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaa", "1234567890", "PASSWORD123", "x" * 300])
    def test_a_bad_password_is_refused(self, password):
        with pytest.raises(ValidationFailed):
            check_password(password, "anna@example.com")

    def test_the_login_is_no_password(self):
        with pytest.raises(ValidationFailed):
            check_password("anna.example", "anna.example@example.com")

    def test_unknown_roles_are_refused(self, door):
        with pytest.raises(ValidationFailed) as refused:
            door.account("anna@example.com", "office.clerc")
        assert "office.clerk" in refused.value.problems[0].text()

    def test_only_administrators_change_accounts(self, site, door):
        account = door.account()
        anna = actor_of(site, "anna@example.com")
        acts = (
            lambda uow: door.identity.create_account(anna, "x@example.com", None, [], name="", uow=uow),
            lambda uow: door.identity.accounts(anna, uow=uow),
            lambda uow: door.identity.set_roles(anna, account, ["office.chief"], uow=uow),
            lambda uow: door.identity.set_active(anna, account, True, uow=uow),
        )
        for act in acts:
            with pytest.raises(AccessDenied):
                door.do(act, anna)

    def test_administrators_cannot_lock_themselves_out(self, site, door):
        account = door.account("chief@example.com", "office.chief")
        chief = actor_of(site, "chief@example.com")
        with pytest.raises(AccessDenied):
            door.do(lambda uow: door.identity.set_active(chief, account, False, uow=uow), chief)

    def test_accounts_are_listed_without_what_opens_them(self, door):
        door.account()
        listed = door.do(lambda uow: door.identity.accounts(SYSTEM, uow=uow))
        assert [(one.login, one.roles) for one in listed] == [("anna@example.com", ("office.clerk",))]
        assert "argon2" not in str(listed)

    def test_what_is_not_there_cannot_be_changed(self, door):
        with pytest.raises(NotFound):
            door.do(lambda uow: door.identity.set_roles(SYSTEM, 999, [], uow=uow))
        with pytest.raises(NotFound):
            door.do(lambda uow: door.identity.find_account("nobody@example.com", uow=uow))

    def test_a_job_acts_with_the_rights_of_today_and_for_nobody_gone(self, door):
        account = door.account()
        assert door.identity.actor_of(account).roles == {"office.clerk"}
        door.do(lambda uow: door.identity.set_roles(SYSTEM, account, [], uow=uow))
        assert door.identity.actor_of(account).roles == frozenset()
        door.do(lambda uow: door.identity.set_active(SYSTEM, account, False, uow=uow))
        assert door.identity.actor_of(account).is_nobody
        assert door.identity.actor_of(None).is_nobody
