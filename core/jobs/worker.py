"""The worker: runs jobs one after the other, picks up what a dead worker left, and says that it lives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import procrastinate
import sqlalchemy as sa
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from core.errors import PayvandError
from core.jobs.runner import ActorOf, GivenUp, JobWatch, Postponed, Refresh, Runner
from core.jobs.service import QUEUE, RUN, Jobs
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.log import get_logger, telling
from core.storage import Database

HEARTBEAT = 2.0  # seconds between signs of life
STALLED = 10.0  # seconds of silence after which a worker counts as dead
GRACE = 0.1  # seconds that a running job gets before it is asked to stop at its next step
LOOK_AROUND = 3.0  # seconds between looks for jobs of dead workers
HOUR = 3600.0
MINUTE = 60.0
AFTER_TROUBLE = 5  # seconds until a job is tried again that could not even be begun

SET_BACK = (
    "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE last_heartbeat > now() + interval '10 seconds'",
    """UPDATE procrastinate_jobs SET scheduled_at = now()
    WHERE status = 'todo' AND queue_name = 'payvand' AND scheduled_at > now() + interval '1 minute'""",
)
"""What is put right where the clock of the database was set back. A worker lives if it tells so from now on; no job of ours
is to wait as long as a minute."""


def run_worker(
    site: Site,
    conninfo: str,
    actor_of: ActorOf,
    refresh: Refresh,
    *,
    wait: bool = True,
    watch: JobWatch | None = None,
) -> None:
    """Work until a signal stops it (``wait=False``: until the queue is empty).

    ``actor_of`` gives the person a job runs for, with their present rights; ``refresh`` brings the catalog up to
    date before each job; ``watch`` counts them.
    """
    runner = Runner(site, actor_of, refresh, watch)

    def run(context: procrastinate.JobContext, job_id: int, request: str = "") -> None:
        with telling(request=request, job=job_id):
            runner.run(job_id, context.should_abort)

    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=3)
    )
    app.task(name=RUN, queue=QUEUE, pass_context=True, retry=_Again())(run)
    asyncio.run(
        _work(app, wait, lambda: _defer_due(site, refresh), lambda: _defer_each_minute(site, refresh))
    )


class _Again(BaseRetryStrategy):
    """Whatever has not ended runs again: the runner, who knows how far a job got, decides when one is given up."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, GivenUp):
            return None
        seconds = exception.seconds if isinstance(exception, Postponed) else AFTER_TROUBLE
        return RetryDecision(retry_in={"seconds": seconds})


async def _work(
    app: procrastinate.App, wait: bool, defer_due: Callable[[], object], each_minute: Callable[[], object]
) -> None:
    async with app.open_async():
        await _pick_up(app)
        aside = [asyncio.create_task(_every(LOOK_AROUND, lambda: _pick_up(app)))]
        if wait:
            aside.append(
                asyncio.create_task(_every(HOUR, lambda: asyncio.to_thread(defer_due), at_once=True))
            )
            aside.append(
                asyncio.create_task(_every(MINUTE, lambda: asyncio.to_thread(each_minute), at_once=True))
            )
        try:
            await app.run_worker_async(
                queues=[QUEUE],
                wait=wait,
                concurrency=1,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                shutdown_graceful_timeout=GRACE,
                delete_jobs="successful",
            )
        finally:
            for task in aside:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task


async def _every(seconds: float, act: Callable[[], Awaitable[object]], *, at_once: bool = False) -> None:
    """Do something again and again; what goes wrong is logged and tried the next time."""
    if not at_once:
        await asyncio.sleep(seconds)  # until it is time to look again
    while True:
        try:
            await act()
        except (PayvandError, ProcrastinateException, sa.exc.SQLAlchemyError) as failure:
            get_logger("jobs").warning("look_around_failed", error=repr(failure))
        await asyncio.sleep(seconds)  # until it is time to look again


async def _pick_up(app: procrastinate.App) -> None:
    """Queue again what was running when its worker died; the task goes on from its checkpoint."""
    for statement in SET_BACK:
        await app.connector.execute_query_async(statement)
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
        get_logger("jobs").warning("job_picked_up", queued=job.id)
        await app.job_manager.retry_job(job)


def _defer_each_minute(site: Site, refresh: Refresh) -> None:
    with site.get(Database).unit(refresh(), system_actor("work of each minute")) as uow:
        site.get(Jobs).defer_each_minute(uow)


def _defer_due(site: Site, refresh: Refresh) -> None:
    with site.get(Database).unit(refresh(), system_actor("daily work")) as uow:
        site.get(Jobs).defer_due(uow)
