"""Exactly one main one: of each kind of contact point of an owner, and of the present companies of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from core.sdk import AnyRef, Change, Ref, UnitOfWork, look_up, records

PRIMARY = "is_primary"
AT_ONCE = 200

OWNERS = {"contacts.contact_point": "owner", "contacts.account_contact": "contact"}
"""The reference of each entity to whom its records belong."""

LISTS = {"contacts.contact_point": "points", "contacts.account_contact": "companies"}
"""The list in which the owner has them."""

Line = Mapping[str, object]


def keep_one_primary(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Make one of each group the main one after something in it has moved.

    The roll-ups have locked the owners by now, so that two writers cannot both believe to be alone.
    """
    entity = changes[0].entity.name
    if entity not in OWNERS:
        return
    # Who comes along with another owner was not chosen: the main one that is there stays.
    chosen = {change.id for change in changes if change.action != "update" or PRIMARY in change.changed}
    moved: dict[int, Mapping[str, object]] = {}
    for lines in _lists(entity, _owners(changes), uow):
        for _, group in groupby(sorted(lines, key=_kind), key=_kind):
            moved.update(_put_right(list(group), chosen))
    if moved:
        records(uow).update_many(
            uow.actor.elevate("exactly one is the main one"), entity, moved, uow=uow, parsed=True
        )


def _put_right(group: Sequence[Line], chosen: set[int]) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the changes after which exactly one of a group is the main one; who has left is none."""
    wanted = _main([line for line in group if not line.get("inactive")], chosen)
    for line in group:
        if bool(line[PRIMARY]) != (line["id"] == wanted):
            yield _id(line), {PRIMARY: line["id"] == wanted}


def _main(lines: Sequence[Line], chosen: set[int]) -> int | None:
    """Return the id of the one to be the main one: one just chosen, else who is it already, else the first."""
    primaries = [_id(line) for line in lines if line[PRIMARY]]
    return min(
        [i for i in primaries if i in chosen] or primaries or [_id(line) for line in lines], default=None
    )


def _lists(entity: str, owners: Mapping[str, set[int]], uow: UnitOfWork) -> Iterator[Sequence[Line]]:
    """Yield the lines of each owner as they are now."""
    name = LISTS[entity]
    for owner, ids in owners.items():
        ordered = sorted(ids)
        for start in range(0, len(ordered), AT_ONCE):
            some = ordered[start : start + AT_ONCE]
            for record in look_up(uow, owner, (name,), where=f"id in {some}"):
                lines = record[name]
                yield lines if isinstance(lines, tuple) else ()


def _owners(changes: Iterable[Change]) -> Mapping[str, set[int]]:
    """Return to whom the changed records belong, and belonged before, by entity."""
    found: dict[str, set[int]] = {}
    for change in changes:
        for values in (change.before, change.after):
            match values.get(OWNERS[change.entity.name]):
                case AnyRef(entity=entity, id=number):
                    found.setdefault(entity, set()).add(number)
                case Ref(id=number):
                    found.setdefault("contacts.contact", set()).add(number)
    return found


def _kind(line: Line) -> str:
    return str(line.get("kind", ""))


def _id(line: Line) -> int:
    return int(str(line["id"]))
