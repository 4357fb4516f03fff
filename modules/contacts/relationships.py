"""Relationships read from both ends: each has a title and an inverse one, which follow the names they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.sdk import AnyRef, Change, Ref, UnitOfWork, look_up, records

RELATIONSHIP = "contacts.relationship"
NAMES = {"contacts.account": "name", "contacts.contact": "full_name"}
BETWEEN = " – "
LONGEST = 255


def relationship_titles(values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object] | None:
    """Return both titles of a relationship, once its kind and both ends are known."""
    kind, start, end = values.get("type"), values.get("from_record"), values.get("to_record")
    if not (isinstance(kind, Ref) and isinstance(start, AnyRef) and isinstance(end, AnyRef)):
        return None
    words = next(
        iter(look_up(uow, "contacts.relationship_type", ("name", "inverse_name"), where=f"id == {kind.id}")),
        None,
    )
    first, second = _name(start, uow), _name(end, uow)
    if words is None or not first or not second:
        return None
    name = str(words["name"])
    inverse = str(words["inverse_name"] or name)
    return {
        "title": BETWEEN.join((first, name, second))[:LONGEST],
        "inverse_title": BETWEEN.join((second, inverse, first))[:LONGEST],
    }


def _name(end: AnyRef, uow: UnitOfWork) -> str:
    field = NAMES[end.entity]
    found = next(iter(look_up(uow, end.entity, (field,), where=f"id == {end.id}")), None)
    return str(found[field] or "") if found else ""


def follow_names(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Write the titles of relationships anew when names in them have moved."""
    ids: set[int] = set()
    for change in changes:
        if change.action == "update" and _named(change):
            ids |= {
                int(str(one["id"]))
                for where in _touching(change)
                for one in look_up(uow, RELATIONSHIP, (), where=where)
            }
    if ids:
        # Nothing is set: the titles follow by themselves.
        system = uow.actor.elevate("a name has changed")
        records(uow).update_many(system, RELATIONSHIP, {i: {} for i in sorted(ids)}, uow=uow, parsed=True)


def _named(change: Change) -> bool:
    name = change.entity.name
    return NAMES.get(name) in change.changed or (
        name == "contacts.relationship_type" and bool(change.changed & {"name", "inverse_name"})
    )


def _touching(change: Change) -> Iterator[str]:
    if change.entity.name == "contacts.relationship_type":
        yield f"type == {change.id}"
    else:
        for end in ("from_record", "to_record"):
            yield f"refers({end}, '{change.entity.name}', {change.id})"
