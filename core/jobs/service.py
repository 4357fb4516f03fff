"""`Jobs`: deferring work in the caller's transaction, and what people are told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from core.errors import Conflict, NotFound
from core.jobs.tasks import Task
from core.kernel.actor import Actor, Scope
from core.kernel.clock import latest
from core.log import request_number
from core.metadata.specs import Json
from core.storage import Database, UnitOfWork
from core.storage.kernel_tables import job as core_job
from core.storage.unit import driver_of

if TYPE_CHECKING:
    import procrastinate

QUEUE = "payvand"
RUN = "payvand.run"
"""The one Procrastinate task; what to do is in core_job, where people can see it."""

NEARLY_A_DAY = timedelta(hours=20)
NEARLY_AN_HOUR = timedelta(minutes=50)

DAILY_LOCK = 0x706179_6461696C
"""The advisory lock under which daily tasks are promised."""

FINISHED = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStatus:
    """A job as its owner sees it."""

    id: int
    kind: str
    state: str
    done: int
    total: int | None
    result: Mapping[str, Json] | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None
    arguments: Mapping[str, Json] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """Return the job in wire form."""
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "progress": {"done": self.done, "total": self.total},
            "result": self.result,
            "error": self.error,
        }


class Jobs:
    """The jobs of one site. Tasks are registered by the composition root, from core and from modules."""

    def __init__(self, database: Database, tasks: Iterable[Task] = ()) -> None:
        self._database = database
        self._own = {task.name: task for task in tasks}
        self._tasks = dict(self._own)
        self._app: procrastinate.App | None = None

    def fill(self, extra: Iterable[Task] = ()) -> None:
        """Take these contributions of the enabled modules in place of those before."""
        self._tasks = dict(self._own)
        for task in extra:
            self.register(task)

    def register(self, task: Task) -> None:
        """Add a task of a module; a name that is taken is refused."""
        if self._tasks.get(task.name, task) is not task:
            raise Conflict("There are two tasks named {name}.", code="task_taken", name=task.name)
        self._tasks[task.name] = task

    def task(self, name: str) -> Task:
        """Return a task by name."""
        try:
            return self._tasks[name]
        except KeyError:
            raise NotFound("There is no task {name}.", code="unknown_task", name=name) from None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tasks."""
        return tuple(self._tasks)

    def defer(
        self, uow: UnitOfWork, name: str, arguments: Mapping[str, Json], *, total: int | None = None
    ) -> int:
        """Promise a job; it exists when, and only when, the unit of work is committed. Return its id.

        It will do for its actor no more than the API key was made for that they came with.
        """
        self.task(name)
        job_id: int = uow.execute(
            sa.insert(core_job)
            .values(
                kind=name,
                arguments=dict(arguments),
                actor=uow.actor.id,
                scopes=_written(uow.actor),
                total=total,
                created_at=uow.now,
            )
            .returning(core_job.c.id)
        ).scalar_one()
        handle = self.procrastinate.configure_task(RUN, queue=QUEUE, connection=driver_of(uow.connection))
        # Who promised it goes along, so that its lines in the log are found by the number that a person was told.
        number = request_number()
        queued = handle.defer(job_id=job_id, **({"request": number} if number else {}))
        uow.execute(sa.update(core_job).where(core_job.c.id == job_id).values(procrastinate_id=queued))
        return job_id

    def defer_due(self, uow: UnitOfWork) -> list[int]:
        """Promise the daily and hourly tasks that nobody has promised for most of that time; several workers may call it."""
        uow.execute(sa.select(sa.func.pg_advisory_xact_lock(DAILY_LOCK)))
        today, lately = (self._promised(uow, since) for since in (NEARLY_A_DAY, NEARLY_AN_HOUR))
        due = [
            task.name
            for task in self._tasks.values()
            if (task.daily and task.name not in today) or (task.hourly and task.name not in lately)
        ]
        return [self.defer(uow, name, {}) for name in due]

    @staticmethod
    def _promised(uow: UnitOfWork, since: timedelta) -> set[str]:
        """Return the tasks that were promised in this time; one of the future was promised by a clock that was wrong."""
        recent = sa.select(core_job.c.kind).where(
            core_job.c.created_at > uow.now - since, core_job.c.created_at <= latest(uow.now)
        )
        return set(uow.execute(recent.distinct()).scalars())

    def defer_each_minute(self, uow: UnitOfWork) -> list[int]:
        """Promise the tasks that have something to do by now; several workers may call it."""
        uow.execute(sa.select(sa.func.pg_advisory_xact_lock(DAILY_LOCK)))
        busy = sa.select(core_job.c.kind).where(core_job.c.state.in_(("queued", "running")))
        under_way = set(uow.execute(busy.distinct()).scalars())
        tasks = [t for t in self._tasks.values() if t.due is not None and t.name not in under_way]
        return [self.defer(uow, t.name, {}) for t in tasks if t.due is not None and t.due(uow)]

    @property
    def procrastinate(self) -> procrastinate.App:
        """The Procrastinate application for deferring: imported on first use, never opened by itself."""
        if self._app is None:
            import procrastinate  # web processes that defer nothing do not pay for it

            self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
        return self._app

    def status(self, actor: Actor, job_id: int, *, everybody: bool = False) -> JobStatus:
        """Return a job of this actor; with ``everybody`` (administrators) of anybody."""
        row = self._find(actor, job_id, everybody)
        return JobStatus(
            id=row["id"],
            kind=row["kind"],
            state=row["state"],
            done=row["done"],
            total=row["total"],
            result=row["result"],
            error=row["error"],
            created_at=row["created_at"],
            finished_at=row["finished_at"],
            arguments=row["arguments"] or {},
        )

    def cancel(self, actor: Actor, job_id: int, *, everybody: bool = False) -> JobStatus:
        """Ask a job to stop: one that waits never starts, one that runs stops after its present step."""
        row = self._find(actor, job_id, everybody)
        if row["state"] in FINISHED:
            raise Conflict("The job has already ended.", code="job_ended")
        with self._database.engine.begin() as connection:
            connection.execute(
                sa.update(core_job)
                .where(core_job.c.id == job_id, core_job.c.state.not_in(FINISHED))
                .values(
                    cancel_requested=True,
                    state=sa.case((core_job.c.state == "queued", "cancelled"), else_=core_job.c.state),
                    finished_at=sa.case((core_job.c.state == "queued", sa.func.now()), else_=None),
                )
            )
        return self.status(actor, job_id, everybody=everybody)

    def _find(self, actor: Actor, job_id: int, everybody: bool) -> sa.RowMapping:
        if not 0 < job_id < 2**63:
            raise NotFound
        wanted = sa.select(core_job).where(core_job.c.id == job_id)
        if not everybody:
            wanted = wanted.where(core_job.c.actor == actor.id)
        with self._database.engine.connect() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        if row is None or not is_told(actor, row["scopes"]):
            raise NotFound
        return row


def _written(actor: Actor) -> list[dict[str, Json]] | None:
    return None if actor.scopes is None else [asdict(scope) for scope in actor.scopes]


def narrowed(actor: Actor, scopes: Iterable[Mapping[str, str]] | None) -> Actor:
    """Return the actor of a job with the limits under which it was promised."""
    if scopes is None:
        return actor
    return replace(actor, scopes=tuple(Scope(**scope) for scope in scopes))


def is_told(actor: Actor, scopes: list[dict[str, Json]] | None) -> bool:
    """Tell whether an API key may know of a job with these scopes: one it has promised itself, or any if it may all."""
    if actor.elevated is not None or actor.scopes is None or Scope() in actor.scopes:
        return True
    return scopes == _written(actor)


def worker_alive(rows: Iterable[tuple[Any, ...]]) -> bool:
    """Tell from the answer to `ALIVE` whether a worker has been heard of lately."""
    return any(row[0] for row in rows)


ALIVE = """SELECT coalesce(
bool_or(last_heartbeat BETWEEN now() - interval '20 seconds' AND now() + interval '20 seconds'), false)
FROM procrastinate_workers"""
