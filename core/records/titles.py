"""Titles that a look has read on its way: nobody asks for them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from core.kernel.actor import Actor
from core.kernel.values import Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.storage.unit import UnitOfWork

KNOWN = "core.records.titles"

Titles: TypeAlias = "dict[tuple[str, int], str]"
"""By entity and id, as the actor may know them."""


def known_titles(actor: Actor, uow: UnitOfWork | None) -> Titles:
    """Return the titles that a unit has read for an actor; where something is written nothing is kept."""
    if uow is None or not uow.reading:
        return {}
    found: Titles = uow.memo.setdefault((KNOWN, actor.id, actor.elevated), {})
    return found


def learn_titles(
    actor: Actor,
    catalog: Catalog,
    entity: str,
    items: Iterable[Mapping[str, object]],
    uow: UnitOfWork | None,
) -> None:
    """Keep what records and their lines call others: on a page most of these are named once more."""
    if uow is not None and uow.reading:
        _learn(known_titles(actor, uow), catalog, catalog.entity(entity), items)


def _learn(
    known: Titles, catalog: Catalog, entity: EntitySpec, items: Iterable[Mapping[str, object]]
) -> None:
    leading = (spec for spec in entity.fields.values() if spec.type in ("reference", "list"))
    of = {spec.name: str(spec.option("to" if spec.type == "reference" else "of")) for spec in leading}
    for item in items:
        for name in of.keys() & item.keys():
            value = item[name]
            if isinstance(value, Ref):
                if value.title is not None:
                    known[of[name], value.id] = value.title
            elif isinstance(value, tuple) and value:
                _learn(known, catalog, catalog.entity(of[name]), value)
