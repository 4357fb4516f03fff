"""What a stage needs of an opportunity: fields that are filled, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.sdk import Change, EntitySpec, Move, Problem, Ref, UnitOfWork
from modules.sales.stages import names_in, stages

OPPORTUNITY = "sales.opportunity"


def unknown_needs(change: Change, uow: UnitOfWork) -> Iterator[Problem]:
    """Yield a problem for each name in a stage's list that is no field of an opportunity."""
    entity = uow.catalog.entity(OPPORTUNITY)
    for name in names_in(change.after.get("required_fields")):
        spec = entity.fields.get(name)
        if spec is None or spec.type in ("list", "links"):
            yield Problem(
                code="no_such_field",
                field="required_fields",
                message="An opportunity has no field {name} that can be asked for. There are: {known}.",
                params={"name": name, "known": tuple(sorted(askable(entity)))},
            )


def askable(entity: EntitySpec) -> Iterator[str]:
    """Yield the fields that a stage may ask for: those that people fill, and what is drawn from the lines."""
    for field in entity.fields.values():
        if not field.system and field.type not in ("list", "links", "sequence") and not field.read_only:
            yield field.name


def missing(values: Mapping[str, object], uow: UnitOfWork) -> Iterator[Problem]:
    """Yield a problem for each field that the stage of an opportunity asks for and that is empty."""
    stage = values.get("stage")
    found = stages(uow).by_id.get(stage.id) if isinstance(stage, Ref) else None
    if found is not None:
        yield from _empty(values, found.name, found.required, uow)


def stage_needs(move: Move, uow: UnitOfWork) -> Iterator[Problem]:
    """Tell what the stage to which an opportunity moves still needs."""
    stage = move.target
    if stage is not None:
        yield from _empty(move.after, str(stage["name"]), names_in(stage["required_fields"]), uow)


def _empty(
    values: Mapping[str, object], stage: str, names: Iterable[str], uow: UnitOfWork
) -> Iterator[Problem]:
    entity = uow.catalog.entity(OPPORTUNITY)
    for name in names:
        if name in entity.fields and values.get(name) in (None, ""):
            yield Problem(
                code="needed_here",
                field=name,
                message="The stage {stage} needs this value.",
                params={"stage": stage},
            )
