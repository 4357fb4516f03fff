"""Steps of signing in: what a browser has begun and not finished, kept here, known by a token, and used once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import NotSignedIn
from core.identity.tokens import new_token, token_hash
from core.kernel.clock import latest
from core.storage.factor_tables import step as core_step

STEP_MINUTES = 10
"""Minutes for what is between a password and a session."""

TRIES = 5
"""Wrong codes that one step takes; then the password is asked for again."""

OVER = "This took too long, or there were too many wrong codes. Sign in again."


class SecondStep(NotSignedIn):
    """The password was right, and a second factor is asked for; ``token`` is how the browser comes back with it."""

    code = "second_factor"

    def __init__(self, token: str) -> None:
        super().__init__("Type the code of your second factor.")
        self.token = token


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step that has been begun. ``epoch`` is what the account had then: who changes it ends the step."""

    id: int
    account: int | None
    epoch: int
    tries: int
    body: Mapping[str, Any]


def begin_step(
    connection: sa.Connection,
    kind: str,
    now: datetime,
    *,
    account: int | None = None,
    epoch: int = 0,
    body: Mapping[str, Any] | None = None,
) -> str:
    """Begin a step and return the token by which it is found again."""
    token = new_token()
    connection.execute(
        sa.insert(core_step).values(
            token_hash=token_hash(token),
            kind=kind,
            account=account,
            epoch=epoch,
            body=dict(body or {}),
            created_at=now,
            expires_at=now + timedelta(minutes=STEP_MINUTES),
        )
    )
    return token


def find_step(connection: sa.Connection, kind: str, token: str, now: datetime) -> Step:
    """Return a step that still goes on, for this transaction alone; raise `NotSignedIn` where there is none."""
    c = core_step.c
    row = connection.execute(
        sa.select(c.id, c.account, c.epoch, c.tries, c.body)
        .where(c.token_hash == token_hash(token), c.kind == kind, _lasts(now), c.tries < TRIES)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotSignedIn(OVER, code="step_over")
    return Step(id=row.id, account=row.account, epoch=row.epoch, tries=row.tries, body=row.body)


def count_try(connection: sa.Connection, step: Step) -> None:
    """Count a wrong answer to a step."""
    connection.execute(sa.update(core_step).where(core_step.c.id == step.id).values(tries=step.tries + 1))


def end_step(connection: sa.Connection, step: Step) -> None:
    """End a step: what it asked for was answered."""
    connection.execute(sa.delete(core_step).where(core_step.c.id == step.id))


def steps_over(now: datetime) -> sa.Delete:
    """Return what forgets the steps that nobody came back for."""
    return sa.delete(core_step).where(core_step.c.expires_at < now)


def _lasts(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a step goes on; one begun under a clock that has been set back since does not."""
    until = core_step.c.expires_at
    return sa.and_(until > now, until <= latest(now, timedelta(minutes=STEP_MINUTES)))
