"""The fields on which it rests who may do what: conditions of grants, masks and restrictions look at them."""

from __future__ import annotations

from collections.abc import Iterator

from core.access.inputs import computed_inputs, rollup_inputs
from core.expressions import ExpressionInvalid, Schema, check, fields_used, parse
from core.expressions.types import BOOLEAN
from core.metadata.catalog import Catalog

Name = tuple[str, str]
"""An entity and a field of it."""


def deciding(catalog: Catalog, schema: Schema) -> frozenset[Name]:
    """Return all fields that decide about anybody's rights; of a derived one also what it is drawn from.

    Who changes such a field moves the record into somebody's reach or out of it.
    """
    found: set[Name] = set()
    open_ = {name for entity, text in _conditions(catalog) for name in _read(entity, text, schema)}
    while open_:
        found |= open_
        open_ = {name for one in open_ for name in _inputs(one, catalog, schema)} - found
    return frozenset(found)


def _conditions(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Yield every condition on which rights rest, with the entity of which it speaks."""
    for role in catalog.roles.values():
        for grant in role.grants:
            for text in dict.fromkeys((grant.when, *(mask for _, mask in grant.masked))):
                if text:
                    yield grant.entity, text
    for entity in catalog.entities.values():
        if (about := entity.administered) is not None:
            named = f"{about.names} != ''"
            yield entity.name, f"{named} and ({about.when})" if about.when else named
    for restriction in catalog.restrictions.values():
        yield restriction.entity, restriction.when


def _read(entity: str, text: str, schema: Schema) -> frozenset[Name]:
    """Return what a condition looks at; one that does not compile lets nobody through, whatever is written."""
    try:
        used = fields_used(check(parse(text), schema, entity, BOOLEAN, old=False))
    except ExpressionInvalid:
        return frozenset()
    return frozenset((of, name.partition("__")[0]) for of, name in used)


def _inputs(name: Name, catalog: Catalog, schema: Schema) -> Iterator[Name]:
    entity = catalog.entities.get(name[0])
    field = entity.fields.get(name[1]) if entity is not None else None
    if field is None or not field.derived:
        return
    try:
        yield from rollup_inputs(field, schema) if field.rollup else computed_inputs(field, schema)
    except ExpressionInvalid:
        return
