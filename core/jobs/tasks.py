"""`Task`: a named piece of work that jobs run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.jobs.context import JobContext
from core.metadata.specs import Json
from core.storage import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What a job does. ``run`` must be safe to call again after a crash: it starts from ``context.checkpoint``.

    Its return value is the job's result, shown to whoever started it. A ``daily`` task is deferred by the worker
    itself, without arguments, once in about a day, an ``hourly`` one once in about an hour. A task with ``due``
    is looked at each minute, and deferred where ``due`` says that there is something to do and none of its kind waits or runs.
    """

    name: str
    run: Callable[[JobContext], Mapping[str, Json]]
    daily: bool = False
    hourly: bool = False
    due: Callable[[UnitOfWork], bool] | None = None
