"""Pipelines that change: one for new opportunities, and what follows in the opportunities of a changed stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.sdk import Change, Problem, UnitOfWork, look_up, records

PIPELINE, STAGE, OPPORTUNITY = "sales.pipeline", "sales.stage", "sales.opportunity"
FOLLOWED = frozenset({"kind", "probability", "forecast_category", "rot_days"})
"""What opportunities take from their stage."""

AT_ONCE = 1000


def keep_one_default(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Leave one pipeline for new opportunities: the one chosen last."""
    chosen = [c.id for c in changes if c.after.get("is_default") and "is_default" in c.changed]
    if not chosen:
        return
    others = look_up(uow, PIPELINE, (), where=f"is_default == true and id != {chosen[-1]}")
    moved = {int(str(one["id"])): {"is_default": False} for one in others}
    if moved:
        system = uow.actor.elevate("one pipeline is for new opportunities")
        records(uow).update_many(system, PIPELINE, moved, uow=uow, parsed=True)


def follow_stages(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Work out anew what opportunities take from stages that have changed."""
    ids = [c.id for c in changes if c.action == "update" and c.changed & FOLLOWED]
    if not ids:
        return
    system = uow.actor.elevate("a stage has changed")
    found = [int(str(one["id"])) for one in look_up(uow, OPPORTUNITY, (), where=f"stage in {ids}")]
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        # Nothing is set: what is computed from the stage follows by itself.
        records(uow).update_many(system, OPPORTUNITY, {i: {} for i in some}, uow=uow, parsed=True)


def pipeline_problems(change: Change, uow: UnitOfWork) -> Iterator[Problem]:
    """Refuse to put a stage in which opportunities stand into another pipeline: they would be in none."""
    if change.action == "update" and "pipeline" in change.changed and _is_used(change.id, uow):
        yield Problem(
            code="stage_in_use",
            field="pipeline",
            message="Opportunities stand in this stage. Make a new stage and move them there.",
        )


def _is_used(stage: int, uow: UnitOfWork) -> bool:
    return any(True for _ in look_up(uow, OPPORTUNITY, (), where=f"stage == {stage}"))
