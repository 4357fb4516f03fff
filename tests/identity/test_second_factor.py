"""The second factor: codes of a time and recovery codes, each once; who is asked for them, and who can take them away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from core.errors import AccessDenied, Conflict, NotFound, NotSignedIn, TooMany, Unavailable, ValidationFailed
from core.identity import SecondStep
from core.identity import totp as codes_of_time
from core.identity.links import NewPasswordNeeded
from core.identity.log import read_log
from core.identity.recovery import CODES
from core.identity.sealing import seal, unseal
from core.identity.sessions import Device
from core.identity.steps import TRIES
from core.identity.throttle import FREE_ACCOUNT
from core.kernel.actor import Scope
from core.kernel.secrets import Secrets
from core.storage import Database
from core.storage.factor_tables import step as core_step
from core.testing.site import PASSWORD
from tests.identity.conftest import SYSTEM

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class App:
    """Somebody's app for codes, whose clock is that of the site."""

    def __init__(self, door, secret):
        self.door, self.totp = door, pyotp.TOTP(secret.replace(" ", ""))

    def code(self, later=0):
        return self.totp.at(self.door.site.get(Database).now() + timedelta(seconds=30 * later))


@pytest.fixture
def enrolled(door):
    """An account whose second factor is on: its app, its recovery codes, and the session that turned it on."""
    account = door.account()
    session = door.identity.open(cookie=door.sign_in())
    factors = door.identity.factors
    begun = door.do(lambda uow: factors.begin(session.actor, uow=uow), session.actor)
    app = App(door, begun.secret)
    # The code before the present one, so that the present one is still to be used.
    codes = door.do(
        lambda uow: factors.confirm(session.actor, app.code(-1), session=session.session.id, uow=uow),
        session.actor,
    )
    return account, session, app, codes


def steps_in(door, password=PASSWORD):
    """Give the password, and return the step in which a code is asked for."""
    with pytest.raises(SecondStep) as asked:
        door.sign_in(password=password)
    return asked.value.token


def shows(door, step, code):
    return door.identity.signing_in.by_code(step, code, Device(address="10.0.0.1"))


def forget_waits(door):
    with door.site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM core_attempt"))


@pytest.mark.covers("SE-03")
def test_a_password_alone_opens_no_session_and_a_code_does_once(door, enrolled):
    account, _, app, _ = enrolled
    step, code = steps_in(door), app.code()
    assert door.identity.open(cookie=step).actor.is_nobody
    assert door.identity.open(cookie=shows(door, step, code)).actor.id == account
    with pytest.raises(NotSignedIn) as over:
        shows(door, step, app.code(1))
    assert over.value.reason == "step_over"
    with pytest.raises(NotSignedIn) as replayed:
        shows(door, steps_in(door), code)
    assert replayed.value.reason == "wrong_code"


def test_codes_of_the_neighbouring_half_minutes_are_taken_in_order_and_no_others(door, enrolled):
    _, _, app, _ = enrolled
    for later, taken in ((-2, False), (2, False), (1, True), (0, False), (1, False)):
        step = steps_in(door)
        if taken:
            assert shows(door, step, app.code(later))
        else:
            with pytest.raises(NotSignedIn):
                shows(door, step, app.code(later))
        forget_waits(door)


def test_a_code_is_read_in_any_digits_and_spacing_and_as_nothing_else(door, enrolled):
    _, _, app, _ = enrolled
    for odd in ("", " ", "١٢", "\ud800", "9" * 5000, "12345٫6", "six two one"):
        with pytest.raises(NotSignedIn):
            shows(door, steps_in(door), odd)
        forget_waits(door)
    code = app.code().translate(PERSIAN)
    assert shows(door, steps_in(door), f" {code[:3]} {code[3:]} ")


@pytest.mark.covers("SE-03")
def test_each_recovery_code_lets_in_once_and_only_its_hash_is_kept(door, enrolled):
    account, session, app, codes = enrolled
    assert len(set(codes)) == CODES
    kept = str(door.rows("SELECT * FROM core_recovery_code"))
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    assert shows(door, steps_in(door), codes[0].upper().replace("-", " "))
    with pytest.raises(NotSignedIn):
        shows(door, steps_in(door), codes[0])
    factors = door.identity.factors
    assert door.do(lambda uow: factors.of(account, uow=uow)).codes_left == CODES - 1
    new = door.do(lambda uow: factors.renew_codes(session.actor, app.code(), uow=uow), session.actor)
    with pytest.raises(NotSignedIn):
        shows(door, steps_in(door), codes[1])
    assert shows(door, steps_in(door), new[0])


def test_a_right_password_forgives_no_wrong_code(door, enrolled):
    """Whoever knows the password cannot try codes without end: the account waits as after wrong passwords."""
    _, _, app, _ = enrolled
    for _ in range(FREE_ACCOUNT):
        with pytest.raises(NotSignedIn):
            shows(door, steps_in(door), "000000")
    with pytest.raises(TooMany):
        door.sign_in()
    forget_waits(door)
    step = steps_in(door)
    for _ in range(TRIES):
        with pytest.raises(NotSignedIn):
            shows(door, step, "000000")
        forget_waits(door)
    with pytest.raises(NotSignedIn) as over:
        shows(door, step, app.code())
    assert over.value.reason == "step_over"


def test_a_step_ends_with_its_time_with_a_new_password_and_with_the_account(door, enrolled):
    account, _, app, _ = enrolled
    late, before, locked = steps_in(door), steps_in(door), steps_in(door)
    with door.site.get(Database).engine.begin() as connection:
        first = sa.select(sa.func.min(core_step.c.id)).scalar_subquery()
        connection.execute(
            sa.update(core_step).where(core_step.c.id == first).values(expires_at=sa.func.now())
        )
    found = door.do(lambda uow: door.identity.find_account("anna@example.com", uow=uow))
    for step, act in (
        (late, lambda uow: None),
        (before, lambda uow: door.identity.set_password(SYSTEM, found, "another long password", uow=uow)),
        (locked, lambda uow: door.identity.set_active(SYSTEM, account, False, uow=uow)),
        ("unknown", lambda uow: None),
    ):
        door.do(act)
        with pytest.raises(NotSignedIn) as over:
            shows(door, step, app.code())
        assert over.value.reason == "step_over"


def test_turning_it_on_ends_the_sessions_that_a_password_alone_has_opened(door):
    account = door.account()
    other, present = door.sign_in(), door.sign_in()
    session = door.identity.open(cookie=present)
    factors = door.identity.factors
    app = App(door, door.do(lambda uow: factors.begin(session.actor, uow=uow), session.actor).secret)

    def confirm(code):
        return door.do(
            lambda uow: factors.confirm(session.actor, code, session=session.session.id, uow=uow),
            session.actor,
        )

    with pytest.raises(ValidationFailed):
        confirm("000000")
    assert door.sign_in(), "what is not confirmed asks nobody for codes"
    confirm(app.code())
    assert door.identity.open(cookie=other).actor.is_nobody
    assert door.identity.open(cookie=present).actor.id == account
    with pytest.raises(Conflict):
        door.do(lambda uow: factors.begin(session.actor, uow=uow), session.actor)


def test_it_is_turned_off_by_a_code_only(door, enrolled):
    _, session, app, _ = enrolled
    factors = door.identity.factors
    with pytest.raises(ValidationFailed):
        door.do(lambda uow: factors.turn_off(session.actor, "000000", uow=uow), session.actor)
    door.do(lambda uow: factors.turn_off(session.actor, app.code(), uow=uow), session.actor)
    assert door.sign_in()
    assert door.rows("SELECT count(*) FROM core_totp, core_recovery_code") == [(0,)]


@pytest.mark.covers("SE-03")
def test_an_administrator_resets_it_which_ends_all_sessions_and_is_told(door, enrolled):
    account, session, _, _ = enrolled
    factors = door.identity.factors
    with pytest.raises(AccessDenied):
        door.do(lambda uow: factors.reset(session.actor, account, uow=uow), session.actor)
    door.do(lambda uow: factors.reset(SYSTEM, account, uow=uow))
    assert door.rows("SELECT count(*) FROM core_session") == [(0,)]
    assert door.sign_in()
    told = [one.event for one in door.do(lambda uow: read_log(uow, account, 10))]
    assert told[:2] == ["factor_reset", "factor_on"]


def test_a_key_has_no_second_factor_and_needs_none(door, enrolled):
    account, _, _, _ = enrolled
    key = door.do(lambda uow: door.identity.create_key(SYSTEM, account, "sync", [Scope()], uow=uow))
    program = door.identity.open(bearer=key).actor
    assert program.id == account
    with pytest.raises(NotFound):
        door.do(lambda uow: door.identity.factors.begin(program, uow=uow), program)


def test_a_secret_is_sealed_for_its_account_with_the_key_of_the_site(door, enrolled):
    account, _, app, _ = enrolled
    sealed = bytes(door.rows("SELECT secret FROM core_totp")[0][0])
    assert app.totp.secret.encode() not in sealed
    secrets = door.site.get(Secrets)
    assert unseal(secrets, "second factor", account, sealed) == app.totp.secret.encode()
    for wrong in (
        lambda: unseal(secrets, "second factor", account + 1, sealed),
        lambda: unseal(secrets, "another purpose", account, sealed),
        lambda: unseal(Secrets(b"x" * 32), "second factor", account, sealed),
        lambda: unseal(secrets, "second factor", account, sealed[:10]),
    ):
        with pytest.raises(Unavailable):
            wrong()
    assert seal(secrets, "a", 1, b"x") != seal(secrets, "a", 1, b"x")


def test_codes_are_those_of_the_standard():
    """RFC 6238, appendix B, for SHA-1; the last six digits of eight."""
    secret = b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for second, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert codes_of_time.step_of(secret, code, datetime.fromtimestamp(second, UTC)) == second // 30


def test_a_password_that_was_handed_over_skips_no_code(door, enrolled):
    _, _, app, _ = enrolled
    with door.site.get(Database).engine.begin() as connection:
        connection.execute(sa.text("UPDATE core_account SET must_change = true"))
    with pytest.raises(NewPasswordNeeded):
        shows(door, steps_in(door), app.code())
    assert door.rows("SELECT count(*) FROM core_session")[0][0] == 1, "that of the fixture"
