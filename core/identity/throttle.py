"""Sign-in attempts: after a few failures each further one has to wait longer, by account and by network."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.errors import TooMany
from core.kernel.clock import latest
from core.storage.kernel_tables import attempt as core_attempt

FREE_ACCOUNT = 5
FREE_NETWORK = 30
LONGEST = timedelta(minutes=15)
FREE_VISITS = 60
MINUTE = timedelta(minutes=1)
"""So many pages without a session may one network open in so much time."""

FREE_RESETS = 10
RESETS_IN = timedelta(minutes=15)
"""So many mails may one network ask for in so much time."""

FORGOTTEN = timedelta(hours=1)
"""After so long without a failure, counting begins anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One thing that failures are counted for, and how many are free."""

    key: str
    free: int


def sources(login: str, address: str) -> tuple[Source, ...]:
    """Return what an attempt counts for: the login tried and the network it came from."""
    return (
        Source(key=f"login:{login}", free=FREE_ACCOUNT),
        Source(key=f"net:{_network(address)}", free=FREE_NETWORK),
    )


def begin_attempt(
    connection: sa.Connection, login: str, address: str, now: datetime
) -> Mapping[str, datetime]:
    """Count an attempt as failed before it is made; raise `TooMany` while one of the sources has to wait.

    Counting first, under the lock of the row, is what keeps many attempts at once from all being the first. Return
    until when the sources have to wait now, if the attempt does fail. A wait that was begun under a clock which has been
    set back since is over; the failures stay counted.
    """
    waiting: dict[str, datetime] = {}
    for source in sources(login, address):
        fresh = core_attempt.c.last < now - FORGOTTEN
        ours = core_attempt.c.last <= latest(now)
        added = insert(core_attempt).values(key=source.key, failed=1, last=now)
        failed, until = connection.execute(
            added.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "failed": sa.case((fresh, 1), else_=core_attempt.c.failed + 1),
                    "last": now,
                    "locked_until": sa.case((ours, core_attempt.c.locked_until), else_=None),
                },
            ).returning(core_attempt.c.failed, core_attempt.c.locked_until)
        ).one()
        if until is not None and until > now:
            raise TooMany(seconds=max(1, int((until - now).total_seconds())))
        if failed >= source.free:
            waiting[source.key] = now + min(timedelta(seconds=2 ** min(failed - source.free, 12)), LONGEST)
            connection.execute(
                sa.update(core_attempt)
                .where(core_attempt.c.key == source.key)
                .values(locked_until=waiting[source.key])
            )
    return waiting


def forget_attempt(
    connection: sa.Connection, login: str, address: str, waiting: Mapping[str, datetime]
) -> None:
    """Begin anew for a login that has just signed in; its network keeps its count of the others."""
    account, network = sources(login, address)
    connection.execute(sa.delete(core_attempt).where(core_attempt.c.key == account.key))
    _take_back(connection, network, waiting)


def forgive_attempt(
    connection: sa.Connection, login: str, address: str, waiting: Mapping[str, datetime]
) -> None:
    """Take back an attempt that was right and opened nothing yet: failures before it stay counted."""
    for source in sources(login, address):
        _take_back(connection, source, waiting)


def _take_back(connection: sa.Connection, source: Source, waiting: Mapping[str, datetime]) -> None:
    ours = core_attempt.c.locked_until == waiting.get(source.key)
    connection.execute(
        sa.update(core_attempt)
        .where(core_attempt.c.key == source.key)
        .values(
            failed=sa.func.greatest(core_attempt.c.failed - 1, 0),
            locked_until=sa.case((ours, None), else_=core_attempt.c.locked_until),
        )
    )


def admit(connection: sa.Connection, address: str, now: datetime) -> None:
    """Count a visit of somebody unknown; raise `TooMany` where their network comes more often than people do."""
    _limit(connection, f"public:{_network(address)}", FREE_VISITS, MINUTE, now)


def admit_reset(connection: sa.Connection, address: str, now: datetime) -> None:
    """Count that somebody asks for a mail; raise `TooMany` where their network asks more often than people do."""
    _limit(connection, f"reset:{_network(address)}", FREE_RESETS, RESETS_IN, now)


def _limit(connection: sa.Connection, key: str, free: int, span: timedelta, now: datetime) -> None:
    """Count, and raise `TooMany` where it is more than is free in a span of time, which begins with the first."""
    until = now + span
    ended = sa.or_(core_attempt.c.locked_until < now, core_attempt.c.locked_until > latest(now, span))
    added = insert(core_attempt).values(key=key, failed=1, last=now, locked_until=until)
    counted, wait = connection.execute(
        added.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "failed": sa.case((ended, 1), else_=core_attempt.c.failed + 1),
                "last": now,
                "locked_until": sa.case((ended, until), else_=core_attempt.c.locked_until),
            },
        ).returning(core_attempt.c.failed, core_attempt.c.locked_until)
    ).one()
    if counted > free:
        raise TooMany(seconds=max(1, int((wait - now).total_seconds())))


def _network(address: str) -> str:
    """Return the network an address belongs to: itself for IPv4, however it is written, the /64 for IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
