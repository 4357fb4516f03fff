"""What the catalog needs of the database: columns with their types and targets, links, indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from core.fields import ColumnSpec, FieldTypes, link_table, on_delete
from core.metadata.specs import Beside, EntitySpec, FieldSpec
from core.storage.constraints import numbered_apart, unique_index
from core.storage.identifiers import identifier
from core.storage.physical import (
    ACTIVE,
    ADDED,
    BESIDE,
    DOWN,
    EMPTY_LAST,
    TEXT,
    UNTIL,
    WITH,
    IndexSpec,
    PhysicalColumn,
)
from core.storage.tables import SYSTEM_COLUMNS, system_columns

POSTGRESQL: Dialect = sa.make_url("postgresql+psycopg://").get_dialect()()

ON_DELETE = {"clear": "SET NULL", "cascade": "CASCADE"}
"""What the database does when a record is purged; the trash is the business of core.records."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Need:
    """One column that a field needs; ``references`` is the table it points to.

    A target that ``joined`` by a behaviour comes back with all that pointed to it.
    """

    record: PhysicalColumn
    sa_type: sa.types.TypeEngine[Any]
    references: str | None = None
    on_delete: str | None = None
    joined: bool = False


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FieldNeed:
    """All that one field needs, kept and thrown away together. ``one_target`` asks for the check on its columns."""

    table: str
    field: str
    columns: tuple[Need, ...]
    links: bool = False

    @property
    def one_target(self) -> bool:
        """True where at most one of the columns may be set."""
        return not self.links and sum(need.references is not None for need in self.columns) > 1


def field_needs(entity: EntitySpec, types: FieldTypes) -> Iterator[FieldNeed]:
    """Yield what the fields of an entity need, the system's first."""
    system = {column.name: column for column in system_columns()}
    for name in SYSTEM_COLUMNS:
        spec = entity.fields.get(name) or FieldSpec(name=name, entity=entity.name, type="integer", label=name)
        column = ColumnSpec(name=name, sa_type=system[name].type)
        yield FieldNeed(table=entity.table, field=name, columns=(_need(entity, spec, entity.table, column),))
    for name, spec in entity.fields.items():
        if name in SYSTEM_COLUMNS:
            continue
        if spec.type == "links":
            yield _links(entity, spec)
        elif columns := types.columns(spec):
            yield FieldNeed(
                table=entity.table,
                field=name,
                columns=tuple(_need(entity, spec, entity.table, c) for c in columns),
            )


def _links(entity: EntitySpec, spec: FieldSpec) -> FieldNeed:
    table, target = link_table(entity, spec.name), str(spec.option("to")).replace(".", "_")
    columns = (
        ColumnSpec(name="source", sa_type=sa.BigInteger(), references=entity.table),
        ColumnSpec(name="target", sa_type=sa.BigInteger(), references=target),
    )
    return FieldNeed(
        table=table,
        field=spec.name,
        links=True,
        columns=tuple(_need(entity, spec, table, column, "CASCADE") for column in columns),
    )


def _need(
    entity: EntitySpec, spec: FieldSpec, table: str, column: ColumnSpec, rule: str | None = None
) -> Need:
    joined = {target.replace(".", "_"): owner for target, owner in spec.joined.items()}
    asker = joined.get(column.references or "", "")
    record = PhysicalColumn(
        table=table,
        column=column.name,
        entity=entity.name,
        field=spec.name,
        owner=asker or spec.owner or entity.owner,
        state=ACTIVE,
        type=spec.type,
        sql_type=sql_type(column.sa_type, column.references),
        unique=spec.unique and column.name == spec.name,
        only=column.only,
    )
    rule = rule or (ON_DELETE.get(on_delete(spec)) if column.references else None)
    if column.references == "core_file":
        rule = "SET NULL"
    return Need(
        record=record,
        sa_type=column.sa_type,
        references=column.references,
        on_delete=rule,
        joined=bool(asker),
    )


def sql_type(kind: sa.types.TypeEngine[Any], references: str | None) -> str:
    """Return the type of a column in words that can be compared later."""
    text = kind.compile(dialect=POSTGRESQL)
    return f"{text} REFERENCES {references}" if references else text


def index_needs(entities: Iterable[EntitySpec], types: FieldTypes) -> Iterator[IndexSpec]:
    """Yield the indexes that entities want, links aside."""
    for entity in entities:
        yield from (_together(entity, names, "unique", types) for names in entity.unique_together)
        yield from (_together(entity, names, "numbers", types) for names in numbered_apart(entity))
        yield from (_declared(entity, names, types) for names in entity.indexes if names)
        yield from (_kept_beside(entity, one, types) for one in entity.beside)
        for spec in entity.fields.values():
            if not spec.system:
                yield from _field_indexes(entity, spec, types)
        yield from _order_index(entity, types)


def _together(entity: EntitySpec, names: tuple[str, ...], kind: str, types: FieldTypes) -> IndexSpec:
    columns = tuple(column for name in names for column in _value_columns(entity, name, types))
    return IndexSpec(name=unique_index(entity.table, *names), table=entity.table, kind=kind, columns=columns)


def _field_indexes(entity: EntitySpec, spec: FieldSpec, types: FieldTypes) -> Iterator[IndexSpec]:
    table, columns = entity.table, types.columns(spec)
    names = {column.name for column in columns}
    if spec.unique and columns:
        yield IndexSpec(
            name=unique_index(table, spec.name), table=table, kind="unique", columns=(columns[0].name,)
        )
    for column in columns:
        if column.references:
            yield _look_up(table, column.name, kind="reference")
    key = f"{spec.name}_key"
    if key in names:
        yield IndexSpec(name=identifier("s", table, key), table=table, kind="search", columns=(key,))
    if spec.duplicate_key and columns and not spec.unique:
        yield _look_up(table, key if key in names else columns[0].name)


def _look_up(table: str, column: str, kind: str = "look_up") -> IndexSpec:
    return IndexSpec(name=identifier("i", table, column), table=table, kind=kind, columns=(column,))


def _order_index(entity: EntitySpec, types: FieldTypes) -> Iterator[IndexSpec]:
    """Lists are sorted by title more often than by anything else."""
    spec = entity.fields.get(entity.title)
    kind = types.find(spec.type) if spec else None
    if (
        spec
        and kind
        and not spec.system
        and kind.storable
        and isinstance(_first_type(spec, types), sa.String)
    ):
        yield IndexSpec(
            name=identifier("o", entity.table, spec.name),
            table=entity.table,
            kind="order",
            columns=(spec.name,),
        )


def _declared(entity: EntitySpec, names: tuple[str, ...], types: FieldTypes) -> IndexSpec:
    return (_total_index if names[-1].startswith("+") else _list_index)(entity, names, types)


def _kept_beside(entity: EntitySpec, kept: Beside, types: FieldTypes) -> IndexSpec:
    """Return what the database keeps beside parts: the column of the order, how it is sorted, and the columns of the parts."""
    sorting = entity.fields[kept.order]
    column = types.columns(sorting)[0]
    is_text = isinstance(column.sa_type, sa.String) and sorting.type != "choice"
    parts = [f"{BESIDE}{kept.part_table}.{name}" for name in (kept.link, *kept.by)]
    parts += [f"{BESIDE}{kept.part_table}.{kept.until} {UNTIL}"] if kept.until else []
    return IndexSpec(
        name=identifier("b", entity.table, kept.order),
        table=entity.table,
        kind="beside",
        columns=(f"{column.name} {TEXT}" if is_text else column.name, *parts),
    )


def _total_index(entity: EntitySpec, names: tuple[str, ...], types: FieldTypes) -> IndexSpec:
    """Return the index that serves sums of the last field by the others: an amount's currency is one if there are several."""
    added = entity.fields[names[-1].removeprefix("+")]
    column, *currency = types.columns(added)
    groups = [types.columns(entity.fields[name])[0].name for name in names[:-1]]
    groups += [one.name for one in currency if added.type == "money" and not one.only]
    return IndexSpec(
        name=identifier("t", entity.table, *names[:-1], added.name),
        table=entity.table,
        kind="total",
        columns=(*groups, f"{column.name} {ADDED}"),
    )


def _list_index(entity: EntitySpec, names: tuple[str, ...], types: FieldTypes) -> IndexSpec:
    """Return the index that serves lists filtered by all of these fields but the last, and sorted by that one."""
    *filters, last = names
    down, sorting = last.startswith("-"), entity.fields[last.removeprefix("-")]
    terms = [types.columns(entity.fields[name])[0].name for name in filters]
    column = types.columns(sorting)[0]
    words = [column.name, TEXT if isinstance(column.sa_type, sa.String) and sorting.type != "choice" else ""]
    if down:
        words += [DOWN, EMPTY_LAST if sorting.nullable else ""]
    for spec in (*(entity.fields[name] for name in filters), sorting):
        if spec.type == "money":  # an amount is added up by its currency
            words += [WITH + one.name for one in types.columns(spec)[1:]]
    terms.append(" ".join(filter(None, words)))
    return IndexSpec(
        name=identifier("ld" if down else "l", entity.table, *filters, sorting.name),
        table=entity.table,
        kind="list",
        columns=tuple(terms),
    )


def _first_type(spec: FieldSpec, types: FieldTypes) -> object:
    columns = types.columns(spec)
    return columns[0].sa_type if columns else None


def _value_columns(entity: EntitySpec, name: str, types: FieldTypes) -> tuple[str, ...]:
    columns = types.columns(entity.fields[name]) if name in entity.fields else ()
    return tuple(column.name for column in columns if column.name != f"{name}_key")
