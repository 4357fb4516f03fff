"""A bulk change as a job: chunk by chunk, each committed with its checkpoint; what is refused is told, the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import PayvandError
from core.jobs import JobContext, Jobs, Task
from core.metadata.specs import Json
from core.records.bulk import AT_ONCE, Bulk
from core.storage import Database, UnitOfWork

BULK_EDIT = "records.bulk"
CHUNK = 200
TOLD = 20
REASON = "bulk change"


def bulk_task() -> Task:
    """Return the task that changes many records."""
    return Task(name=BULK_EDIT, run=run_bulk)


def defer_bulk(
    jobs: Jobs,
    entity: str,
    ids: Sequence[int],
    values: Mapping[str, Json] | None,
    *,
    cause: str,
    uow: UnitOfWork,
) -> int:
    """Promise a change of more than `AT_ONCE` records; without values they go to the trash. Return the job's id."""
    arguments: dict[str, Json] = {
        "entity": entity,
        "ids": list(ids),
        "values": dict(values) if values is not None else None,
        "cause": cause,
    }
    return jobs.defer(uow, BULK_EDIT, arguments, total=len(ids))


def run_bulk(context: JobContext) -> Mapping[str, Json]:
    """Change the records that are not changed yet."""
    ids: Sequence[int] = _list(context.arguments["ids"])
    kept: Mapping[str, Any] = dict(context.checkpoint or {"done": 0, "changed": 0, "refused": []})
    done = int(kept["done"])
    changed, refused = int(kept["changed"]), list(kept["refused"])
    while done < len(ids):
        context.report(done, len(ids))
        part = ids[done : done + CHUNK]
        here, problems = _chunk(context, part)
        done, changed, refused = done + len(part), changed + here, [*refused, *problems]
        with context.unit(REASON) as uow:
            context.keep(uow, {"done": done, "changed": changed, "refused": refused}, done=done)
    return {
        "changed": changed,
        "refused": len(refused),
        "problems": refused[:TOLD],
        "cause": context.arguments["cause"],
        "entity": context.arguments["entity"],
    }


def _chunk(context: JobContext, ids: Sequence[int]) -> tuple[int, list[Json]]:
    """Change records together; where one of them is refused, each by itself."""
    try:
        return _write(context, ids), []
    except PayvandError:
        changed = 0
        problems: list[Json] = []
        for one in ids:
            try:
                changed += _write(context, [one])
            except PayvandError as wrong:
                problems.append({"id": one, "message": str(wrong)})
        return changed, problems


def _write(context: JobContext, ids: Sequence[int]) -> int:
    arguments, bulk = context.arguments, context.site.get(Bulk)
    entity, cause = str(arguments["entity"]), str(arguments["cause"])
    values = arguments["values"]

    def act() -> int:
        with context.unit(REASON) as uow:
            if isinstance(values, Mapping):
                done = bulk.edit(uow.actor, entity, ids, values, cause=cause, uow=uow)
            else:
                done = bulk.delete(uow.actor, entity, ids, cause=cause, uow=uow)
            return done.changed

    return context.site.get(Database).attempt(act)


def _list(value: Json) -> list[int]:
    return [int(str(one)) for one in value] if isinstance(value, (list, tuple)) else []


__all__ = ["AT_ONCE", "BULK_EDIT", "bulk_task", "defer_bulk", "run_bulk"]
