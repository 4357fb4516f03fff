"""The scan for duplicates as a job: piece by piece, each committed with its checkpoint, so that it goes on after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa

from core.access import Access
from core.errors import Conflict
from core.jobs import JobContext, Jobs, Task
from core.kernel.actor import Actor
from core.metadata.specs import Json
from core.records.scanning import Scanning, Sight, scanned
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import job as core_job
from core.storage.pairs import counts, open_pairs

SCAN, NIGHTLY = "records.scan", "records.scan_nightly"
SCAN_DUPLICATES = "scan:duplicates"
"""The action that a grant must allow to start a scan: it looks at all records, whoever may see them."""

REASON = "scan for duplicates"
LOCK = 0x7061_7363
"""The advisory lock under which scans are promised."""

UNDER_WAY = ("queued", "running")


def scan_tasks() -> tuple[Task, ...]:
    """Return the task that scans one entity, and the one that scans each entity every night."""
    return Task(name=SCAN, run=run_scan), Task(name=NIGHTLY, run=run_nightly, daily=True)


def start_scan(
    access: Access, jobs: Jobs, actor: Actor, entity: str, *, whole: bool = False, uow: UnitOfWork
) -> int:
    """Promise a scan of an entity; return the id of the job. One that is under way is not joined by another."""
    scanned(uow.catalog, entity)
    access.require(actor, entity, SCAN_DUPLICATES, uow.catalog)
    uow.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    if scan_under_way(uow, entity) is not None:
        raise Conflict("These records are being compared already.", code="scan_under_way")
    return jobs.defer(uow, SCAN, {"entity": entity, "whole": whole})


def scan_under_way(uow: UnitOfWork, entity: str) -> int | None:
    """Return the job that scans an entity now, or is to do so."""
    return _latest(uow, entity, core_job.c.state.in_(UNDER_WAY))


def last_scan(uow: UnitOfWork, entity: str) -> tuple[int, Mapping[str, Json], Any] | None:
    """Return the latest scan of an entity that ended well: its id, what it told, and when it ended."""
    number = _latest(uow, entity, core_job.c.state == "done")
    if number is None:
        return None
    c = core_job.c
    row = uow.execute(sa.select(c.id, c.result, c.finished_at).where(c.id == number)).one()
    return row[0], row[1] or {}, row[2]


def _latest(uow: UnitOfWork, entity: str, state: sa.ColumnElement[bool]) -> int | None:
    c = core_job.c
    asked = sa.select(c.id).where(c.kind == SCAN, state, c.arguments["entity"].as_string() == entity)
    found: int | None = uow.execute(asked.order_by(c.id.desc()).limit(1)).scalar_one_or_none()
    return found


def run_scan(context: JobContext) -> Mapping[str, Json]:
    """Scan one entity; called again after a crash, go on where the last piece ended."""
    entity = str(context.arguments["entity"])
    scanning, attempt = context.site.get(Scanning), context.site.get(Database).attempt
    kept: dict[str, Json] = dict(
        context.checkpoint or {"step": "begin", "after": 0, "noted": 0, "compared": 0}
    )
    if kept["step"] == "begin":
        kept = attempt(partial(_begin, context, scanning, entity, kept))
    while kept["step"] == "note":
        kept = attempt(partial(_note, context, scanning, entity, kept))
        context.report(int(str(kept["noted"])))
    with context.unit(REASON) as uow:
        sight, waits = scanning.sight(uow, entity), counts(uow, entity)[1]
    total = int(str(kept["noted"])) + int(str(kept["compared"])) + waits
    while True:
        context.report(int(str(kept["noted"])) + int(str(kept["compared"])), total)
        kept, more = attempt(partial(_compare, context, scanning, entity, sight, kept))
        if not more:
            break
    with context.unit(REASON) as uow:
        found = open_pairs(uow, entity)
    return {
        "entity": entity,
        "records": kept["noted"],
        "compared": kept["compared"],
        "pairs": found,
        "crowds": len(sight.crowds),
        "largest": max(sight.crowds.values(), default=0),
    }


def _begin(context: JobContext, scanning: Scanning, entity: str, kept: Mapping[str, Json]) -> dict[str, Json]:
    with context.unit(REASON) as uow:
        scanning.begin(uow, entity, whole=context.arguments.get("whole") is True)
        return _keep(context, uow, {**kept, "step": "note"})


def _note(context: JobContext, scanning: Scanning, entity: str, kept: Mapping[str, Json]) -> dict[str, Json]:
    with context.unit(REASON) as uow:
        done = scanning.note(uow, entity, int(str(kept["after"])))
        if done is None:
            return _keep(context, uow, {**kept, "step": "compare"})
        noted = int(str(kept["noted"])) + done[1]
        return _keep(context, uow, {**kept, "after": done[0], "noted": noted})


def _compare(
    context: JobContext, scanning: Scanning, entity: str, sight: Sight, kept: Mapping[str, Json]
) -> tuple[dict[str, Json], int]:
    with context.unit(REASON) as uow:
        more = scanning.compare(uow, entity, sight)
        done = {**kept, "compared": int(str(kept["compared"])) + more}
        return _keep(context, uow, done), more


def _keep(context: JobContext, uow: UnitOfWork, kept: dict[str, Json]) -> dict[str, Json]:
    context.keep(uow, kept, done=int(str(kept["noted"])) + int(str(kept["compared"])))
    return kept


def run_nightly(context: JobContext) -> Mapping[str, Json]:
    """Promise a scan of each entity that says what is compared and is not being scanned."""
    site = context.site
    catalog = site.get(Catalogs).current()
    promised: list[Json] = []
    with context.unit(REASON) as uow:
        uow.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        for name, spec in catalog.entities.items():
            if spec.duplicates and spec.duplicates.scan and scan_under_way(uow, name) is None:
                site.get(Jobs).defer(uow, SCAN, {"entity": name, "whole": False})
                promised.append(name)
    return {"entities": promised}
