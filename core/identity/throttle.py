"""Sign-in attempts: after a few failures each further one has to wait longer, by account and by network."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.errors import TooMany
from core.storage.kernel_tables import attempt as core_attempt

FREE_ACCOUNT = 5
FREE_NETWORK = 30
LONGEST = timedelta(minutes=15)
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


def check_throttle(connection: sa.Connection, login: str, address: str, now: datetime) -> None:
    """Raise `TooMany` while one of the sources has to wait."""
    keys = [source.key for source in sources(login, address)]
    until = connection.execute(
        sa.select(sa.func.max(core_attempt.c.locked_until)).where(core_attempt.c.key.in_(keys))
    ).scalar_one()
    if until is not None and until > now:
        raise TooMany(seconds=max(1, int((until - now).total_seconds())))


def count_failure(connection: sa.Connection, login: str, address: str, now: datetime) -> None:
    """Count one failure and set how long the next attempt has to wait."""
    for source in sources(login, address):
        fresh = core_attempt.c.last < now - FORGOTTEN
        added = insert(core_attempt).values(key=source.key, failed=1, last=now)
        failed = connection.execute(
            added.on_conflict_do_update(
                index_elements=["key"],
                set_={"failed": sa.case((fresh, 1), else_=core_attempt.c.failed + 1), "last": now},
            ).returning(core_attempt.c.failed)
        ).scalar_one()
        if failed >= source.free:
            wait = min(timedelta(seconds=2 ** min(failed - source.free, 12)), LONGEST)
            connection.execute(
                sa.update(core_attempt)
                .where(core_attempt.c.key == source.key)
                .values(locked_until=now + wait)
            )


def forget_failures(connection: sa.Connection, login: str) -> None:
    """Begin anew for a login that has just signed in; its network keeps its count."""
    connection.execute(sa.delete(core_attempt).where(core_attempt.c.key == f"login:{login}"))


def _network(address: str) -> str:
    """Return the network an address belongs to: itself for IPv4, the /64 for IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
