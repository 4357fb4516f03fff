"""Signing in: a password, a second factor where there is one, and the session that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from core.errors import NotSignedIn, ValidationFailed
from core.identity.accounts import normal_login
from core.identity.links import AFTER_SIGNING_IN, NewPasswordNeeded, new_link
from core.identity.log import tell
from core.identity.passkeys import SECOND, Passkeys, Place, Question
from core.identity.passwords import Passwords
from core.identity.second_factor import CODE_USED, WRONG_CODE, SecondFactors
from core.identity.sessions import Device, begin_session
from core.identity.steps import OVER, SecondStep, Step, begin_step, count_try, end_step, find_step
from core.identity.throttle import begin_attempt, forget_attempt, forgive_attempt
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.storage import Database
from core.storage.kernel_tables import account as core_account

WRONG = "The login or the password is wrong."
REPLACED_FIRST = "Your password was made by somebody else. Sign in with it first, and choose another one."

PASSWORD, PASSKEY, OUTSIDE = "password", "passkey", "outside"
"""What somebody has shown first. Another service alone lets no session be fresh, and a password alone may be replaced."""


class CatalogsLike(Protocol):
    """Gives the catalog of a version."""

    def at(self, version: int) -> Catalog:
        """Return the catalog of this version."""

    def current(self) -> Catalog:
        """Return the catalog of today."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is kept of an account that somebody has shown to be theirs, at least by its password."""

    id: int
    login: str
    must_change: bool
    second_factor: bool
    epoch: int


class SigningIn:
    """The ways to a session."""

    def __init__(
        self,
        database: Database,
        catalogs: CatalogsLike,
        passwords: Passwords,
        factors: SecondFactors,
        passkeys: Passkeys,
        actor_of: Callable[[int | None], Actor],
    ) -> None:
        self._database = database
        self._catalogs = catalogs
        self._passwords = passwords
        self._factors = factors
        self._passkeys = passkeys
        self._actor_of = actor_of

    def by_password(self, login: str, password: str, device: Device) -> str:
        """Return the token of a new session, or raise what is asked for besides: `SecondStep`, `NewPasswordNeeded`."""
        found = self.check(login, password, device.address)
        if not found.second_factor:
            return self._enter(found, device, PASSWORD)
        with self._database.engine.begin() as connection:
            step = self._second_step(connection, found, PASSWORD)
        raise SecondStep(step)

    def check(self, login: str, password: str, address: str) -> Known:
        """Return the account with this login and password; count an attempt that fails, and raise for it.

        Where a second factor is asked for, a right password forgives none of the failures before it.
        """
        login, now = _shown(login), self._database.now()
        c = core_account.c
        asked = sa.select(c.password_hash, *_KNOWN).where(c.login == login)
        with self._database.engine.begin() as connection:
            waiting = begin_attempt(connection, login, address, now)
            row = connection.execute(asked).one_or_none()
        right = self._passwords.matches(password, row.password_hash if row else None)
        if row is None or not right or not row.active:
            raise NotSignedIn(WRONG, code="wrong_password")
        with self._database.engine.begin() as connection:
            forgives = forgive_attempt if row.second_factor else forget_attempt
            forgives(connection, login, address, waiting)
            if self._passwords.is_outdated(row.password_hash):
                same = (c.id == row.id, c.password_hash == row.password_hash)
                hashed = self._passwords.hash(password)
                connection.execute(sa.update(core_account).where(*same).values(password_hash=hashed))
        return _known(row)

    def by_code(self, token: str, code: str, device: Device) -> str:
        """Return the token of a new session for whoever was asked for a code, as a code of theirs shows."""
        now = self._database.now()
        with self._database.engine.begin() as connection:
            found = _who(connection, find_step(connection, SECOND, token, now))
            waiting = begin_attempt(connection, found.login, device.address, now)
        with self._database.unit(self._catalogs.current(), self._actor_of(found.id), channel="web") as uow:
            step = find_step(uow.connection, SECOND, token, now)
            found = _who(uow.connection, step)
            by = self._factors.accept(uow.connection, found.id, code, now)
            if by:
                end_step(uow.connection, step)
                forget_attempt(uow.connection, found.login, device.address, waiting)
            else:
                count_try(uow.connection, step)
            if by == "recovery":
                tell(uow, found.id, CODE_USED)
        if not by:
            raise NotSignedIn(WRONG_CODE, code="wrong_code")
        return self._enter(found, device, _first(step))

    def ask_for_key(self, place: Place, after: str) -> Question:
        """Ask for a passkey: any, or where ``after`` is the step after a password one of that account."""
        with self._database.engine.begin() as connection:
            return self._passkeys.ask(connection, place, after, self._database.now())

    def by_passkey(self, place: Place, token: str, answer: str, after: str, device: Device) -> str:
        """Return the token of a new session for whoever's passkey has answered."""
        now = self._database.now()
        with self._database.engine.begin() as connection:
            asked = self._passkeys.take(connection, token, now)
        with self._database.engine.begin() as connection:
            account, behind = self._passkeys.show(connection, place, asked, answer, now)
            if behind:
                step = find_step(connection, SECOND, after, now)
                found = _who(connection, step)
                if found.id != account:
                    raise NotSignedIn(OVER, code="step_over")
                end_step(connection, step)
                by = _first(step)
            else:
                found, by = _active(connection, account), PASSKEY
        return self._enter(found, device, by)

    def by_outside(self, account: int, device: Device) -> str:
        """Return the token of a new session for whom another service has named; a second factor is asked for all the same."""
        with self._database.engine.begin() as connection:
            found = _active(connection, account)
            step = self._second_step(connection, found, OUTSIDE) if found.second_factor else ""
        if step:
            raise SecondStep(step)
        return self._enter(found, device, OUTSIDE)

    def _second_step(self, connection: sa.Connection, found: Known, by: str) -> str:
        """Begin to ask for a second factor of somebody, who has shown something else first."""
        now, body = self._database.now(), {"by": by}
        return begin_step(connection, SECOND, now, account=found.id, epoch=found.epoch, body=body)

    def _enter(self, found: Known, device: Device, by: str) -> str:
        """Open a session for somebody who has shown all that was asked for; ``by`` is what they have shown first.

        A password that somebody else has made is replaced by whoever has shown it, and by nobody else.
        """
        now = self._database.now()
        with self._database.engine.begin() as connection:
            hold_known(connection, found)
            if not found.must_change:
                return begin_session(connection, found.id, device, now, fresh=by != OUTSIDE)
            if by != PASSWORD:
                raise NotSignedIn(REPLACED_FIRST, code="password_first")
            needed = new_link(connection, found.id, now + AFTER_SIGNING_IN)
        raise NewPasswordNeeded(needed)

    @contextmanager
    def guarded(self, actor: Actor, address: str) -> Iterator[None]:
        """Count what somebody shows inside as one of their attempts, and take it back where it was right."""
        with self._database.engine.begin() as connection:
            waiting = begin_attempt(connection, actor.login, address, self._database.now())
        yield
        with self._database.engine.begin() as connection:
            forgive_attempt(connection, actor.login, address, waiting)


_KNOWN = tuple(
    core_account.c[name] for name in ("id", "login", "active", "must_change", "second_factor", "epoch")
)


def _known(row: sa.Row[tuple[object, ...]]) -> Known:
    return Known(
        id=row.id,
        login=row.login,
        must_change=row.must_change,
        second_factor=row.second_factor,
        epoch=row.epoch,
    )


def _who(connection: sa.Connection, step: Step) -> Known:
    """Return whose step it is; what has changed about the account meanwhile ends the step."""
    c = core_account.c
    own = (c.id == step.account, c.active, c.epoch == step.epoch)
    row = connection.execute(sa.select(*_KNOWN).where(*own)).one_or_none()
    if row is None:
        raise NotSignedIn(OVER, code="step_over")
    return _known(row)


def _first(step: Step) -> str:
    """Return what somebody has shown before this step."""
    return str(step.body.get("by", OUTSIDE))


def hold_known(connection: sa.Connection, found: Known) -> None:
    """Hold an account as it was found; raise `NotSignedIn` where it was changed since, or asks for a factor now."""
    c = core_account.c
    same = [c.id == found.id, c.active, c.epoch == found.epoch]
    if not found.second_factor:
        same.append(~c.second_factor)
    held = sa.select(c.id).where(*same).with_for_update(key_share=True)
    if connection.execute(held).one_or_none() is None:
        raise NotSignedIn(OVER, code="step_over")


def _active(connection: sa.Connection, account: int) -> Known:
    """Return the account of a key that has signed; one that is locked is let in by no key."""
    c = core_account.c
    row = connection.execute(sa.select(*_KNOWN).where(c.id == account, c.active)).one_or_none()
    if row is None:
        raise NotSignedIn("This passkey is not known here.", code="unknown_passkey")
    return _known(row)


def _shown(login: str) -> str:
    try:
        return normal_login(login)
    except ValidationFailed:
        return ""  # counts as a wrong login, told in no other words
