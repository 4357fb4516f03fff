"""Taking a whole import back, as a job: piece by piece, each committed with its checkpoint; what was gone on with is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from core.access import Access
from core.errors import Conflict, NotFound
from core.exchange.running import cause_of
from core.jobs import JobContext, Jobs, JobStatus
from core.jobs.service import FINISHED
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.specs import Json
from core.records.taking_back import Kept, TakingBack, undone
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.kernel_tables import job as core_job

IMPORT = "exchange.import"
UNDO = "exchange.undo"
UNDOABLE = timedelta(hours=24)
STEPS = 200
"""Steps that are taken back in one transaction."""

LISTED = 10
TOLD = 200
"""So many records that are kept are told one by one."""


def is_undoable(site: Site, job: JobStatus) -> bool:
    """Tell whether an import may still be taken back: one that wrote, and ended within a day."""
    now = site.get(Database).now()
    return (
        job.kind == IMPORT
        and job.state in FINISHED
        and job.arguments.get("dry_run") is not True
        and job.finished_at is not None
        and now - job.finished_at < UNDOABLE
    )


def start_undo(site: Site, actor: Actor, number: int, *, uow: UnitOfWork) -> int:
    """Promise to take an import of this actor back; return the id of the job."""
    job = site.get(Jobs).status(actor, number)
    if job.kind != IMPORT:
        raise NotFound
    site.get(Access).require(actor, str(job.arguments["entity"]), "import", uow.catalog)
    if job.state not in FINISHED:
        raise Conflict("The import is still at work; stop it first.", code="still_running")
    if job.arguments.get("dry_run") is True:
        raise Conflict("This was a check: it has written nothing.", code="nothing_to_undo")
    if not is_undoable(site, job):
        raise Conflict("An import can be taken back for 24 hours.", code="too_late")
    if undo_of(actor, number, uow) is not None:
        raise Conflict("This import was taken back already.", code="undone")
    return site.get(Jobs).defer(uow, UNDO, {"import": number, "entity": job.arguments["entity"]})


def recent_imports(actor: Actor, entity: str, uow: UnitOfWork) -> list[int]:
    """Return the latest imports of an entity that this actor has ended in the last day, the newest first."""
    c = core_job.c
    asked = sa.select(c.id).where(
        c.actor == actor.id,
        c.kind == IMPORT,
        c.finished_at > uow.now - UNDOABLE,
        c.arguments["entity"].as_string() == entity,
        sa.not_(c.arguments["dry_run"].as_boolean()),
    )
    return list(uow.execute(asked.order_by(c.id.desc()).limit(LISTED)).scalars())


def undo_of(actor: Actor, number: int, uow: UnitOfWork) -> int | None:
    """Return the job that takes an import back, or has done so; None where there is none."""
    c = core_job.c
    found: int | None = uow.execute(
        sa.select(c.id)
        .where(
            c.actor == actor.id,
            c.kind == UNDO,
            c.state.not_in(("failed", "cancelled")),
            c.arguments["import"].as_integer() == number,
        )
        .limit(1)
    ).scalar_one_or_none()
    return found


def run_undo(context: JobContext) -> Mapping[str, Json]:
    """Take an import back; called again after a crash, go on behind what is taken back."""
    number = int(str(context.arguments["import"]))
    kept: dict[str, Any] = dict(
        context.checkpoint or {"before": None, "deleted": 0, "restored": 0, "kept": 0}
    )
    kept.setdefault("told", [])
    while (here := context.site.get(Database).attempt(partial(_piece, context, number, kept))) is not None:
        kept = here
        context.report(int(kept["deleted"]) + int(kept["restored"]))
    return {
        "import": number,
        "deleted": kept["deleted"],
        "restored": kept["restored"],
        "kept": kept["kept"],
        "rows": kept["told"],
    }


def _piece(context: JobContext, number: int, so_far: Mapping[str, Any]) -> dict[str, Any] | None:
    site, back = context.site, context.site.get(TakingBack)
    catalog, cause = site.get(Catalogs).current(), cause_of(number)
    with site.get(Database).unit(
        catalog,
        context.actor,
        channel="import",
        cause=undone(cause),
        reason=f"The import {number} is taken back.",
    ) as uow:
        steps = back.steps(context.actor, cause, so_far["before"], STEPS, uow)
        if not steps:
            return None
        done = back.take_back(context.actor, steps, cause, uow)
        told = [*so_far["told"], *map(_as_json, done.kept)]
        kept: dict[str, Any] = {
            "before": steps[-1].id,
            "deleted": so_far["deleted"] + done.deleted,
            "restored": so_far["restored"] + done.restored,
            "kept": so_far["kept"] + len(done.kept),
            "told": told[:TOLD],
        }
        context.keep(uow, kept, done=kept["deleted"] + kept["restored"])
    return kept


def _as_json(one: Kept) -> Json:
    return {"entity": one.entity, "id": one.record, "fields": list(one.fields), "reason": one.reason}
