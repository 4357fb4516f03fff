"""Options of a field that name another field of its entity."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import Problem
from core.fields.refusal import spec_problem
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec


def check_named(spec: FieldSpec, option: str, kinds: frozenset[str], catalog: Catalog) -> Iterable[Problem]:
    """Check that an option names a field of the same entity of one of these types."""
    name = spec.option(option)
    if not isinstance(name, str):
        return
    entity = catalog.entities.get(spec.entity)
    fields = {f.name: f for f in entity.fields.values() if f.type in kinds} if entity else {}
    if name not in fields:
        yield spec_problem(
            spec,
            "unknown_field",
            "{field}: the option {option} names a field of the same entity of type {types}. There are: {known}.",
            option=option,
            types=tuple(sorted(kinds)),
            known=tuple(fields) or ("none",),
        )
