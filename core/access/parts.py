"""Entities that are part of another: contact points of a person, lines of a document."""

from __future__ import annotations

from dataclasses import dataclass

from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec, PartRight

PART_ACTIONS = {"read": "read", "export": "export"}
"""What one must be allowed to do with a whole to do this with its parts; everything else is an update of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """How an entity hangs on its whole: by which reference, on one of which entities (``many``: several kinds)."""

    by: str
    wholes: tuple[EntitySpec, ...]
    many: bool

    def step(self, whole: EntitySpec) -> str:
        """Return the name by which a path goes to one kind of whole: `target_step` where there are several."""
        return target_step(self.by, whole.name) if self.many else self.by

    def shows(self, field: FieldSpec, entity: EntitySpec) -> bool:
        """Tell whether a field of the whole is the list of these parts."""
        return field.type == "list" and field.option("of") == entity.name and field.option("by") == self.by


def part_of(catalog: Catalog, entity: EntitySpec) -> Part | None:
    """Return how ``entity`` hangs on its whole, or None where it stands alone.

    ``part_of`` names the reference, or the entity it points to.
    """
    if not entity.part_of:
        return None
    for field in entity.fields.values():
        targets = reference_targets(field)
        named = field.name == entity.part_of and field.type in ("reference", "reference_any")
        if named or entity.part_of in targets:
            wholes = tuple(catalog.entities[t] for t in targets if t in catalog.entities)
            return Part(by=field.name, wholes=wholes, many=field.type == "reference_any")
    return None


def needed(entity: EntitySpec, action: str) -> PartRight:
    """Return what an action on a part asks of its whole."""
    return entity.part_rights.get(action) or PartRight(needs=PART_ACTIONS.get(action, "update"))


def reference_targets(field: FieldSpec) -> tuple[str, ...]:
    """Return the entities a reference field may point to."""
    to = field.option("to")
    if field.type == "reference" and isinstance(to, str):
        return (to,)
    if field.type == "reference_any" and isinstance(to, (list, tuple)):
        return tuple(str(target) for target in to)
    return ()


def target_step(field: str, target: str) -> str:
    """Return how a path names one target of a reference to any of several: as its column is named."""
    return f"{field}__{target.replace('.', '_')}"
