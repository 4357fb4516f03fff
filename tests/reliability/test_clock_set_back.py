"""The clock is set back, and forward again: nothing waits longer than it has to, nothing lives longer than it may."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.app.overdue import forget_outdated
from core.contributions import read_link, sign_link
from core.errors import NotFound, NotSignedIn, TooMany
from core.identity import Identity
from core.identity.resetting import SEND_RESET, Resetting
from core.identity.sessions import SESSION_DAYS, is_fresh, make_fresh
from core.identity.steps import begin_step, find_step
from core.identity.throttle import FREE_ACCOUNT, FREE_VISITS
from core.jobs.context import JobContext
from core.kernel.actor import Actor, Scope, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import PASSWORD, make_account
from tests.reliability.clock import false_clock

LOGIN = "anna@example.com"
SYSTEM = system_actor("a test")
BACK = {"days": -1}
LATER = {"days": -1, "minutes": 20}
"""Twenty minutes after the clock was set back by a day."""


@pytest.fixture
def clock(site):
    with false_clock(site) as clock:
        yield clock


class Gate:
    """Signs one person in, and looks what that is worth."""

    def __init__(self, site):
        self.site, self.identity, self.database = site, site.get(Identity), site.get(Database)
        self.account = make_account(site, LOGIN, ("depot.chief",), password=PASSWORD)

    def do(self, act, actor=SYSTEM):
        with self.database.unit(self.site.get(Catalogs).current(), actor) as uow:
            return act(uow)

    def enter(self, password=PASSWORD):
        return self.identity.sign_in(LOGIN, password, address="10.0.0.1")

    def opens(self, token):
        return self.identity.open(cookie=token)

    def fresh(self, token):
        session = self.opens(token).session.id
        return self.do(lambda uow: is_fresh(uow, session))

    def rows(self, sql, **values):
        with self.database.engine.begin() as connection:
            found = connection.execute(sa.text(sql), values)
            return [tuple(row) for row in found] if found.returns_rows else []


@pytest.fixture
def gate(site, clock):
    return Gate(site)


def fails(gate, times):
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            gate.enter("wrong")


def test_both_clocks_are_set(gate, clock):
    clock.set(**BACK)
    ((of_database,),) = gate.rows("SELECT now()")
    assert abs(of_database - gate.database.now()) < timedelta(seconds=5)


def test_who_had_to_wait_waits_no_day_longer_and_their_failures_still_count(gate, clock):
    fails(gate, FREE_ACCOUNT)
    with pytest.raises(TooMany):
        gate.enter()
    clock.set(**BACK)
    fails(gate, 1)  # asked for a password again, and told that it is wrong
    with pytest.raises(TooMany) as waits:
        gate.enter()
    assert waits.value.params["seconds"] <= 2
    clock.set(days=-1, seconds=5)
    assert gate.enter()
    clock.set()
    assert gate.enter()


def test_a_network_that_came_too_often_comes_again_in_its_minute(gate, clock):
    for _ in range(FREE_VISITS):
        gate.identity.admit("10.0.0.9")
    with pytest.raises(TooMany):
        gate.identity.admit("10.0.0.9")
    clock.set(**BACK)
    for _ in range(FREE_VISITS):
        gate.identity.admit("10.0.0.9")
    with pytest.raises(TooMany) as waits:
        gate.identity.admit("10.0.0.9")
    assert waits.value.params["seconds"] <= 60


def test_nobody_is_signed_out_and_nobody_is_fresh_who_is_not(gate, clock):
    token = gate.enter()
    assert gate.fresh(token)
    clock.set(**BACK)
    assert not gate.fresh(token)
    assert gate.opens(token).actor.id == gate.account
    ((seen, expires),) = gate.rows("SELECT seen_at, expires_at FROM core_session")
    assert seen <= clock.now()
    assert expires <= clock.now() + timedelta(days=SESSION_DAYS)
    session = gate.opens(token).session.id
    gate.do(lambda uow: make_fresh(uow, session))
    assert gate.fresh(token)
    clock.set(**LATER)
    assert not gate.fresh(token)
    clock.set(minutes=20)
    assert gate.opens(token).actor.id == gate.account
    assert not gate.fresh(token)


def test_a_session_that_nobody_uses_lives_no_longer_than_any_other(site, gate, clock):
    gate.enter()
    clock.set(days=-400)
    gate.do(forget_outdated)
    ((expires, fresh),) = gate.rows("SELECT expires_at, fresh_at FROM core_session")
    assert expires <= clock.now() + timedelta(days=SESSION_DAYS)
    assert fresh is None


def test_a_step_of_signing_in_is_over_and_begun_anew(gate, clock):
    with gate.database.engine.begin() as connection:
        step = begin_step(connection, "second", clock.now(), account=gate.account)
        assert find_step(connection, "second", step, clock.now())
        for moved, lasts in ((BACK, False), ({"seconds": -30}, True), ({}, True), ({"minutes": 11}, False)):
            clock.ahead = timedelta(**moved)
            if lasts:
                assert find_step(connection, "second", step, clock.now())
            else:
                with pytest.raises(NotSignedIn):
                    find_step(connection, "second", step, clock.now())


def test_who_looks_through_the_eyes_of_somebody_looks_no_day_longer(gate, clock):
    other = make_account(gate.site, "other@example.com", ("depot.keeper",))
    token = gate.enter()
    opening = gate.opens(token)

    def look(uow):
        account = gate.identity.find_account("other@example.com", uow=uow)
        gate.identity.view_as(opening.actor, opening.session, account, "a ticket", uow=uow)

    gate.do(look, opening.actor)
    assert gate.opens(token).actor.id == other
    clock.set(**BACK)
    assert gate.opens(token).actor.id == gate.account
    assert gate.rows("SELECT viewing FROM core_session") == [(None,)]


def test_a_link_for_a_new_password_works_for_its_time_alone(gate, clock):
    token = gate.do(lambda uow: gate.identity.make_link(SYSTEM, gate.account, uow=uow))
    assert gate.identity.login_of_link(token) == LOGIN
    clock.set(**BACK)
    with pytest.raises(NotFound):
        gate.identity.login_of_link(token)
    clock.set(hours=23)
    assert gate.identity.login_of_link(token) == LOGIN


def test_a_reset_by_mail_works_for_its_time_alone(gate, clock):
    site, before = gate.site, gate.site.settings
    site.settings = replace(before, mail_url="file:///nowhere", base_url="https://crm.example.com")
    resetting = site.get(Resetting)

    def link():
        """Ask for a mail, and return what is at the end of the link in the newest."""
        resetting.ask(LOGIN, address="10.0.0.1")
        ((number, said),) = gate.rows(
            "SELECT id, arguments FROM core_job WHERE kind = :kind ORDER BY id DESC LIMIT 1", kind=SEND_RESET
        )
        job = JobContext(site=site, id=number, actor=Actor(channel="job"), arguments=said, checkpoint=None)
        assert resetting.send(job) == {"sent": 1}
        ((text,),) = gate.rows("SELECT text FROM core_mail ORDER BY id DESC LIMIT 1")
        return re.search(r"/reset/(\S+)", text)[1]

    try:
        early = link()
        assert resetting.login_of(early) == LOGIN
        clock.set(**BACK)
        with pytest.raises(NotFound):
            resetting.login_of(early)
        late = link()
        assert resetting.login_of(late) == LOGIN
        clock.set()
        with pytest.raises(NotFound):
            resetting.login_of(late)
        assert resetting.use(early, "a new one that is long enough") == LOGIN
    finally:
        site.settings = before


def test_a_signed_link_for_some_minutes_does_not_last_a_day_and_one_until_a_day_does(gate, clock):
    def sign(lasting):
        return gate.do(lambda uow: sign_link(uow, "kept", {"a": 1}, lasting))

    def reads(token):
        return gate.do(lambda uow: read_link(uow, "kept", token))

    short, until = sign(timedelta(minutes=5)), sign(clock.now() + timedelta(days=3))
    assert reads(short) == reads(until) == {"a": 1}
    clock.set(**BACK)
    assert reads(until) == {"a": 1}
    with pytest.raises(NotFound):
        reads(short)


def test_a_key_tells_when_it_was_last_used(gate, clock):
    person = gate.opens(gate.enter()).actor
    scopes = [Scope(entity="depot.item", action="read")]
    key = gate.do(
        lambda uow: gate.identity.create_key(person, gate.account, "a key", scopes, uow=uow), person
    )
    gate.identity.open(bearer=key)
    clock.set(**BACK)
    assert gate.identity.open(bearer=key).actor.id == gate.account
    ((used,),) = gate.rows("SELECT last_used_at FROM core_api_key")
    assert used <= clock.now()
