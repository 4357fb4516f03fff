"""Requests that may come twice: the first is carried out, the others get its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.errors import Conflict
from core.storage.kernel_tables import idempotency as table
from core.storage.unit import UnitOfWork

KEPT = timedelta(days=2)
"""How long an answer can be asked for again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the first request was answered with."""

    status: int
    response: bytes


def claim(uow: UnitOfWork, account: int, key: str, route: str, body: bytes) -> Answer | None:
    """Claim a key for this request, or return the answer that it already has.

    A request that runs at the same moment with the same key is waited for: the row is inserted first, in the
    same transaction as everything the request does. The same key with another request is a `Conflict`.
    """
    digest = sha256(route.encode() + b"\0" + body).digest()
    mine = uow.execute(
        insert(table)
        .values(account=account, key=key, route=route, request_hash=digest)
        .on_conflict_do_nothing()
        .returning(table.c.key)
    ).scalar()
    if mine is not None:
        return None
    found = uow.execute(
        sa.select(table.c.request_hash, table.c.status, table.c.response).where(
            table.c.account == account, table.c.key == key
        )
    ).one_or_none()
    if found is None or bytes(found.request_hash) != digest or found.status is None:
        raise Conflict("This Idempotency-Key was used for another request.", code="key_reused")
    return Answer(status=found.status, response=bytes(found.response or b""))


def keep(uow: UnitOfWork, account: int, key: str, answer: Answer) -> None:
    """Keep the answer with the key, in the transaction that it tells about."""
    uow.execute(
        sa.update(table)
        .where(table.c.account == account, table.c.key == key)
        .values(status=answer.status, response=answer.response)
    )


def answers_over(now: datetime) -> sa.Delete:
    """Return what forgets the answers that nobody will ask for again."""
    return sa.delete(table).where(table.c.created_at < now - KEPT)
