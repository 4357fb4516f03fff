"""The way back from a conversion: what was moved returns, what was made and nobody touched goes to the trash."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.sdk import Actor, Conflict, UnitOfWork, ValidationFailed, lock, look_up, records
from modules.base.notes import moving_along
from modules.sales.converting import CONVERSION, LEAD, MOVED, key_of, refers_to

WHY = "a conversion is undone"

HANGS = {
    "sales.opportunity": (("sales.opportunity_line", "opportunity"), ("sales.quote", "opportunity")),
    "contacts.contact": (("sales.opportunity", "primary_contact"), ("sales.opportunity_contact", "contact")),
    "contacts.account": (("sales.opportunity", "account"), ("contacts.account_contact", "account")),
}
"""What shows, without moving its version, that somebody works with a record that was made."""

Made = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What went to the trash, and what stays because somebody works with it."""

    deleted: Sequence[tuple[str, int]]
    kept: Sequence[tuple[str, int]]


def undo_conversion(lead: int, actor: Actor, uow: UnitOfWork) -> Undone:
    """Take a conversion back, or say why that is too late."""
    lock(uow, LEAD, [lead])
    fields = ("made", "moved", "undo_until")
    row = next(iter(look_up(uow, CONVERSION, fields, where=f"conversion_key == '{key_of(lead)}'")), None)
    if row is None:
        raise Conflict("There is no conversion of this lead to undo.", code="not_converted")
    until = row["undo_until"]
    if isinstance(until, datetime) and until < uow.now:
        raise Conflict("The time in which this conversion could be undone is over.", code="too_late")
    _return_children(lead, json.loads(str(row["moved"] or "[]")), actor, uow)
    _step_back(lead, actor, uow)
    undone = _delete_untouched(json.loads(str(row["made"] or "[]")), actor, uow)
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


def _delete_untouched(made: Sequence[Made], actor: Actor, uow: UnitOfWork) -> Undone:
    """Delete what was made, the last first, as long as nobody has changed it or put anything on it."""
    deleted: list[tuple[str, int]] = []
    kept: list[tuple[str, int]] = []
    for one in reversed(made):
        entity, number = str(one["entity"]), int(str(one["id"]))
        same = f"id == {number} and version == {one['version']}"
        there = any(True for _ in look_up(uow, entity, (), where=f"id == {number}"))
        untouched = any(True for _ in look_up(uow, entity, (), where=same))
        if untouched and not _in_use(entity, number, made, uow) and _deleted(entity, number, actor, uow):
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


def _in_use(entity: str, number: int, made: Sequence[Made], uow: UnitOfWork) -> bool:
    own = {(str(one["entity"]), int(str(one["id"]))) for one in made}
    hanging = [(child, f"{by} == {number}") for child, by in HANGS[entity]]
    hanging += [
        (child, f"refers({by}, '{entity}', {number})")
        for child, by in MOVED
        if refers_to(child, by, entity, uow)
    ]
    for child, where in hanging:
        if child not in uow.catalog.entities:
            continue
        for found in look_up(uow, child, (), where=where):
            if (child, int(str(found["id"]))) not in own and not _part_of_made(child, found, own, uow):
                return True
    return False


def _part_of_made(
    child: str, found: Mapping[str, object], own: set[tuple[str, int]], uow: UnitOfWork
) -> bool:
    """Tell whether a position belongs to a person that was made with the company."""
    if child != "contacts.account_contact":
        return False
    rows = look_up(uow, child, ("contact",), where=f"id == {found['id']}")
    return any(("contacts.contact", getattr(row["contact"], "id", 0)) in own for row in rows)
