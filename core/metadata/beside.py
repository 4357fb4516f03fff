"""Which values of records are kept beside the parts by which they are reached, so that these are read in an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.metadata.documents import digest_of
from core.metadata.relations import is_reference, refers_back, whole_field
from core.metadata.specs import Beside, EntitySpec

WAYS = frozenset({"owner", "team"})
"""The fields by which people reach records by themselves. An order with an index for these is one in which lists of them
are read, and so what is reached by parts is wanted in it, too.
"""


def with_beside(entities: Mapping[str, EntitySpec]) -> Mapping[str, EntitySpec]:
    """Return the entities of which parts keep values beside them, as they are then."""
    parts = [part for _name, part in sorted(entities.items()) if part.reached]
    found: dict[str, EntitySpec] = {}
    for name, entity in entities.items():
        kept = tuple(one for part in parts for one in _beside(part, entity))
        if kept:
            shape = [entity.digest, [[b.part, b.link, b.by, b.until, b.order] for b in kept]]
            found[name] = replace(entity, beside=kept, digest=digest_of(shape))
    return found


def _beside(part: EntitySpec, entity: EntitySpec) -> Iterator[Beside]:
    field, reached = whole_field(part), part.reached
    if field is None or reached is None or not refers_back(field, entity.name):
        return
    by = tuple(name for name in reached.by if name in part.fields)
    until = reached.until if reached.until in part.fields else ""
    to_any = field.type == "reference_any"
    link = f"{field.name}__{entity.table}" if to_any else field.name
    for order in dict.fromkeys(_orders(entity)):
        yield Beside(part=part.name, link=link, by=by, until=until, order=order)


def _orders(entity: EntitySpec) -> Iterator[str]:
    """Yield the fields by which lists of what one reaches by oneself are sorted."""
    for names in entity.indexes:
        if len(names) == 2 and names[0] in WAYS and not names[1].startswith("+"):
            order = names[1].removeprefix("-")
            field = entity.fields.get(order)
            if field is not None and order != "id" and not is_reference(field):  # those are sorted by titles
                yield order
