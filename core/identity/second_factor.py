"""Second factors: what somebody shows besides their password, how they get it, and how they are rid of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.dialects.postgresql import insert

from core.access import Access
from core.errors import Conflict, NotFound, Problem, ValidationFailed
from core.identity.accounts import change_account, forget_outside
from core.identity.log import tell
from core.identity.recovery import codes_left, forget_codes, keep_codes, new_codes, use_code
from core.identity.sessions import end_sessions
from core.kernel.actor import Actor
from core.kernel.secrets import Secrets
from core.storage import UnitOfWork
from core.storage.factor_tables import passkey as core_passkey
from core.storage.factor_tables import totp as core_totp
from core.storage.kernel_tables import account as core_account

PURPOSE = "second factor"
WRONG_CODE = "This code is not right. Codes change every half minute, and each works once."

TURNED_ON, TURNED_OFF, RESET = "factor_on", "factor_off", "factor_reset"
NEW_CODES, CODE_USED = "recovery_codes", "recovery_code_used"
"""What the log of the account tells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Factors:
    """What an account has: a password, since when codes are asked for, and how many recovery codes are left."""

    password: bool
    since: datetime | None
    codes_left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolment:
    """What somebody needs to bring their secret into an app; shown to nobody else."""

    secret: str
    picture: Markup


class SecondFactors:
    """The codes of all accounts of a site."""

    def __init__(self, secrets: Secrets, access: Access, issuer: str) -> None:
        self._secrets = secrets
        self._access = access
        self._issuer = issuer

    def of(self, account: int, *, uow: UnitOfWork) -> Factors:
        """Return what an account has."""
        c = core_account.c
        password = sa.select(c.password_hash.is_not(None)).where(c.id == account)
        return Factors(
            password=bool(uow.execute(password).scalar_one_or_none()),
            since=uow.execute(_since(account)).scalar_one_or_none(),
            codes_left=codes_left(uow.connection, account),
        )

    def is_on(self, account: int, *, uow: UnitOfWork) -> bool:
        """Tell whether an account has a second factor: codes of an app, or a passkey."""
        c = core_account.c
        return bool(uow.execute(sa.select(c.second_factor).where(c.id == account)).scalar())

    def asks_codes(self, account: int, *, uow: UnitOfWork) -> bool:
        """Tell whether an account has codes of an app."""
        return uow.execute(_since(account)).scalar_one_or_none() is not None

    # Getting one

    def begin(self, actor: Actor, *, uow: UnitOfWork) -> Enrolment:
        """Give the actor a new secret, which counts once they have shown a code of it."""
        from core.identity.totp import new_secret  # its libraries are loaded by whoever needs them first

        account = own_account(actor)
        if self.asks_codes(account, uow=uow):
            raise Conflict("The second factor is on already. Turn it off first.", code="factor_on")
        secret = new_secret()
        values = {"secret": self._seal(account, secret), "last_step": 0, "created_at": uow.now}
        added = insert(core_totp).values(account=account, **values)
        uow.execute(added.on_conflict_do_update(index_elements=["account"], set_=values))
        return self._enrolment(secret, actor.login)

    def begun(self, actor: Actor, *, uow: UnitOfWork) -> Enrolment | None:
        """Return what the actor has begun and not confirmed."""
        c, account = core_totp.c, own_account(actor)
        sealed = uow.execute(
            sa.select(c.secret).where(c.account == account, c.confirmed_at.is_(None))
        ).scalar_one_or_none()
        return None if sealed is None else self._enrolment(self._unseal(account, sealed), actor.login)

    def confirm(self, actor: Actor, code: str, *, session: int, uow: UnitOfWork) -> list[str]:
        """Turn the second factor on, as a code shows that it works; return the recovery codes, shown this once.

        Sessions other than the present one were opened with a password alone, and end.
        """
        account, c = own_account(actor), core_totp.c
        hold_account(uow, account)
        if not self._is_present(uow.connection, account, code, uow.now, confirmed=False):
            raise _wrong_code()
        uow.execute(sa.update(core_totp).where(c.account == account).values(confirmed_at=uow.now))
        note_factors(uow, account)
        end_sessions(uow, account, but=session)
        tell(uow, account, TURNED_ON)
        return self.new_codes(account, uow=uow)

    def renew_codes(self, actor: Actor, code: str, *, uow: UnitOfWork) -> list[str]:
        """Return new recovery codes instead of the old ones; a code shows that it is the person."""
        account = own_account(actor)
        hold_account(uow, account)
        self.require_code(account, code, uow=uow)
        tell(uow, account, NEW_CODES)
        return self.new_codes(account, uow=uow)

    # Showing it

    def accept(self, connection: sa.Connection, account: int, code: str, now: datetime) -> str:
        """Return by what a code is right (``totp`` or ``recovery``), and empty where it is not; it is used by that."""
        if self._is_present(connection, account, code, now, confirmed=True):
            return "totp"
        return "recovery" if use_code(connection, self._secrets, account, code, now) else ""

    def require_code(self, account: int, code: str, *, uow: UnitOfWork) -> None:
        """Refuse whoever shows no code that is right."""
        if not self.accept(uow.connection, account, code, uow.now):
            raise _wrong_code()

    def _is_present(
        self, connection: sa.Connection, account: int, code: str, now: datetime, *, confirmed: bool
    ) -> bool:
        """Tell whether this is a present code that was not used before, nor one that was replaced by a used one."""
        from core.identity.totp import step_of

        c = core_totp.c
        of_kind = c.confirmed_at.is_not(None) if confirmed else c.confirmed_at.is_(None)
        sealed = connection.scalar(sa.select(c.secret).where(c.account == account, of_kind))
        step = None if sealed is None else step_of(self._unseal(account, sealed), code, now)
        if step is None:
            return False
        used = sa.update(core_totp).where(c.account == account, c.last_step < step).values(last_step=step)
        return bool(connection.execute(used).rowcount)

    # Being rid of it

    def turn_off(self, actor: Actor, code: str, *, uow: UnitOfWork) -> None:
        """Ask for no codes any more; a code shows that it is the person."""
        account = own_account(actor)
        hold_account(uow, account)
        self.require_code(account, code, uow=uow)
        uow.execute(sa.delete(core_totp).where(core_totp.c.account == account))
        note_factors(uow, account)
        forget_useless_codes(uow, account)
        tell(uow, account, TURNED_OFF)

    def reset(self, actor: Actor, account: int, *, uow: UnitOfWork) -> None:
        """Take the second factor of somebody who has lost it, and end their sessions; for administrators.

        Other services sign them in no more either: who has connected one was perhaps somebody else.
        """
        self._access.require_administrator(actor, uow.catalog)
        hold_account(uow, account)
        uow.execute(sa.delete(core_totp).where(core_totp.c.account == account))
        uow.execute(sa.delete(core_passkey).where(core_passkey.c.account == account))
        forget_codes(uow.connection, account)
        forget_outside(uow, account)
        change_account(uow, account, ends_sessions=True)
        note_factors(uow, account)
        tell(uow, account, RESET)

    def new_codes(self, account: int, *, uow: UnitOfWork) -> list[str]:
        """Give an account recovery codes instead of all that it had."""
        codes = new_codes()
        keep_codes(uow.connection, self._secrets, account, codes)
        return codes

    def _enrolment(self, secret: bytes, login: str) -> Enrolment:
        from core.identity.totp import address_of, picture_of, spaced

        return Enrolment(secret=spaced(secret), picture=picture_of(address_of(secret, login, self._issuer)))

    def _seal(self, account: int, secret: bytes) -> bytes:
        from core.identity.sealing import seal

        return seal(self._secrets, PURPOSE, account, secret)

    def _unseal(self, account: int, sealed: bytes) -> bytes:
        from core.identity.sealing import unseal

        return unseal(self._secrets, PURPOSE, account, sealed)


def hold_account(uow: UnitOfWork, account: int) -> None:
    """Let nobody else change the factors of an account until this unit ends: each change begins with this."""
    c = core_account.c
    uow.execute(sa.select(c.id).where(c.id == account).with_for_update(key_share=True)).one_or_none()


def note_factors(uow: UnitOfWork, account: int) -> None:
    """Note at the account whether it has a second factor: each request looks there and nowhere else.

    The account is held first, by a statement of its own, so that what others have changed until then is seen.
    """
    hold_account(uow, account)
    code = sa.exists().where(core_totp.c.account == account, core_totp.c.confirmed_at.is_not(None))
    key = sa.exists().where(core_passkey.c.account == account)
    has = sa.or_(code, key)
    uow.execute(sa.update(core_account).where(core_account.c.id == account).values(second_factor=has))


def forget_useless_codes(uow: UnitOfWork, account: int) -> None:
    """Forget the recovery codes of an account that has nothing any more that they could stand for."""
    c = core_account.c
    if not uow.execute(sa.select(c.second_factor).where(c.id == account)).scalar():
        forget_codes(uow.connection, account)


def _since(account: int) -> sa.Select[tuple[datetime]]:
    c = core_totp.c
    return sa.select(c.confirmed_at).where(c.account == account, c.confirmed_at.is_not(None))


def own_account(actor: Actor) -> int:
    """Return whose factor it is: that of a person who sits there, and of no key."""
    if actor.id is None or actor.scopes is not None or actor.read_only:
        raise NotFound
    return actor.id


def _wrong_code() -> ValidationFailed:
    return ValidationFailed(problems=[Problem(code="wrong_code", field="code", message=WRONG_CODE)])
