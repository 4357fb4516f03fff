"""Names in the database: every column and link table of an entity has its own, and none is too long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import Problem
from core.fields.base import FieldType
from core.fields.refusal import spec_problem
from core.metadata.names import RESERVED_FIELDS
from core.metadata.specs import EntitySpec, FieldSpec

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
        columns = [column.name for column in kind.columns(spec)]
        yield from _taken(spec, columns, owners)
        yield from _too_long(spec, [link_table(entity, spec.name)] if spec.type == "links" else columns)


def _taken(spec: FieldSpec, columns: Iterable[str], owners: dict[str, str]) -> Iterable[Problem]:
    """Note whose the columns are; tell of those that belong to another field already."""
    for column in columns:
        other = owners.setdefault(column, spec.name)
        if other != spec.name:
            yield spec_problem(
                spec,
                "column_taken",
                "{field}: its column {column} belongs to the field {other}; rename one of them.",
                column=column,
                other=other or column,
            )


def _too_long(spec: FieldSpec, names: Iterable[str]) -> Iterable[Problem]:
    for name in names:
        if len(name) > LONGEST_NAME:
            yield spec_problem(
                spec,
                "name_too_long",
                "{field}: the database name {name} is longer than {limit} characters; choose a shorter name.",
                name=name,
                limit=LONGEST_NAME,
            )
