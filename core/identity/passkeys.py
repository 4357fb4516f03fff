"""Passkeys: keys of devices that sign in by themselves, or after a password. Challenges are kept here and used once."""

from __future__ import annotations

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.errors import Conflict, NotFound, NotSignedIn, Problem, ValidationFailed
from core.identity.log import tell
from core.identity.second_factor import (
    SecondFactors,
    forget_useless_codes,
    hold_account,
    note_factors,
    own_account,
)
from core.identity.sessions import end_sessions
from core.identity.steps import Step, begin_step, end_step, find_step
from core.kernel.actor import Actor
from core.kernel.secrets import Secrets
from core.storage import UnitOfWork
from core.storage.factor_tables import passkey as core_passkey

ADD, SHOW, SECOND = "passkey_add", "passkey_show", "second"
"""The kinds of steps: adding a key, showing one, and the step after a password."""

MOST = 20
"""Keys of one account at most."""

LONGEST_NAME = 60
ADDED, REMOVED = "passkey_added", "passkey_removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where passkeys hold: the name of the site, and the address of its pages. A browser gives them nowhere else."""

    name: str
    origin: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A passkey as it is kept."""

    credential: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Passkey:
    """A key in a list."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a browser asks a key, as JSON, and the token with which it comes back."""

    step: str
    options: str


class Passkeys:
    """The passkeys of all accounts of a site."""

    def __init__(self, secrets: Secrets, factors: SecondFactors) -> None:
        self._secrets = secrets
        self._factors = factors

    def of(self, account: int, *, uow: UnitOfWork) -> Sequence[Passkey]:
        """Return the keys of an account, the oldest first."""
        c = core_passkey.c
        rows = uow.execute(
            sa.select(c.id, c.name, c.created_at, c.last_used_at).where(c.account == account).order_by(c.id)
        )
        return [
            Passkey(id=number, name=name, created_at=created, last_used_at=used)
            for number, name, created, used in rows
        ]

    # Adding and removing

    def begin(self, actor: Actor, place: Place, *, uow: UnitOfWork, code: str = "") -> Question:
        """Ask a device for a new key of the actor; where they have codes, one shows that it is the person."""
        from core.identity.attesting import question_to_make  # loaded by whoever uses passkeys first

        account, challenge = own_account(actor), random.token_bytes(32)
        hold_account(uow, account)
        if self._factors.asks_codes(account, uow=uow):
            self._factors.require_code(account, code, uow=uow)
        known = _credentials(uow.connection, account)
        if len(known) >= MOST:
            raise Conflict("An account has {most} passkeys at most. Remove one first.", most=MOST)
        handle = self._secrets.sign("passkeys", str(account).encode())
        step = begin_step(uow.connection, ADD, uow.now, account=account, body={"challenge": challenge.hex()})
        options = question_to_make(place, challenge, handle, actor.login, actor.name or actor.login, known)
        return Question(step=step, options=options)

    def add(
        self,
        actor: Actor,
        place: Place,
        step: str,
        answer: str,
        name: str,
        *,
        session: int,
        uow: UnitOfWork,
    ) -> list[str]:
        """Keep a key that a device has made. With the first factor come recovery codes, and other sessions end."""
        from core.identity.attesting import read_made

        account = own_account(actor)
        hold_account(uow, account)
        found = find_step(uow.connection, ADD, step, uow.now)
        if found.account != account:
            raise NotFound
        made = read_made(place, bytes.fromhex(found.body["challenge"]), answer)
        end_step(uow.connection, found)
        name = " ".join(name.split())[:LONGEST_NAME] or "–"
        had = self._factors.is_on(account, uow=uow)
        self._keep(uow, account, name, made)
        note_factors(uow, account)
        tell(uow, account, ADDED, name=name)
        if had:
            return []
        end_sessions(uow, account, but=session)
        return self._factors.new_codes(account, uow=uow)

    @staticmethod
    def _keep(uow: UnitOfWork, account: int, name: str, made: Made) -> None:
        c = core_passkey.c
        taken = uow.execute(sa.select(c.id).where(c.credential == made.credential)).first()
        if taken is not None:
            raise ValidationFailed(
                problems=[Problem(code="taken", field="credential", message="This passkey is kept already.")]
            )
        uow.execute(
            sa.insert(core_passkey).values(
                account=account,
                credential=made.credential,
                public_key=made.public_key,
                sign_count=made.sign_count,
                name=name,
                created_at=uow.now,
            )
        )

    def remove(self, actor: Actor, number: int, *, uow: UnitOfWork) -> None:
        """Forget a key of the actor: it signs in no more."""
        account, c = own_account(actor), core_passkey.c
        hold_account(uow, account)
        gone = uow.execute(
            sa.delete(core_passkey).where(c.id == number, c.account == account).returning(c.name)
        ).scalar_one_or_none()
        if gone is None:
            raise NotFound("There is no such passkey.", code="unknown_passkey")
        note_factors(uow, account)
        forget_useless_codes(uow, account)
        tell(uow, account, REMOVED, name=gone)

    # Signing in

    def ask(self, connection: sa.Connection, place: Place, after: str, now: datetime) -> Question:
        """Ask for a key: one of the account whose password was right (``after`` is that step), or any."""
        from core.identity.attesting import question_to_show

        account = find_step(connection, SECOND, after, now).account if after else None
        known = _credentials(connection, account) if account else []
        if account and not known:
            raise Conflict("This account has no passkey. Type a code.", code="no_passkey")
        challenge = random.token_bytes(32)
        step = begin_step(
            connection, SHOW, now, account=account, body={"challenge": challenge.hex(), "after": bool(after)}
        )
        return Question(step=step, options=question_to_show(place, challenge, known))

    def take(self, connection: sa.Connection, step: str, now: datetime) -> Step:
        """Return a question that was asked; it is used up by that, whatever the answer."""
        found = find_step(connection, SHOW, step, now)
        end_step(connection, found)
        return found

    def show(
        self, connection: sa.Connection, place: Place, asked: Step, answer: str, now: datetime
    ) -> tuple[int, bool]:
        """Return whose key has answered, and whether it did so after a password."""
        from core.identity.attesting import check_shown, credential_of

        c, credential, after = core_passkey.c, credential_of(answer), bool(asked.body.get("after"))
        kept = connection.execute(
            sa.select(c.id, c.account, c.public_key, c.sign_count)
            .where(c.credential == credential)
            .with_for_update()
        ).one_or_none()
        if kept is None or (asked.account is not None and kept.account != asked.account):
            raise NotSignedIn("This passkey is not known here.", code="unknown_passkey")
        known = Made(credential=credential, public_key=kept.public_key, sign_count=kept.sign_count)
        challenge = bytes.fromhex(asked.body["challenge"])
        signed = check_shown(place, challenge, answer, known, alone=not after)
        used = {"sign_count": signed, "last_used_at": now}
        connection.execute(sa.update(core_passkey).where(c.id == kept.id).values(used))
        return kept.account, after


def _credentials(connection: sa.Connection, account: int) -> list[bytes]:
    c = core_passkey.c
    return [
        bytes(one)
        for one in connection.scalars(sa.select(c.credential).where(c.account == account).order_by(c.id))
    ]
