"""Sessions: signed-in browsers, told by the device and the network they came from; how they begin and end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.errors import NotFound
from core.identity.tokens import new_token, token_hash
from core.identity.views import end_views
from core.kernel.clock import is_within, latest
from core.storage import UnitOfWork
from core.storage.kernel_tables import account as core_account
from core.storage.kernel_tables import session as core_session

SESSION_DAYS = 14

FRESH = timedelta(minutes=10)
"""So long after the password was given nobody asks for it again."""

LONGEST_AGENT = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What a browser tells of itself, and the address it comes from."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSession:
    """A session in a list: since when, last used when, and from where it began."""

    id: int
    device: Device
    created_at: datetime
    seen_at: datetime


def begin_session(
    connection: sa.Connection, account: int, device: Device, now: datetime, *, fresh: bool
) -> str:
    """Sign an account in: return the token of its new session, of which only a hash is kept."""
    token = new_token()
    connection.execute(
        sa.insert(core_session).values(
            token_hash=token_hash(token),
            account=account,
            csrf=new_token(),
            created_at=now,
            seen_at=now,
            fresh_at=now if fresh else None,
            expires_at=now + timedelta(days=SESSION_DAYS),
            agent=_printable(device.agent),
            address=device.address[:64],
        )
    )
    connection.execute(
        sa.update(core_account).where(core_account.c.id == account).values(last_sign_in=now, link_hash=None)
    )
    return token


def read_sessions(uow: UnitOfWork, account: int) -> Sequence[OpenSession]:
    """Return the open sessions of an account, those used last first."""
    c = core_session.c
    rows = uow.execute(
        sa.select(c.id, c.address, c.agent, c.created_at, c.seen_at)
        .where(c.account == account, c.expires_at > uow.now)
        .order_by(c.seen_at.desc(), c.id.desc())
    )
    return [
        OpenSession(id=i, device=Device(address=address, agent=agent), created_at=created, seen_at=seen)
        for i, address, agent, created, seen in rows
    ]


def end_session(uow: UnitOfWork, account: int, session: int) -> Device:
    """End one session of an account, and return where it was; raise `NotFound` where there is none."""
    c = core_session.c
    own = sa.and_(c.id == session, c.account == account)
    found = uow.execute(sa.select(c.address, c.agent).where(own).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("This session has ended already.", code="no_session")
    end_views(uow.connection, own, uow.now)
    uow.execute(sa.delete(core_session).where(own))
    return Device(address=found[0], agent=found[1])


def end_sessions(uow: UnitOfWork, account: int, *, but: int | None = None) -> int:
    """End all sessions of an account, perhaps but one; return how many."""
    c = core_session.c
    theirs = sa.and_(c.account == account, c.id != (but or 0))
    end_views(uow.connection, theirs, uow.now)
    return uow.execute(sa.delete(core_session).where(theirs)).rowcount


def is_fresh(uow: UnitOfWork, session: int) -> bool:
    """Tell whether the password was given in this session a short while ago."""
    c = core_session.c
    at: datetime | None = uow.execute(sa.select(c.fresh_at).where(c.id == session)).scalar()
    return at is not None and is_within(at, uow.now, FRESH)


def make_fresh(uow: UnitOfWork, session: int) -> None:
    """Remember that the password was given in this session just now."""
    uow.execute(sa.update(core_session).where(core_session.c.id == session).values(fresh_at=uow.now))


def renewed(now: datetime, seen_at: datetime) -> Mapping[str, datetime | None]:
    """Return what is written of a session that is used now; if it was last used in the future, it is not fresh."""
    values = {"seen_at": now, "expires_at": now + timedelta(days=SESSION_DAYS)}
    return values if seen_at <= latest(now) else {**values, "fresh_at": None}


def shorten_sessions(connection: sa.Connection, now: datetime) -> int:
    """Let no session last longer than one that begins now: the clock was set back since. Return how many did."""
    c, until = core_session.c, now + timedelta(days=SESSION_DAYS)
    return connection.execute(
        sa.update(core_session)
        .where(c.expires_at > latest(until))
        .values(expires_at=until, seen_at=sa.func.least(c.seen_at, now), fresh_at=None)
    ).rowcount


def _printable(agent: str) -> str:
    return "".join(letter for letter in agent if letter.isprintable())[:LONGEST_AGENT]
