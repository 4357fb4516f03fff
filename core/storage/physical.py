"""What is recorded about tables: which columns and indexes exist, for which field, in use or in the trash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import sqlalchemy as sa

from core.fields import FieldTypes
from core.storage.kernel_tables import catalog as catalog_table
from core.storage.kernel_tables import index as index_table
from core.storage.kernel_tables import module as module_table
from core.storage.kernel_tables import physical as physical_table

ACTIVE = "active"
TRASH = "trash"

FEW_ROWS = 1000
"""Up to so many rows an index is built at once, in some milliseconds; otherwise aside, by a job."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PhysicalColumn:
    """One column as recorded. ``sql_type`` names type and target; ``type`` is the field type.

    ``only`` is the one value that it may hold, where a check keeps it to that.
    """

    table: str
    column: str
    entity: str
    field: str
    owner: str
    state: str
    type: str
    sql_type: str
    unique: bool = False
    only: str = ""


TEXT, DOWN, EMPTY_LAST = "text", "desc", "empty_last"
"""How the last column of a list index is sorted: by its sort key, descending, empty values last."""

WITH = "with:"
"""Stands before a column that a list index carries along: where it holds all that is asked for, no record is read."""

BESIDE = "beside:"
"""Stands before a column of the parts, ``table.column``, in what is kept beside them: their link, then what they are
looked for by, and last, with `UNTIL` behind it, till when they hold.
"""

UNTIL = "until"

ADDED = "added"
"""Stands behind the column that a total index carries along, by the others of which it is added up."""

COLUMN_PARTS = ("table", "column", "entity", "field", "owner", "state", "type", "sql_type", "unique", "only")


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexSpec:
    """One index of an entity's table.

    Its kind is unique, numbers, look_up, reference, search, order, list, total, the filling of search ``keys``, or what is
    kept ``beside`` parts (`core.storage.beside`). The last column of a ``list`` index says how it is sorted:
    ``amount desc empty_last``.
    """

    name: str
    table: str
    kind: str
    columns: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, without how they are sorted."""
        return tuple(column.partition(" ")[0] for column in self.columns)

    @property
    def own(self) -> tuple[str, ...]:
        """The columns of the table itself, without how they are sorted."""
        return tuple(name for name in self.names if not name.startswith(BESIDE))


@dataclass(frozen=True, kw_only=True, slots=True)
class Physical:
    """What is recorded at one version of the catalog, of all entities or of those in ``entities``.

    ``tables`` are the names of all tables, ``large`` those of them with more than a few rows, ``dormant`` the
    modules that are disabled: what they own stays as it is.
    """

    types: FieldTypes
    entities: frozenset[str] | None = None
    tables: frozenset[str] = frozenset()
    version: int = 1
    columns: Mapping[tuple[str, str], PhysicalColumn] = field(default_factory=lambda: MappingProxyType({}))
    indexes: Mapping[str, IndexSpec] = field(default_factory=lambda: MappingProxyType({}))
    large: frozenset[str] = frozenset()
    dormant: frozenset[str] = frozenset()


def read_physical(
    connection: sa.Connection, types: FieldTypes, entities: Iterable[str] | None = None
) -> Physical:
    """Read the records of all entities, or of some; take the schema lock before, where a change is to follow."""
    version = connection.scalar(sa.select(catalog_table.c.version))
    t, i, m = physical_table.c, index_table.c, module_table.c
    names = None if entities is None else frozenset(entities)
    of_records, of_indexes = _narrowed(names)
    rows = connection.execute(
        sa.select(
            t.table_name,
            t.column_name,
            t.entity,
            t.field,
            t.owner,
            t.state,
            t.type,
            t.sql_type,
            t.unique,
            t.only,
        ).where(of_records)
    )
    columns = {(row[0], row[1]): PhysicalColumn(**dict(zip(COLUMN_PARTS, row, strict=True))) for row in rows}
    indexes = {
        row[0]: IndexSpec(name=row[0], table=row[1], kind=row[2], columns=tuple(row[3]))
        for row in connection.execute(sa.select(i.name, i.table_name, i.kind, i.columns).where(of_indexes))
    }
    dormant = connection.scalars(sa.select(m.name).where(m.state == "disabled"))
    return Physical(
        types=types,
        entities=names,
        version=version or 1,
        columns=columns,
        indexes=indexes,
        tables=frozenset(connection.scalars(sa.select(t.table_name).distinct())),
        dormant=frozenset(dormant),
        large=_large(connection, {table for table, _ in columns}),
    )


def _narrowed(names: frozenset[str] | None) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Return which records and which indexes to read: all that touch these entities or their tables."""
    if names is None:
        return sa.true(), sa.true()
    t = physical_table.c
    own = sa.or_(t.entity.in_(names), t.table_name.in_([name.replace(".", "_") for name in names]))
    return own, index_table.c.table_name.in_(sa.select(t.table_name).where(own))


def _large(connection: sa.Connection, tables: set[str]) -> frozenset[str]:
    """Return the tables with more than a few rows, by looking at no more than those."""
    if not tables:
        return frozenset()
    looks = [
        sa.select(
            sa.literal(table),
            sa.exists(sa.select(sa.literal(1)).select_from(sa.table(table)).offset(FEW_ROWS).limit(1)),
        )
        for table in sorted(tables)
    ]
    return frozenset(table for table, large in connection.execute(sa.union_all(*looks)) if large)
