"""`JobContext`: what a running task is told, and how it tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.metadata.specs import Json
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import job as core_job


class JobCancelled(Exception):
    """Somebody asked the job to stop; what was committed stays."""


class JobInterrupted(Exception):
    """The worker is to stop; the job goes on from its checkpoint when there is a worker again."""


@dataclass(slots=True, kw_only=True)
class JobContext:
    """One run of a job.

    ``checkpoint`` is what `keep` stored last, None in the first run; ``actor`` has the rights that the person who
    started the job has now. A task calls `report` between its steps: that is where it can be stopped.
    """

    site: Site
    id: int
    actor: Actor
    arguments: Mapping[str, Json]
    checkpoint: Mapping[str, Json] | None
    stopping: Callable[[], bool] = bool

    @contextmanager
    def unit(self, reason: str) -> Iterator[UnitOfWork]:
        """Open a unit of work of this job; what it writes says ``reason`` in the history.

        It works for the person who started the job, with their rights; a job that nobody started works as the system.
        """
        actor = system_actor(reason) if self.actor.id is None else self.actor
        catalog = self.site.get(Catalogs).current()
        with self.site.get(Database).unit(catalog, actor, channel="job", reason=reason) as uow:
            yield uow

    def keep(self, uow: UnitOfWork, checkpoint: Mapping[str, Json], *, done: int) -> None:
        """Store how far the job is, in the transaction of the work itself: both happen or neither.

        A job that got further is not given up for how often it had to be started before.
        """
        uow.execute(
            sa.update(core_job)
            .where(core_job.c.id == self.id)
            .values(checkpoint=dict(checkpoint), done=done, starts=0, failures=0, heartbeat=sa.func.now())
        )
        self.checkpoint = checkpoint

    def report(self, done: int, total: int | None = None) -> None:
        """Show progress; stop by an exception if somebody cancelled the job, or the worker is to stop."""
        values: dict[str, object] = {"done": done, "heartbeat": sa.func.now()}
        if total is not None:
            values["total"] = total
        with self.site.get(Database).engine.begin() as connection:
            cancelled = connection.execute(
                sa.update(core_job)
                .where(core_job.c.id == self.id)
                .values(values)
                .returning(core_job.c.cancel_requested)
            ).scalar_one_or_none()
        if cancelled:
            raise JobCancelled
        if self.stopping():
            raise JobInterrupted
