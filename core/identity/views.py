"""Looking through the eyes of somebody else: kept in the session, told in the history of who was looked through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.errors import Conflict, Problem, ValidationFailed
from core.identity.log import PROFILE
from core.identity.tokens import new_token
from core.kernel.clock import latest
from core.storage import UnitOfWork
from core.storage.kernel_tables import VIEWING
from core.storage.kernel_tables import account as core_account
from core.storage.kernel_tables import history as core_history
from core.storage.kernel_tables import session as core_session

BEGAN, ENDED = VIEWING

LONGEST = 60
"""Minutes after which it ends by itself."""

LONGEST_REASON = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One entry: somebody began, or ended, to look through the eyes of a person."""

    at: datetime
    who: str
    whose: str
    began: bool
    reason: str


def begin_view(uow: UnitOfWork, session: int, account: int, reason: str) -> None:
    """Let a session of the present actor see as an account does; forms of before are too old from now on."""
    c, reason = core_session.c, " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise ValidationFailed(
            problems=[
                Problem(
                    code="reason",
                    field="reason",
                    message="Say why, in up to {most} characters.",
                    params={"most": LONGEST_REASON},
                )
            ]
        )
    if account == uow.actor.id:
        raise Conflict("You see with your own eyes already.", code="own_account")
    changed = uow.execute(
        sa.update(core_session)
        .where(c.id == session, c.account == uow.actor.id, c.viewing.is_(None))
        .values(viewing=account, viewing_until=uow.now + timedelta(minutes=LONGEST), csrf=new_token())
    ).rowcount
    if not changed:
        raise Conflict("This session has ended, or sees as somebody already.", code="viewing_already")
    uow.execute(
        sa.insert(core_history).values(
            at=uow.now,
            entity=PROFILE,
            record_id=account,
            actor=uow.actor.id,
            actor_name=uow.actor.name or uow.actor.login,
            channel=uow.channel,
            reason=reason,
            action=BEGAN,
            changes={},
        )
    )


def end_views(connection: sa.Connection, where: sa.ColumnElement[bool], now: datetime) -> int:
    """End what the sessions ``where`` see as somebody else, and tell the history when it was over; return how many."""
    c = core_session.c
    over = connection.execute(
        sa.select(c.id, c.account, c.viewing, c.viewing_until)
        .where(c.viewing.is_not(None), where)
        .order_by(c.id)
        .with_for_update()
    ).all()
    for session, account, viewing, until in over:
        connection.execute(
            sa.update(core_session)
            .where(c.id == session)
            .values(viewing=None, viewing_until=None, csrf=new_token())
        )
        _tell_end(connection, account, viewing, min(now, until))
    return len(over)


def _tell_end(connection: sa.Connection, account: int, viewing: int, at: datetime) -> None:
    """Write the end beside its beginning: the same person, the same reason."""
    h = core_history.c
    began = (
        sa.select(
            sa.literal(at, sa.TIMESTAMP(timezone=True)),
            h.entity,
            h.record_id,
            h.actor,
            h.actor_name,
            h.channel,
            h.reason,
            sa.literal(ENDED),
            h.changes,
        )
        .where(h.entity == PROFILE, h.record_id == viewing, h.action == BEGAN, h.actor == account)
        .order_by(h.id.desc())
        .limit(1)
    )
    told = ("at", "entity", "record_id", "actor", "actor_name", "channel", "reason", "action", "changes")
    connection.execute(sa.insert(core_history).from_select(told, began))


def views_over(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a session has seen as somebody else for too long, or has itself come to its end."""
    c = core_session.c
    longest = latest(now, timedelta(minutes=LONGEST))
    over = sa.or_(c.viewing_until <= now, c.viewing_until > longest, c.expires_at <= now)
    return sa.and_(c.viewing.is_not(None), over)


def read_views(uow: UnitOfWork, limit: int) -> list[View]:
    """Return who has looked through whose eyes, newest first."""
    h, a = core_history.c, core_account.c
    rows = uow.execute(
        sa.select(h.at, h.actor_name, a.login, h.action, h.reason)
        .select_from(core_history.join(core_account, a.id == h.record_id))
        .where(h.entity == PROFILE, h.action.in_(VIEWING))
        .order_by(h.id.desc())
        .limit(limit)
    )
    return [
        View(at=at, who=who, whose=whose, began=action == BEGAN, reason=reason or "")
        for at, who, whose, action, reason in rows
    ]
