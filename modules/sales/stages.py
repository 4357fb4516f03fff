"""Pipelines and their stages, as the rest of the module reads them: once for each transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.sdk import BadRequest, Ref, UnitOfWork, look_up

OPEN, WON, LOST = "open", "won", "lost"
MEMO, DEFAULT = "sales.stages", "sales.default_pipeline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One stage of a pipeline."""

    id: int
    pipeline: int
    name: str
    order: int
    kind: str
    probability: int
    rot_days: int | None
    category: str
    required: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stages:
    """All stages by id, and those of each pipeline in their order."""

    by_id: Mapping[int, Stage]
    of: Mapping[int, Sequence[Stage]]

    def first(self, pipeline: int) -> Stage | None:
        """Return the first open stage of a pipeline; None where it has none."""
        return next((s for s in self.of.get(pipeline, ()) if s.kind == OPEN), None)

    def open_steps(self, pipeline: int) -> Sequence[int]:
        """Return the ids of the open stages of a pipeline, in their order."""
        return [s.id for s in self.of.get(pipeline, ()) if s.kind == OPEN]


def stages(uow: UnitOfWork) -> Stages:
    """Return the stages as this transaction sees them."""
    found = uow.memo.get(MEMO)
    if not isinstance(found, Stages):
        found = uow.memo[MEMO] = _read(uow)
    return found


def forget_stages(uow: UnitOfWork) -> None:
    """Look again: a stage or a pipeline has changed."""
    uow.memo.pop(MEMO, None)
    uow.memo.pop(DEFAULT, None)


def default_pipeline(uow: UnitOfWork) -> int | None:
    """Return the pipeline of new opportunities; asked once in a transaction."""
    if DEFAULT not in uow.memo:
        uow.memo[DEFAULT] = _default(uow)
    found: int | None = uow.memo[DEFAULT]
    return found


def names_in(text: object) -> tuple[str, ...]:
    """Return the names of fields in a text in which commas of any script stand between them."""
    words = str(text or "").replace("،", ",").replace("\N{ARABIC SEMICOLON}", ",").split(",")
    return tuple(word.strip() for word in words if word.strip())


def _read(uow: UnitOfWork) -> Stages:
    fields = (
        "pipeline",
        "name",
        "order",
        "kind",
        "probability",
        "forecast_category",
        "rot_days",
        "required_fields",
    )
    found = [_stage(record) for record in look_up(uow, "sales.stage", fields)]
    found.sort(key=lambda s: (s.order, s.id))
    of: dict[int, list[Stage]] = {}
    for stage in found:
        of.setdefault(stage.pipeline, []).append(stage)
    return Stages(by_id={s.id: s for s in found}, of=of)


def _stage(record: Mapping[str, object]) -> Stage:
    pipeline = record["pipeline"]
    assert isinstance(pipeline, Ref)  # it is required
    rot = record["rot_days"]
    return Stage(
        id=int(str(record["id"])),
        pipeline=pipeline.id,
        name=str(record["name"]),
        order=int(str(record["order"])),
        kind=str(record["kind"]),
        probability=int(str(record["probability"])),
        category=str(record["forecast_category"]),
        rot_days=rot if isinstance(rot, int) else None,
        required=names_in(record["required_fields"]),
    )


def _default(uow: UnitOfWork) -> int | None:
    """Return the pipeline of new opportunities: of those that one may use the one marked so, else the first in use."""
    eyes = None if uow.actor.elevated is not None else uow.actor
    found = look_up(uow, "sales.pipeline", ("is_default", "order"), where="active == true", actor=eyes)
    try:
        ranked = [(not p["is_default"], int(str(p["order"])), int(str(p["id"]))) for p in found]
    except BadRequest:  # who knows nothing of pipelines uses none
        return None
    return min(ranked)[2] if ranked else None
