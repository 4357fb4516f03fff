"""Names in the database: every column and link table of an entity has its own, and none is too long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import Problem
from core.fields.base import FieldType
from core.fields.refusal import spec_problem
from core.metadata.names import RESERVED_FIELDS
from core.metadata.specs import EntitySpec

LONGEST_NAME = 63
"""PostgreSQL cuts longer names, silently."""


def link_table(entity: EntitySpec, field: str) -> str:
    """Return the name of the table that keeps the links of a field."""
    return f"{entity.table}__{field}"


def check_physical(entity: EntitySpec, types: Mapping[str, FieldType]) -> Iterable[Problem]:
    """Check the names that the fields of an entity take in the database."""
    owners = dict.fromkeys(RESERVED_FIELDS, "")
    for spec in entity.fields.values():
        kind = types.get(spec.type)
        if kind is None or spec.system:
            continue
        for column in kind.columns(spec):
            other = owners.setdefault(column.name, spec.name)
            if other != spec.name:
                yield spec_problem(
                    spec,
                    "column_taken",
                    "{field}: its column {column} belongs to the field {other}; rename one of them.",
                    column=column.name,
                    other=other or column.name,
                )
        names = (
            [link_table(entity, spec.name)] if spec.type == "links" else [c.name for c in kind.columns(spec)]
        )
        for name in names:
            if len(name) > LONGEST_NAME:
                yield spec_problem(
                    spec,
                    "name_too_long",
                    "{field}: the database name {name} is longer than {limit} "
                    "characters; choose a shorter name.",
                    name=name,
                    limit=LONGEST_NAME,
                )
