"""`Runner`: runs one job, alone and with its actor's rights, and writes down how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import sqlalchemy as sa

from core.errors import PayvandError, Unavailable
from core.i18n import Localization
from core.jobs.context import JobCancelled, JobContext, JobInterrupted
from core.jobs.service import FINISHED, RUN, Jobs, narrowed
from core.kernel.actor import Actor
from core.kernel.disk import no_room
from core.kernel.site import Site
from core.log import get_logger
from core.metadata.catalog import Catalog
from core.metadata.specs import Json
from core.storage import Database
from core.storage.kernel_tables import job as core_job

ATTEMPTS = 3
"""How often a job that breaks is tried without getting further."""

MOST_STARTS = 20
"""How often a job is started without getting further: one that kills its worker must not do so for ever."""

FENCE = 0x7061796A_00000000
"""Advisory locks from here on: one a job, held while it runs, so that no two workers ever run the same."""


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


BROKE = N_("The job broke; the administrator finds the reason in the log.")
TOO_OFTEN = N_("The job was interrupted too often.")
TOO_LARGE = N_("This takes more memory than a job may use; try it in smaller parts.")

ActorOf = Callable[[int | None], Actor]
Refresh = Callable[[], Catalog]

INTERRUPTED, AGAIN = "interrupted", "again"
"""How a run of a job may end besides done, failed and cancelled: the worker was to stop, or it broke and is tried again."""

UNKNOWN = "unknown"
"""Stands for all kinds of jobs that there is no task for any more."""


class JobWatch(Protocol):
    """Counts the runs of jobs."""

    def ended(self, kind: str, outcome: str, seconds: float) -> None:
        """Count one run by the name of its task and how it ended."""


class Postponed(Exception):
    """The job is to be run again after ``seconds``; that is no failure."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class GivenUp(Exception):
    """The job has ended badly and is not run again; why is its cause."""


class Runner:
    """Runs jobs by the id of their row in core_job."""

    __name__ = RUN

    def __init__(
        self, site: Site, actor_of: ActorOf, refresh: Refresh, watch: JobWatch | None = None
    ) -> None:
        self._site = site
        self._actor_of = actor_of
        self._refresh = refresh
        self._watch = watch
        self._log = get_logger("jobs")

    def run(self, job_id: int, stopping: Callable[[], bool], *, last: bool = False) -> None:
        """Run a job that is to be run; ``last`` where it is not to be tried again if it breaks."""
        with self._alone(job_id) as alone:
            if not alone:
                raise Postponed(5)
            row = self._begin(job_id)
            if row is not None and row["starts"] > MOST_STARTS:
                self._fail(job_id, TOO_OFTEN)
            elif row is not None:
                self._run_watched(row, stopping, last=last)

    def finish(self, job_id: int) -> None:
        """Run a job in this process until it has ended, here or elsewhere; how it ended stands in its row."""
        jobs, system = self._site.get(Jobs), Actor()
        while jobs.status(system, job_id, everybody=True).state not in FINISHED:
            try:
                self.run(job_id, bool, last=True)
            except Postponed:
                time.sleep(0.2)  # another worker has it
            except Exception as failure:  # noqa: BLE001  # it was logged and written down where it was caught
                self._log.debug("job_ended_badly", job=job_id, error=repr(failure))

    def _run_watched(self, row: sa.RowMapping, stopping: Callable[[], bool], *, last: bool) -> None:
        begun, outcome = time.perf_counter(), AGAIN
        try:
            outcome = self._run(row, stopping, last=last)
        except Postponed as postponed:
            outcome = AGAIN if postponed.seconds else INTERRUPTED
            raise
        except GivenUp:
            outcome = "failed"
            raise
        finally:
            if self._watch is not None:
                kind = row["kind"] if row["kind"] in self._site.get(Jobs).names else UNKNOWN
                self._watch.ended(kind, outcome, time.perf_counter() - begun)

    def _run(self, row: sa.RowMapping, stopping: Callable[[], bool], *, last: bool) -> str:
        """Run a job and return the state in which it has ended."""
        job_id, actor = row["id"], Actor()
        try:
            self._refresh()
            actor = narrowed(self._actor_of(row["actor"]), row["scopes"])
            context = JobContext(
                site=self._site,
                id=job_id,
                actor=actor,
                arguments=row["arguments"],
                checkpoint=row["checkpoint"],
                stopping=stopping,
            )
            result = self._site.get(Jobs).task(row["kind"]).run(context)
        except JobCancelled:
            return self._end(job_id, state="cancelled")
        except JobInterrupted:
            # To be asked to stop is no reason to be given up.
            self._write(job_id, state="queued", starts=sa.func.greatest(core_job.c.starts - 1, 0))
            raise Postponed(0) from None
        except MemoryError as failure:
            # It would take as much the next time.
            self._log.error("job_too_large", job=job_id, error=repr(failure))
            return self._fail(job_id, TOO_LARGE)
        except Exception as broken:
            met = no_room(broken) or broken
            if isinstance(met, PayvandError) and not isinstance(met, Unavailable):
                return self._end(job_id, state="failed", error=self._told(met, actor, row["arguments"]))
            failures = self._broke(job_id, broken)
            if last or failures >= ATTEMPTS:
                # What is missing here is told; what broke is for the log.
                told = BROKE
                if isinstance(met, PayvandError):
                    told = self._told(met, actor, row["arguments"])
                self._fail(job_id, told)
                raise GivenUp from broken
            raise Postponed(2**failures) from broken
        else:
            return self._end(job_id, state="done", result=dict(result))

    @contextmanager
    def _alone(self, job_id: int) -> Iterator[bool]:
        """Hold the job's lock on a connection of its own; a worker that dies gives it back by dying."""
        with self._site.get(Database).reading() as reader:
            alone = bool(reader.value("SELECT pg_try_advisory_lock(%s)", [FENCE + job_id]))
            try:
                yield alone
            finally:
                if alone:
                    reader.value("SELECT pg_advisory_unlock(%s)", [FENCE + job_id])

    def _told(self, refusal: PayvandError, actor: Actor, arguments: Mapping[str, Json]) -> str:
        """Return the reasons in the language of the person who will read them.

        Who has chosen none gets that in which they asked, where the job was told it as ``language``.
        """
        language = actor.preferences.language or str(arguments.get("language") or "")
        preferences = replace(actor.preferences, language=language)
        style = self._site.get(Localization).style(preferences, self._site.settings)
        lines = [(refusal.message, refusal.params), *((p.message, p.params) for p in refusal.problems)]
        return "\n".join(style._(message, **params) for message, params in lines)

    def _broke(self, job_id: int, failure: Exception) -> int:
        """Leave the job queued and return how often it broke where it is; the details go to the log alone."""
        self._log.error("job_broke", job=job_id, error=repr(failure), exc_info=failure)
        with self._site.get(Database).engine.begin() as connection:
            failures: int = connection.execute(
                sa.update(core_job)
                .where(core_job.c.id == job_id)
                .values(state="queued", failures=core_job.c.failures + 1)
                .returning(core_job.c.failures)
            ).scalar_one()
        return failures

    def _begin(self, job_id: int) -> sa.RowMapping | None:
        with self._site.get(Database).engine.begin() as connection:
            return (
                connection.execute(
                    sa.update(core_job)
                    .where(core_job.c.id == job_id, core_job.c.state.in_(("queued", "running")))
                    .values(
                        state="running",
                        heartbeat=sa.func.now(),
                        starts=core_job.c.starts + 1,
                        started_at=sa.func.coalesce(core_job.c.started_at, sa.func.now()),
                    )
                    .returning(*core_job.c)
                )
                .mappings()
                .one_or_none()
            )

    def _fail(self, job_id: int, message: str) -> str:
        """End a job with a sentence of ours, which screens translate for whoever reads it."""
        return self._end(job_id, state="failed", error=message)

    def _end(self, job_id: int, *, state: str, **values: Any) -> str:
        self._write(job_id, finished_at=sa.func.now(), state=state, **values)
        self._log.info("job_ended", job=job_id, state=state)
        return state

    def _write(self, job_id: int, **values: Any) -> None:
        with self._site.get(Database).engine.begin() as connection:
            connection.execute(sa.update(core_job).where(core_job.c.id == job_id).values(**values))
