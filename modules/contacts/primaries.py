"""Exactly one main one: of each kind of contact point of an owner, and of the present companies of a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.sdk import AnyRef, Change, Ref, UnitOfWork, look_up, records

PRIMARY = "is_primary"

OUT = {"contacts.account_contact": "inactive"}
"""What keeps a record from being the main one."""


def keep_one_primary(change: Change, uow: UnitOfWork) -> None:
    """Make one of each group the main one after something in it has moved.

    The roll-ups have locked the owner by now, so that two writers cannot both believe to be alone.
    """
    entity = change.entity.name
    out = OUT.get(entity, "")
    for where in dict.fromkeys(_groups(change)):
        known = list(look_up(uow, entity, (PRIMARY, *((out,) if out else ())), where=where))
        wanted = _main([one for one in known if not one.get(out)], change.id)
        changes = {int(str(one["id"])): {PRIMARY: one["id"] == wanted} for one in known
                   if bool(one[PRIMARY]) != (one["id"] == wanted)}
        if changes:
            system = uow.actor.elevate("exactly one is the main one")
            records(uow).update_many(system, entity, changes, uow=uow, parsed=True)


def _main(known: Sequence[Mapping[str, object]], changed: int) -> object:
    """Return the id of the one to be the main one: the one just chosen, else who is it already, else the first."""
    primaries = [int(str(one["id"])) for one in known if one[PRIMARY]]
    if changed in primaries:
        return changed
    return min(primaries or [int(str(one["id"])) for one in known], default=None)


def _groups(change: Change) -> Iterator[str]:
    """Yield the conditions of the groups that a change touches, before and after it."""
    for values in (change.before, change.after):
        match change.entity.name:
            case "contacts.contact_point":
                owner, kind = values.get("owner"), values.get("kind")
                if isinstance(owner, AnyRef) and kind:
                    yield f"refers(owner, '{owner.entity}', {owner.id}) and kind == '{kind}'"
            case "contacts.account_contact":
                contact = values.get("contact")
                if isinstance(contact, Ref):
                    yield f"contact == {contact.id}"
            case _:
                return
