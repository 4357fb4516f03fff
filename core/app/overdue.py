"""What has had its time and is forgotten each day: sessions, steps of signing in, attempts, answers, jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.errors import Problem
from core.identity.sessions import shorten_sessions
from core.identity.steps import steps_over
from core.identity.throttle import FORGOTTEN
from core.identity.views import end_views, views_over
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.idempotency import answers_over
from core.storage.kernel_tables import attempt as core_attempt
from core.storage.kernel_tables import job as core_job
from core.storage.kernel_tables import session as core_session

KEPT_JOBS = timedelta(days=90)
"""How long the state of an ended job is kept."""

LATE = timedelta(days=3)
"""How long something may be over before it is told: the worker forgets it each day, and may have been off for one or two."""


def forget_outdated(uow: UnitOfWork) -> Mapping[str, int]:
    """Remove rows that have had their time, and let none have more than that; return how many of each kind went."""
    shorten_sessions(uow.connection, uow.now)
    return {name: uow.execute(old).rowcount for name, old in _outdated(uow.now).items()}


def overdue(connection: sa.Connection, now: datetime) -> Iterator[Problem]:
    """Yield what should have been forgotten days ago: a sign that nobody does the daily work."""
    found = {
        name: int(
            connection.scalar(sa.select(sa.func.count()).select_from(old.table).where(*_where(old))) or 0
        )
        for name, old in _outdated(now - LATE).items()
    }
    left = {name: count for name, count in found.items() if count}
    if left:
        yield Problem(
            code="overdue",
            message="{count} rows are over for days and were not forgotten: {rows}. A worker does that once a day.",
            params={
                "count": sum(left.values()),
                "rows": ", ".join(f"{name} {count}" for name, count in left.items()),
            },
        )


def forget_overdue(site: Site, _problem: Problem) -> None:
    """Forget all that is over, as the daily work does."""
    with site.get(Database).unit(site.get(Catalogs).current(), system_actor("payvand doctor")) as uow:
        end_views(uow.connection, views_over(uow.now), uow.now)  # before their sessions are forgotten
        forget_outdated(uow)


def _where(old: sa.Delete) -> tuple[sa.ColumnElement[bool], ...]:
    return () if old.whereclause is None else (old.whereclause,)


def _outdated(now: datetime) -> Mapping[str, sa.Delete]:
    """Return what removes rows that had had their time by then."""
    return {
        "sessions": sa.delete(core_session).where(core_session.c.expires_at < now),
        "attempts": sa.delete(core_attempt).where(
            core_attempt.c.last < now - FORGOTTEN, sa.func.coalesce(core_attempt.c.locked_until, now) <= now
        ),
        "steps": steps_over(now),
        "answers": answers_over(now),
        "jobs": sa.delete(core_job).where(core_job.c.finished_at < now - KEPT_JOBS),
    }
