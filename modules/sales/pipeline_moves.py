"""Opportunities that go to another pipeline: the stage there that corresponds to theirs, and the move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.sdk import (
    Conflict,
    Operation,
    OperationCall,
    Outcome,
    Problem,
    Ref,
    UnitOfWork,
    ValidationFailed,
    look_up,
    records,
)
from modules.sales.stages import OPEN, Stage, Stages, stages

OPPORTUNITY, STAGE = "sales.opportunity", "sales.stage"

CHOICES: Mapping[str, Mapping[str, str | bool]] = {
    "pipeline": {"type": "reference", "label": "Pipeline", "to": "sales.pipeline", "required": True},
    "stage": {
        "type": "reference",
        "label": "Stage",
        "to": "sales.stage",
        "help": "Empty: the stage there that corresponds to the present one.",
    },
}


def change_pipeline(call: OperationCall) -> Outcome:
    """Bring opportunities to another pipeline, each to the stage that was chosen or that corresponds to its own."""
    known = stages(call.uow)
    pipeline, chosen = call.values["pipeline"], call.values.get("stage")
    assert isinstance(pipeline, Ref)  # it is required
    wanted = _chosen(known, pipeline.id, chosen)
    target: Stage | None = None
    for number in call.ids:
        source = _stage_of(number, known, call.uow)
        if source.pipeline == pipeline.id:
            raise Conflict("It is in this pipeline already.", code="already_there")
        target = wanted or counterpart(source, pipeline.id, known, _said(source, call.uow))
        if target is None:
            raise Conflict("This pipeline has no open stage.", code="no_open_stage")
        records(call.uow).transition(
            call.actor,
            OPPORTUNITY,
            number,
            "move",
            values={"pipeline": pipeline.id},
            to=target.id,
            reason=call.reason,
            version=None,
            uow=call.uow,
        )
    return Outcome(
        message="Moved to {stage}." if len(call.ids) == 1 else "{number} opportunities were moved.",
        params={"stage": target.name if target else "", "number": len(call.ids)},
        entity=OPPORTUNITY,
        id=call.record or None,
        result={"stage": target.id if target else None},
    )


def counterpart(source: Stage, pipeline: int, known: Stages, said: Sequence[int] = ()) -> Stage | None:
    """Return the open stage of a pipeline that corresponds to one of another pipeline; None where it has none.

    One that was ``said`` to correspond comes first, then those of the same forecast category; among these, and where
    there are none, the one as far along the way as the source is on its own.
    """
    there = [stage for stage in known.of.get(pipeline, ()) if stage.kind == OPEN]
    if not there:
        return None
    named = [stage for stage in there if stage.id in said]
    alike = [stage for stage in there if stage.category == source.category]
    here = known.open_steps(source.pipeline)
    way = _along(here.index(source.id), len(here)) if source.id in here else 0.0
    return min(
        named or alike or there,
        key=lambda stage: (abs(_along(there.index(stage), len(there)) - way), stage.order),
    )


def _along(place: int, steps: int) -> float:
    """Return how far along the way a place is: 0 at the first stage, 1 at the last open one."""
    return place / (steps - 1) if steps > 1 else 0.0


def _said(source: Stage, uow: UnitOfWork) -> Sequence[int]:
    """Return the stages that somebody said to correspond to one, from either side."""
    where = f"any(counterparts, id == {source.id}) or id == {source.id}"
    return [
        number
        for row in look_up(uow, STAGE, ("counterparts",), where=where)
        for number in _linked(row, source)
    ]


def _linked(row: Mapping[str, object], source: Stage) -> Iterator[int]:
    if row["id"] != source.id:
        yield int(str(row["id"]))
        return
    links = row["counterparts"]
    for link in links if isinstance(links, (list, tuple)) else ():
        if isinstance(link, Ref):
            yield link.id


def _stage_of(number: int, known: Stages, uow: UnitOfWork) -> Stage:
    row = next(iter(look_up(uow, OPPORTUNITY, ("stage",), where=f"id == {number}")))
    stage = row["stage"]
    assert isinstance(stage, Ref)  # it is required
    return known.by_id[stage.id]


def _chosen(known: Stages, pipeline: int, stage: object) -> Stage | None:
    """Return the stage that somebody chose; refuse one of another pipeline, and one that is closed."""
    if not isinstance(stage, Ref):
        return None
    found = known.by_id.get(stage.id)
    if found is None or found.pipeline != pipeline or found.kind != OPEN:
        problem = Problem(
            code="stage_elsewhere",
            field="stage",
            message="Choose an open stage of the pipeline to which it goes.",
        )
        raise ValidationFailed(problems=[problem])
    return found


OPERATION = Operation(
    name="sales.change_pipeline",
    entity=OPPORTUNITY,
    label="Move to another pipeline",
    icon="git-branch",
    run=change_pipeline,
    fields=CHOICES,
    when="state == 'open'",
    reason="optional",
    many=True,
    place="menu",
    weight=40,
)
"""Offered on open opportunities, one or many."""
