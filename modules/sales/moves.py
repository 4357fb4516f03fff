"""The way of an opportunity through the stages: one row for each move, with how long it stood before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.sdk import Change, Ref, UnitOfWork, look_up, records
from modules.sales.stages import LOST, OPEN, WON, Stage, Stages, stages

HISTORY = "sales.stage_history"
WHY = "a move between stages is kept"


def keep_moves(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Write a row for each opportunity that came to another stage."""
    known = stages(uow)
    moved = [c for c in changes if c.action in ("create", "update") and "stage" in c.changed]
    told = _told(moved, uow) if uow.actor.elevated else frozenset()
    rows = [_row(change, known, uow) for change in moved if change.id not in told]
    if rows:
        records(uow).create(uow.actor.elevate(WHY), HISTORY, rows, uow=uow, parsed=True)


def _row(change: Change, known: Stages, uow: UnitOfWork) -> Mapping[str, object]:
    source, target = _stage(change.before, known), _stage(change.after, known)
    since, at = change.before.get("stage_entered_at"), change.after.get("stage_entered_at")
    at = at if isinstance(at, datetime) else uow.now
    seconds = int((at - since).total_seconds()) if isinstance(since, datetime) else None
    return {
        "opportunity": Ref(change.id),
        "from_stage": Ref(source.id) if source else None,
        "to_stage": change.after["stage"],
        "at": at,
        "by": Ref(uow.actor.id) if uow.actor.id else None,
        "seconds_in_stage": max(seconds, 0) if seconds is not None else None,
        "direction": direction(source, target, known),
        "amount": change.after.get("amount"),
        "amount_base": change.after.get("amount_base"),
        "probability": change.after.get("probability"),
    }


def _told(changes: Sequence[Change], uow: UnitOfWork) -> frozenset[int]:
    """Return the new opportunities whose way was written with them, as data files do."""
    new = [change.id for change in changes if change.action == "create"]
    rows = look_up(uow, HISTORY, ("opportunity",), where=f"opportunity in {new}") if new else ()
    return frozenset(one.id for row in rows if isinstance(one := row["opportunity"], Ref))


def direction(source: Stage | None, target: Stage | None, known: Stages) -> str:
    """Return what a move means: forward by one stage, over some, back, or to an end and from there."""
    if source is None or target is None:
        return "start"
    if target.kind in (WON, LOST):
        return target.kind
    if source.kind != OPEN:
        return "reopened"
    if source.pipeline != target.pipeline:
        return "pipeline"
    steps = known.open_steps(target.pipeline)
    distance = steps.index(target.id) - steps.index(source.id)
    if distance < 0:
        return "back"
    return "forward" if distance == 1 else "skip"


def _stage(values: Mapping[str, object], known: Stages) -> Stage | None:
    stage = values.get("stage")
    return known.by_id.get(stage.id) if isinstance(stage, Ref) else None
