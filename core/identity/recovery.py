"""Recovery codes: ten words for the day on which the second factor is lost; each works once, and only its hash is kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from core.i18n import ascii_digits
from core.kernel.secrets import Secrets
from core.storage.factor_tables import recovery_code as core_recovery_code

CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None of them is read as another one."""

LENGTH = 12
PURPOSE = "recovery codes"


def new_codes() -> list[str]:
    """Return new codes as they are shown, this once."""
    words = ("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(CODES))
    return ["-".join(word[at : at + 4] for at in range(0, LENGTH, 4)) for word in words]


def keep_codes(connection: sa.Connection, keys: Secrets, account: int, codes: Iterable[str]) -> None:
    """Keep these codes of an account instead of all that it had."""
    forget_codes(connection, account)
    rows = [{"account": account, "code_hash": _hash(keys, account, code)} for code in codes]
    connection.execute(sa.insert(core_recovery_code), rows)


def forget_codes(connection: sa.Connection, account: int) -> None:
    """Forget the codes of an account."""
    connection.execute(sa.delete(core_recovery_code).where(core_recovery_code.c.account == account))


def use_code(connection: sa.Connection, keys: Secrets, account: int, code: str, now: datetime) -> bool:
    """Tell whether this is a code that was not used yet; from now on it is used."""
    c = core_recovery_code.c
    own = (c.account == account, c.code_hash == _hash(keys, account, code), c.used_at.is_(None))
    return bool(connection.execute(sa.update(core_recovery_code).where(*own).values(used_at=now)).rowcount)


def codes_left(connection: sa.Connection, account: int) -> int:
    """Return how many codes an account has left."""
    c = core_recovery_code.c
    left = sa.select(sa.func.count()).where(c.account == account, c.used_at.is_(None))
    return connection.scalar(left) or 0


def _hash(keys: Secrets, account: int, code: str) -> bytes:
    """Return what is kept of a code: without the key of the site nobody can try codes against it."""
    plain = "".join(letter for letter in ascii_digits(code).casefold() if letter.isalnum())
    message = f"{account}:{plain}".encode("utf-8", "surrogatepass")
    return hmac.digest(keys.derive(PURPOSE), message, "sha256")
