"""What happened to an account: entries in the history of the person, written in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.metadata.specs import Json
from core.storage import UnitOfWork
from core.storage.kernel_tables import OF_ACCOUNT
from core.storage.kernel_tables import history as core_history

PROFILE = "base.user"
"""The public profile of a person, in whose history it stands; its ids are those of accounts."""

EVENT = "event"
"""Under this name an entry says what it tells; the others are its details."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry: who did what to an account. ``told`` are the details, by name."""

    id: int
    at: datetime
    who: str
    by: int | None
    event: str
    told: Mapping[str, Json]
    reason: str


def tell(uow: UnitOfWork, account: int, event: str, reason: str | None = None, **told: Json) -> None:
    """Write that something happened to an account. No secret and no part of one may be among the details."""
    uow.execute(
        sa.insert(core_history).values(
            at=uow.now,
            entity=PROFILE,
            record_id=account,
            actor=uow.actor.id,
            actor_name=uow.actor.name or uow.actor.login,
            channel=uow.channel,
            reason=reason or uow.reason,
            action=OF_ACCOUNT,
            changes={EVENT: event, **told},
        )
    )


def read_log(uow: UnitOfWork, account: int, limit: int) -> Sequence[Entry]:
    """Return what happened to an account, newest first."""
    h = core_history.c
    rows = uow.execute(
        sa.select(h.id, h.at, h.actor_name, h.actor, h.changes, h.reason)
        .where(h.entity == PROFILE, h.record_id == account, h.action == OF_ACCOUNT)
        .order_by(h.id.desc())
        .limit(limit)
    )
    return [
        Entry(
            id=number,
            at=at,
            who=who,
            by=by,
            event=str(told.get(EVENT, "")),
            told={name: value for name, value in told.items() if name != EVENT},
            reason=reason or "",
        )
        for number, at, who, by, told, reason in rows
    ]
