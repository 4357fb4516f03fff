"""The worker: runs jobs one after the other, picks up what a dead worker left, and says that it lives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import procrastinate
import sqlalchemy as sa

from core.errors import PayvandError
from core.jobs.context import JobCancelled, JobContext
from core.jobs.service import QUEUE, RUN, Jobs
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.log import get_logger
from core.storage import Database
from core.storage.kernel_tables import job as core_job

ATTEMPTS = 3
HEARTBEAT = 2.0  # seconds between signs of life
STALLED = 10.0  # seconds of silence after which a worker counts as dead

ActorOf = Callable[[int | None], Actor]
Refresh = Callable[[], object]


def run_worker(site: Site, conninfo: str, actor_of: ActorOf, refresh: Refresh, *, wait: bool = True) -> None:
    """Work until a signal stops it (``wait=False``: until the queue is empty).

    ``actor_of`` gives the person a job runs for, with their present rights; ``refresh`` brings the catalog up to
    date before each job.
    """
    runner = _Runner(site, actor_of, refresh)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=3))
    app.task(name=RUN, queue=QUEUE, pass_context=True,
             retry=procrastinate.RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2))(runner)
    asyncio.run(_work(app, wait))


async def _work(app: procrastinate.App, wait: bool) -> None:
    async with app.open_async():
        await _pick_up(app)
        keeper = asyncio.create_task(_keep_picking_up(app))
        try:
            await app.run_worker_async(
                queues=[QUEUE], wait=wait, concurrency=1, fetch_job_polling_interval=1.0,
                update_heartbeat_interval=HEARTBEAT, stalled_worker_timeout=STALLED, delete_jobs="successful")
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper


async def _keep_picking_up(app: procrastinate.App) -> None:
    while True:
        await asyncio.sleep(STALLED / 2)
        await _pick_up(app)


async def _pick_up(app: procrastinate.App) -> None:
    """Queue again what was running when its worker died; the task goes on from its checkpoint."""
    await app.job_manager.prune_stalled_workers(STALLED)
    for job in await app.job_manager.get_stalled_jobs():
        get_logger("jobs").warning("job_picked_up", ticket=job.id)
        await app.job_manager.retry_job(job)


class _Runner:
    """Runs one job: finds its task, runs it, and writes down how it ended."""

    __name__ = RUN

    def __init__(self, site: Site, actor_of: ActorOf, refresh: Refresh) -> None:
        self._site = site
        self._actor_of = actor_of
        self._refresh = refresh
        self._log = get_logger("jobs")

    def __call__(self, context: procrastinate.JobContext, job_id: int) -> None:
        row = self._begin(job_id)
        if row is None:
            return
        try:
            self._refresh()
            task = self._site.get(Jobs).task(row["kind"])
            result = task.run(JobContext(site=self._site, id=job_id, actor=self._actor_of(row["actor"]),
                                         arguments=row["arguments"], checkpoint=row["checkpoint"]))
        except JobCancelled:
            self._end(job_id, state="cancelled")
        except PayvandError as refusal:
            self._end(job_id, state="failed", error=refusal.text())
        except Exception as failure:
            self._fail(context, job_id, failure)
            raise
        else:
            self._end(job_id, state="done", result=dict(result))

    def _fail(self, context: procrastinate.JobContext, job_id: int, failure: Exception) -> None:
        """Leave the job queued while there are tries left; the details go to the log, not to the reader."""
        self._log.error("job_broke", job=job_id, error=repr(failure), exc_info=failure)
        if context.job.attempts + 1 >= ATTEMPTS:
            self._end(job_id, state="failed", error="The job broke; the administrator finds the reason in the log.")
        else:
            self._write(job_id, state="queued")

    def _begin(self, job_id: int) -> sa.RowMapping | None:
        with self._site.get(Database).engine.begin() as connection:
            return connection.execute(
                sa.update(core_job)
                .where(core_job.c.id == job_id, core_job.c.state.in_(("queued", "running")))
                .values(state="running", heartbeat=sa.func.now(),
                        started_at=sa.func.coalesce(core_job.c.started_at, sa.func.now()))
                .returning(*core_job.c)).mappings().one_or_none()

    def _end(self, job_id: int, **values: Any) -> None:
        self._write(job_id, finished_at=sa.func.now(), **values)
        self._log.info("job_ended", job=job_id, state=values["state"])

    def _write(self, job_id: int, **values: Any) -> None:
        with self._site.get(Database).engine.begin() as connection:
            connection.execute(sa.update(core_job).where(core_job.c.id == job_id).values(**values))
