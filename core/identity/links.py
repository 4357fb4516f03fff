"""One-time links: whoever opens one chooses a new password; an account has one at a time, and it works once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.errors import NotFound
from core.identity.tokens import new_token, token_hash
from core.kernel.clock import latest
from core.storage.kernel_tables import account as core_account

LINK_HOURS = 24
"""So long a link works that an administrator hands over."""

LONGEST = timedelta(hours=LINK_HOURS)
"""A link that would work longer was made under a clock that has been set back since."""

LINK_PATH = "/new-password/"
"""Where a link leads: its token follows."""

AFTER_SIGNING_IN = timedelta(minutes=15)
"""So long somebody may take to replace a password that was made for them."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for others when a password is read aloud."""


class NewPasswordNeeded(Exception):
    """The password was right, but somebody else has made it: ``token`` leads to where a new one is chosen."""

    def __init__(self, token: str) -> None:
        self.token = token
        super().__init__("a new password is needed")


def new_link(connection: sa.Connection, account: int, until: datetime) -> str:
    """Return the token of a new link, of which only a hash is kept; an older one works no more."""
    token = new_token()
    connection.execute(
        sa.update(core_account)
        .where(core_account.c.id == account)
        .values(link_hash=token_hash(token), link_until=until)
    )
    return token


def account_of_link(connection: sa.Connection, token: str, now: datetime, *, lock: bool = False) -> int:
    """Return whose link it is; raise `NotFound` where it has been used, is too old, or never was."""
    c = core_account.c
    lasts = sa.and_(c.link_until > now, c.link_until <= latest(now, LONGEST))
    asked = sa.select(c.id).where(c.link_hash == token_hash(token), lasts, c.active)
    found: int | None = connection.execute(asked.with_for_update() if lock else asked).scalar()
    if found is None:
        raise NotFound(
            "This link has been used, or is too old. Ask for another one.",
            code="link_used",
        )
    return found


def new_password() -> str:
    """Return a password to hand over: 79 random bits in four groups that can be read aloud."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
