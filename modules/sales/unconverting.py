"""The way back from a conversion: what was moved returns, what was made and nobody touched goes to the trash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.sdk import (
    Actor,
    AnyRef,
    Conflict,
    FieldSpec,
    Ref,
    UnitOfWork,
    ValidationFailed,
    lock,
    look_up,
    records,
)
from modules.base.notes import moving_along
from modules.sales.converting import CONVERSION, LEAD, key_of

WHY = "a conversion is undone"

FOLLOWED = "base.follower"
"""Who follows a record has not worked with it yet."""

Made = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What went to the trash, and what stays because somebody works with it."""

    deleted: Sequence[tuple[str, int]]
    kept: Sequence[tuple[str, int]]


def undo_conversion(lead: int, actor: Actor, uow: UnitOfWork) -> Undone:
    """Take a conversion back, or say why that is too late."""
    lock(uow, LEAD, [lead])
    fields = ("made", "moved", "converted_at", "undo_until")
    row = next(iter(look_up(uow, CONVERSION, fields, where=f"conversion_key == '{key_of(lead)}'")), None)
    if row is None:
        raise Conflict("There is no conversion of this lead to undo.", code="not_converted")
    until = row["undo_until"]
    if isinstance(until, datetime) and until < uow.now:
        raise Conflict("The time in which this conversion could be undone is over.", code="too_late")
    _return_children(lead, json.loads(str(row["moved"] or "[]")), actor, uow)
    _step_back(lead, actor, uow)
    undone = _delete_untouched(json.loads(str(row["made"] or "[]")), row["converted_at"], actor, uow)
    records(uow).update(
        actor.elevate(WHY),
        CONVERSION,
        int(str(row["id"])),
        {"conversion_key": None, "undone_at": uow.now},
        version=None,
        uow=uow,
        parsed=True,
    )
    return undone


def _return_children(lead: int, moved: Sequence[Made], actor: Actor, uow: UnitOfWork) -> None:
    """Bring back what was moved and still is where it was moved to."""
    for one in moved:
        child, by, ids = str(one["entity"]), str(one["field"]), one["ids"]
        entity, number = one["to"] if isinstance(one["to"], list) else ("", 0)
        where = f"id in {ids} and refers({by}, '{entity}', {number})"
        still = [int(str(found["id"])) for found in look_up(uow, child, (), where=where)]
        back = {by: {"entity": LEAD, "id": lead}}
        if still:
            with moving_along(uow):
                records(uow).update_many(actor.elevate(WHY), child, dict.fromkeys(still, back), uow=uow)


def _step_back(lead: int, actor: Actor, uow: UnitOfWork) -> None:
    nothing = {
        "converted_at": None,
        "converted_account": None,
        "converted_contact": None,
        "converted_opportunity": None,
    }
    records(uow).transition(
        actor.elevate(WHY), LEAD, lead, "revert", values=nothing, version=None, uow=uow, parsed=True
    )


def _delete_untouched(made: Sequence[Made], since: object, actor: Actor, uow: UnitOfWork) -> Undone:
    """Delete what was made, the last first, as long as nobody has changed it or put anything on it."""
    deleted: list[tuple[str, int]] = []
    kept: list[tuple[str, int]] = []
    for one in reversed(made):
        entity, number = str(one["entity"]), int(str(one["id"]))
        same = f"id == {number} and version == {one['version']}"
        there = any(True for _ in look_up(uow, entity, (), where=f"id == {number}"))
        untouched = any(True for _ in look_up(uow, entity, (), where=same))
        if (
            untouched
            and not _in_use(entity, number, since, kept, uow)
            and _deleted(entity, number, actor, uow)
        ):
            deleted.append((entity, number))
        elif there:
            kept.append((entity, number))
    return Undone(deleted=deleted, kept=kept)


def _deleted(entity: str, number: int, actor: Actor, uow: UnitOfWork) -> bool:
    """Delete a record; where something else needs it, it stays."""
    try:
        with uow.savepoint():
            records(uow).delete(actor.elevate(WHY), entity, [number], uow=uow)
    except (Conflict, ValidationFailed):
        return False
    return True


def _in_use(
    entity: str, number: int, since: object, kept: Sequence[tuple[str, int]], uow: UnitOfWork
) -> bool:
    """Tell whether anything refers to a record that was made: whatever is enabled may, so the catalog says what can.

    What came into being in the very moment of the conversion belongs to it and shows no work of anybody, unless it,
    or what it is a part of, is kept.
    """
    for child, where in _referring(entity, number, uow):
        spec = uow.catalog.entity(child)
        whole = [spec.fields[spec.part_of]] if spec.part_of else []
        for found in look_up(uow, child, ("created_at", *(field.name for field in whole)), where=where):
            told = {(child, int(str(found["id"]))), *(_told(field, found[field.name]) for field in whole)}
            if found["created_at"] != since or not told.isdisjoint(kept):
                return True
    return False


def _told(field: FieldSpec, value: object) -> tuple[str, int]:
    """Return which record a reference points to."""
    if isinstance(value, AnyRef):
        return value.entity, value.id
    return str(field.option("to")), value.id if isinstance(value, Ref) else 0


def _referring(entity: str, number: int, uow: UnitOfWork) -> Iterator[tuple[str, str]]:
    """Yield entities, each with an expression for those of its records that people let refer to this one."""
    for child in uow.catalog.entities.values():
        for field in child.fields.values() if child.name != FOLLOWED else ():
            if field.derived or field.read_only or entity not in _targets(field):
                continue
            match field.type:
                case "reference":
                    yield child.name, f"{field.name} == {number}"
                case "reference_any":
                    yield child.name, f"refers({field.name}, '{entity}', {number})"
                case "links":
                    yield child.name, f"any({field.name}, id == {number})"


def _targets(field: FieldSpec) -> Sequence[str]:
    """Return the entities that a field may refer to."""
    to = field.option("to")
    return (to,) if isinstance(to, str) else [str(one) for one in to] if isinstance(to, Sequence) else ()
