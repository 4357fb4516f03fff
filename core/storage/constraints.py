"""Names of the indexes and constraints of entities, and the way back from a name to its fields."""

from __future__ import annotations

from collections.abc import Iterator

from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.storage.identifiers import foreign_key, identifier


def unique_index(table: str, *columns: str) -> str:
    """Return the name of the unique index over these columns."""
    return identifier("u", table, *columns)


def one_target(table: str, field: str) -> str:
    """Return the name of the check that a reference to one of several entities has at most one target."""
    return identifier("c", table, field)


def one_value(table: str, column: str) -> str:
    """Return the name of the check that a column holds one value only."""
    return identifier("v", table, column)


def links_index(table: str) -> str:
    """Return the name of the index by which a table of links is read from the other side."""
    return identifier("i", table, "target")


def numbered_apart(entity: EntitySpec) -> Iterator[tuple[str, ...]]:
    """Yield the fields that cannot agree in two records because the system numbers them: series and number."""
    for field in entity.fields.values():
        if field.type == "sequence":
            series = field.option("by")
            together = (series, field.name) if isinstance(series, str) else (field.name,)
            if together not in entity.unique_together and not (field.unique and len(together) == 1):
                yield together


def find_constraint(catalog: Catalog | None, table: str, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the entity and the fields that a constraint of this name is about; empty where unknown."""
    if catalog is None:
        return "", ()
    for entity in catalog.entities.values():
        if entity.table == table:
            for known, fields in _constraints(entity):
                if known == name:
                    return entity.name, fields
            return entity.name, ()
    return "", ()


def _constraints(entity: EntitySpec) -> Iterator[tuple[str, tuple[str, ...]]]:
    table = entity.table
    for together in (*entity.unique_together, *numbered_apart(entity)):
        yield unique_index(table, *together), together
    for field in entity.fields.values():
        yield unique_index(table, field.name), (field.name,)
        yield foreign_key(table, field.name), (field.name,)
        yield one_target(table, field.name), (field.name,)
        if field.type == "money":
            yield one_value(table, f"{field.name}_currency"), (field.name,)
