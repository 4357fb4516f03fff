"""Titles of relationships tell their kind from either end, and follow the words of the kind."""

from __future__ import annotations

from collections.abc import Sequence

from core.sdk import Change, UnitOfWork, look_up, records

RELATIONSHIP = "contacts.relationship"
WORDS = frozenset({"name", "inverse_name"})


def follow_kinds(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Write the titles of relationships anew when the words of their kind have changed."""
    kinds = [
        one.id
        for one in changes
        if one.entity.name == "contacts.relationship_type" and one.action == "update" and one.changed & WORDS
    ]
    ids = {
        int(str(one["id"]))
        for kind in kinds
        for one in look_up(uow, RELATIONSHIP, (), where=f"type == {kind}")
    }
    if ids:
        # Nothing is set: the titles follow by themselves.
        system = uow.actor.elevate("the words of a kind have changed")
        records(uow).update_many(system, RELATIONSHIP, {i: {} for i in sorted(ids)}, uow=uow, parsed=True)
