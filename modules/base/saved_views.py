"""Saved views: each shows an entity that exists, and one at most opens first for the same people."""

from __future__ import annotations

from collections.abc import Iterable

from core.sdk import Change, Problem, Ref, UnitOfWork, look_up, records

SAVED_VIEW = "base.saved_view"
LONGEST = 4000


def view_problems(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Refuse a view of nothing, and a state that no address could hold."""
    entity = str(change.after.get("entity") or "")
    if "entity" in change.changed and entity not in uow.catalog.entities:
        yield Problem(
            code="unknown_entity",
            field="entity",
            message="There is no entity {name}.",
            params={"name": entity},
        )
    if len(str(change.after.get("state") or "")) > LONGEST:
        yield Problem(
            code="too_long",
            field="state",
            message="A view keeps at most {maximum} characters of an address.",
            params={"maximum": LONGEST},
        )


def unset_other_defaults(change: Change, uow: UnitOfWork) -> None:
    """Let a view that opens first take the place of the one before it: for the person, the team, or everybody."""
    after = change.after
    if change.action not in ("create", "update", "restore") or after.get("is_default") is not True:
        return
    same = {"personal": "owner", "team": "team"}.get(str(after.get("reach")))
    parts = [
        f"entity == '{after['entity']}'",
        f"reach == '{after['reach']}'",
        f"id != {change.id}",
        "is_default",
    ]
    if same is not None:
        with_whom = after.get(same)
        parts.append(f"{same} == {with_whom.id}" if isinstance(with_whom, Ref) else f"is_empty({same})")
    others = [int(str(one["id"])) for one in look_up(uow, SAVED_VIEW, (), where=" and ".join(parts))]
    if others:
        system = uow.actor.elevate("another view opens first now")
        records(uow).update_many(system, SAVED_VIEW, {one: {"is_default": False} for one in others}, uow=uow)
