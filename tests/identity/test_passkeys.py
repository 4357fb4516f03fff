"""Passkeys: a challenge is answered once, by the key that was kept, for the site that asked; whoever it is of comes in."""

from __future__ import annotations

import json
import re

import pyotp
import pytest
import sqlalchemy as sa

from core.errors import Conflict, NotFound, NotSignedIn, ValidationFailed
from core.identity import SecondStep
from core.identity.links import NewPasswordNeeded
from core.identity.log import read_log
from core.identity.passkeys import MOST, Place
from core.identity.sessions import Device as From
from core.storage import Database
from core.storage.factor_tables import recovery_code as core_recovery_code
from tests.identity.conftest import SYSTEM
from tests.identity.device import PRESENT, Device

HERE = Place(name="crm.example.com", origin="https://crm.example.com")


@pytest.fixture
def session(door):
    """Somebody who has signed in by a password."""
    door.account()
    return door.identity.open(cookie=door.sign_in())


def adds(door, session, device, name="Phone", answer=None, actor=None):
    """Add the key of a device; return the recovery codes that come with the first."""
    passkeys, actor = door.identity.passkeys, actor or session.actor
    asked = door.do(lambda uow: passkeys.begin(actor, HERE, uow=uow), actor)
    given = device.makes(asked.options) if answer is None else answer
    return door.do(
        lambda uow: passkeys.add(actor, HERE, asked.step, given, name, session=session.session.id, uow=uow),
        actor,
    )


def comes_in(door, device, asked, after="", answer=None):
    given = device.signs(asked.options) if answer is None else answer
    token = door.identity.signing_in.by_passkey(HERE, asked.step, given, after, From(address="10.0.0.1"))
    return door.identity.open(cookie=token).actor


def asks(door, after=""):
    return door.identity.signing_in.ask_for_key(HERE, after)


@pytest.mark.covers("SE-03")
def test_a_device_signs_its_owner_in_and_stands_behind_a_password(door, session):
    other = door.sign_in()
    device = Device()
    codes = adds(door, session, device)
    assert len(codes) == 10
    assert door.identity.open(cookie=other).actor.is_nobody, "a password alone had opened it"
    asked = asks(door)
    assert json.loads(asked.options)["userVerification"] == "required"
    assert comes_in(door, device, asked).id == session.actor.id
    with pytest.raises(SecondStep) as more:
        door.sign_in()
    after = more.value.token
    device.flags = PRESENT
    assert comes_in(door, device, asks(door, after), after).id == session.actor.id
    with pytest.raises(NotSignedIn):
        asks(door, after)
    with pytest.raises(SecondStep) as more:
        door.sign_in()
    assert door.identity.signing_in.by_code(more.value.token, codes[0], From())
    events = [one.event for one in door.do(lambda uow: read_log(uow, session.actor.id, 5))]
    assert {"passkey_added", "recovery_code_used"} <= set(events)


@pytest.mark.covers("SE-03")
def test_what_is_not_signed_for_this_question_and_place_by_this_key_lets_nobody_in(door, session):
    device = Device()
    adds(door, session, device)

    def bent(**values):
        twin = Device()
        twin.credential, twin.key, twin.count = device.credential, device.key, device.count + 10
        for name, value in values.items():
            setattr(twin, name, value)
        return twin

    stranger, before = Device(name="crm.example.com"), asks(door)
    stranger.credential = b"x" * 32
    wrong = (
        bent(origin="https://crm.example.org"),
        bent(name="crm.example.org"),
        bent(flags=PRESENT),
        bent(flags=0),
        bent(key=Device().key),
        stranger,
    )
    for one in wrong:
        with pytest.raises((ValidationFailed, NotSignedIn)):
            comes_in(door, one, asks(door))
    challenge = json.loads(before.options)["challenge"]
    asked = asks(door)
    with pytest.raises(ValidationFailed):
        comes_in(door, device, asked, answer=device.signs("", challenge))
    with pytest.raises(NotSignedIn):
        comes_in(door, device, asked)
    answer = device.signs(before.options)
    assert comes_in(door, device, before, answer=answer)
    with pytest.raises(NotSignedIn):
        comes_in(door, device, before, answer=answer)
    device.count = 0
    with pytest.raises(ValidationFailed):
        comes_in(door, device, asks(door))
    for odd in (
        "",
        "{}",
        "[]",
        "null",
        "1",
        '{"id": 1}',
        "{" * 5000,
        '{"id":"a","rawId":"a","type":"b","response":{}}',
    ):
        with pytest.raises(ValidationFailed):
            comes_in(door, device, asks(door), answer=odd)


def test_a_key_of_another_person_does_not_stand_behind_a_password(door, session):
    device, foreign = Device(), Device()
    foreign.credential = b"f" * 32
    adds(door, session, device)
    door.account("bob@example.com")
    bob = door.identity.open(cookie=door.sign_in("bob@example.com"))
    adds(door, bob, foreign)
    with pytest.raises(SecondStep) as more:
        door.sign_in()
    asked = asks(door, more.value.token)
    assert len(json.loads(asked.options)["allowCredentials"]) == 1
    with pytest.raises(NotSignedIn):
        comes_in(door, foreign, asked, more.value.token)
    with pytest.raises(ValidationFailed):
        adds(door, bob, device)
    with pytest.raises(NotFound):
        adds(door, session, Device(), actor=door.identity.open().actor)


def test_a_locked_account_and_one_without_a_key_are_let_in_by_none(door, session):
    device = Device()
    adds(door, session, device)
    door.do(lambda uow: door.identity.set_active(SYSTEM, session.actor.id, False, uow=uow))
    with pytest.raises(NotSignedIn):
        comes_in(door, device, asks(door))
    door.do(lambda uow: door.identity.set_active(SYSTEM, session.actor.id, True, uow=uow))
    door.do(lambda uow: door.identity.factors.reset(SYSTEM, session.actor.id, uow=uow))
    assert door.rows("SELECT count(*) FROM core_passkey, core_recovery_code") == [(0,)]
    with pytest.raises(NotSignedIn):
        comes_in(door, device, asks(door))


def test_removing_the_last_one_leaves_the_password_alone_and_others_stay(door, session):
    first, second = Device(), Device()
    second.credential = b"s" * 32
    adds(door, session, first, "  Old\n phone ")
    assert adds(door, session, second) == []
    passkeys = door.identity.passkeys

    def own():
        return door.do(lambda uow: passkeys.of(session.actor.id, uow=uow))

    assert [key.name for key in own()] == ["Old phone", "Phone"]

    def remove(number):
        door.do(lambda uow: passkeys.remove(session.actor, number, uow=uow), session.actor)

    remove(own()[0].id)
    with pytest.raises(SecondStep):
        door.sign_in()
    number = own()[0].id
    remove(number)
    with pytest.raises(NotFound):
        remove(number)
    assert door.sign_in()
    assert door.rows("SELECT count(*) FROM core_recovery_code") == [(0,)]


def test_an_account_has_no_more_than_some_keys_and_no_name_of_it_is_given_to_devices(door, session):
    passkeys, actor = door.identity.passkeys, session.actor
    asked = door.do(lambda uow: passkeys.begin(actor, HERE, uow=uow), actor)
    handle = json.loads(asked.options)["user"]["id"]
    assert re.fullmatch(r"[\w-]{22}", handle)
    with door.site.get(Database).engine.begin() as connection:
        row = "INSERT INTO core_passkey (account, credential, public_key, name) VALUES (:a, :c, '', 'x')"
        connection.execute(sa.text(row), [{"a": actor.id, "c": str(n).encode()} for n in range(MOST)])
    with pytest.raises(Conflict):
        door.do(lambda uow: passkeys.begin(actor, HERE, uow=uow), actor)


@pytest.mark.covers("SE-01")
def test_a_passkey_alone_chooses_no_password_in_place_of_one_that_was_handed_over(door, session):
    device = Device()
    adds(door, session, device)
    with door.site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_account SET must_change = true"))
    with pytest.raises(NotSignedIn) as refused:
        comes_in(door, device, asks(door))
    assert refused.value.reason == "password_first"
    with pytest.raises(SecondStep) as more:
        door.sign_in()
    after = more.value.token
    with pytest.raises(NewPasswordNeeded):
        comes_in(door, device, asks(door, after), after)


@pytest.mark.covers("SE-03")
def test_where_codes_are_asked_for_a_code_goes_before_a_new_key_which_brings_no_other_codes(door, session):
    factors, passkeys, actor = door.identity.factors, door.identity.passkeys, session.actor
    secret = door.do(lambda uow: factors.begin(actor, uow=uow), actor).secret
    app = pyotp.TOTP(secret.replace(" ", ""))
    code = app.at(door.site.get(Database).now())
    codes = door.do(lambda uow: factors.confirm(actor, code, session=session.session.id, uow=uow), actor)

    def begins(code):
        return door.do(lambda uow: passkeys.begin(actor, HERE, uow=uow, code=code), actor)

    for wrong in ("", "000000", code):
        with pytest.raises(ValidationFailed) as refused:
            begins(wrong)
        assert refused.value.problems[0].code == "wrong_code"
    with door.site.get(Database).engine.begin() as connection:
        left = core_recovery_code.c.code_hash
        last = sa.select(sa.func.max(left)).scalar_subquery()
        connection.execute(sa.delete(core_recovery_code).where(left != last))
    asked = next(asked for asked in map(_taken(begins), codes) if asked)
    assert door.do(lambda uow: factors.of(actor.id, uow=uow)).codes_left == 0
    given, present = Device().makes(asked.options), session.session.id
    add = lambda uow: passkeys.add(actor, HERE, asked.step, given, "", session=present, uow=uow)  # noqa: E731
    assert door.do(add, actor) == []
    assert door.do(lambda uow: factors.of(actor.id, uow=uow)).codes_left == 0


def _taken(begins):
    """Return what tries a code, and answers None where it is not right."""

    def tries(code):
        try:
            return begins(code)
        except ValidationFailed:
            return None

    return tries
