"""Which records a change of the definitions leaves without values that follow from others: they are filled by jobs."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from core.fields import FieldTypes
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.storage import UnitOfWork


def unfilled(
    present: Catalog, catalog: Catalog, types: FieldTypes, uow: UnitOfWork
) -> Mapping[str, tuple[str, ...]]:
    """Return the entities with records whose derived fields are new or drawn in another way.

    Each comes with the fields that are searched from now on: the folded keys of their values are missing as well. An
    entity that was asleep comes back with what has happened to others meanwhile.
    """
    found: dict[str, tuple[str, ...]] = {}
    for entity in catalog.entities.values():
        old = present.entities.get(entity.name)
        fields = [f for f in entity.fields.values() if old is None or _differs(f, old.fields.get(f.name))]
        keyed = tuple(
            f.name
            for f in fields
            if f.search and old is not None and old.has(f.name) and types.get(f.type).textual
        )
        if (keyed or any(f.derived for f in fields)) and _has_records(entity, uow):
            found[entity.name] = keyed
    return found


def _differs(field: FieldSpec, old: FieldSpec | None) -> bool:
    if old is None:
        return True
    return _drawn(field) != _drawn(old)


def _drawn(field: FieldSpec) -> tuple[object, ...]:
    return (field.computed, field.rollup, field.search, field.exchanged)


def _has_records(entity: EntitySpec, uow: UnitOfWork) -> bool:
    some = sa.select(sa.literal(1)).select_from(sa.table(entity.table)).exists()
    return bool(uow.execute(sa.select(some)).scalar_one())
