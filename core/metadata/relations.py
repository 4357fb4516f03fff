"""Which entities a field leads to, and how entities hang together."""

from __future__ import annotations

from collections.abc import Mapping

from core.metadata.layers import texts
from core.metadata.specs import FILE_TYPES, EntitySpec, FieldSpec

REFERENCES = frozenset({"reference", "reference_any"})
OPEN = "reference_any"
"""The type of reference that entities may join by their behaviours; it may begin with no target at all."""

UNSTORED = frozenset({"list", "links"})
"""Types without a column of their own on the entity's table."""

NOT_INDEXED = UNSTORED | FILE_TYPES | {"reference_any", "multi_choice", "long_text", "rich_text"}
"""Types whose values are not compared in one column, or are too long for an index."""

ADDED_UP = frozenset({"integer", "decimal", "percent", "money"})
"""Types of which totals are made."""


def targets(field: FieldSpec) -> tuple[str, ...]:
    """Return the entities a field may lead to: of references, links and lists."""
    return texts(field.option("of" if field.type == "list" else "to"))


def is_reference(field: FieldSpec) -> bool:
    """Tell whether a field holds the id of one other record."""
    return field.type in REFERENCES


def refers_back(field: FieldSpec | None, entity: str) -> bool:
    """Tell whether a field is a reference that may point to ``entity``."""
    return field is not None and is_reference(field) and entity in targets(field)


def whole_field(entity: EntitySpec) -> FieldSpec | None:
    """Return the reference by which a part hangs on its whole; ``part_of`` names it or the entity it points to."""
    for field in entity.fields.values():
        if is_reference(field) and (field.name == entity.part_of or entity.part_of in targets(field)):
            return field
    return None


def follow(entities: Mapping[str, EntitySpec], entity: str, path: str) -> FieldSpec | None:
    """Return the field a dotted path ends at, going over references, links and lists; None where it breaks."""
    *steps, last = path.split(".")
    places: tuple[str, ...] = (entity,)
    for step in steps:
        fields = [entities[p].fields.get(step) for p in places if p in entities]
        places = tuple(t for f in fields if f is not None for t in targets(f))
    return next(
        (entities[p].fields[last] for p in places if p in entities and last in entities[p].fields), None
    )
