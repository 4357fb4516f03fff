"""Statements for the indexes of entities."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.constraints import links_index
from core.storage.physical import ADDED, DOWN, EMPTY_LAST, TEXT, WITH, IndexSpec

_WITHOUT_TRASH = frozenset({"unique", "order", "list", "total"})


def index_of(spec: IndexSpec, *, concurrently: bool = False) -> sa.Index:
    """Return the index as SQLAlchemy builds it.

    Unique, order, list and total indexes leave out the trash: a deleted record's value is free for another one. Of
    several values that are unique together an empty one counts as a value, else a reference to any of several
    entities, which is one column for each, would never be unique. Numbers that the system gave are unique in the trash
    as well. An index on a reference tells what is in the trash, so that what refers somewhere is counted without
    reading it; what is purged is looked for in the trash, too.
    """
    table = sa.Table(spec.table, sa.MetaData(), *(sa.Column(name, sa.Text) for name in _all_columns(spec)))
    among = table.c.deleted_at.is_(None) if spec.kind in _WITHOUT_TRASH else None
    if spec.kind == "numbers":
        among = table.c[spec.names[-1]].is_not(None)
    columns: list[sa.ColumnElement[object]] = [
        table.c[name] for name in spec.names if name not in _carried(spec)
    ]
    how = spec.columns[-1].split()[1:]
    if spec.kind == "order":
        columns = [sa.func.public.sort_key(columns[0]), table.c.id]
    if spec.kind == "reference":
        columns = [*columns, table.c.deleted_at]
    if spec.kind == "list":
        columns = [*columns[:-1], *_sorting(columns[-1], how, table.c.id)]
    return sa.Index(
        spec.name,
        *columns,
        unique=spec.kind in ("unique", "numbers"),
        postgresql_where=among,
        postgresql_include=_carried(spec) or None,
        postgresql_nulls_not_distinct=spec.kind == "unique" and len(columns) > 1,
        postgresql_concurrently=concurrently,
        postgresql_using="gin" if spec.kind == "search" else False,
        postgresql_ops={spec.columns[0]: "public.gin_trgm_ops"} if spec.kind == "search" else {},
    )


def create_index(spec: IndexSpec, *, concurrently: bool = False) -> sa.schema.CreateIndex:
    """Return the statement that builds an index."""
    return sa.schema.CreateIndex(index_of(spec, concurrently=concurrently))


def drop_index(name: str, *, concurrently: bool = False) -> sa.schema.DropIndex:
    """Return the statement that removes an index, if it is there."""
    table = sa.Table("any", sa.MetaData(), sa.Column("id", sa.BigInteger))
    index = sa.Index(name, table.c.id, postgresql_concurrently=concurrently)
    return sa.schema.DropIndex(index, if_exists=True)


def links_again(table: str) -> tuple[sa.schema.DropIndex, sa.schema.CreateIndex]:
    """Return the statements that build the index of a table of links anew, while everybody works."""
    name = links_index(table)
    links = sa.Table(table, sa.MetaData(), sa.Column("target", sa.BigInteger))
    index = sa.Index(name, links.c.target, postgresql_concurrently=True)
    return drop_index(name, concurrently=True), sa.schema.CreateIndex(index)


def _sorting(
    column: sa.ColumnElement[object], how: list[str], tie: sa.ColumnElement[object]
) -> list[sa.ColumnElement[object]]:
    """Return the terms that core.records sorts by: the column and, to settle ties, the id in the same direction."""
    key = sa.func.public.sort_key(column) if TEXT in how else column
    if DOWN not in how:
        return [key, tie]
    return [sa.nulls_last(sa.desc(key)) if EMPTY_LAST in how else sa.desc(key), sa.desc(tie)]


def _carried(spec: IndexSpec) -> list[str]:
    if spec.kind == "total":
        return [
            name
            for name, column in zip(spec.names, spec.columns, strict=True)
            if column.endswith(f" {ADDED}")
        ]
    words = spec.columns[-1].split()[1:] if spec.kind == "list" else []
    return [word.removeprefix(WITH) for word in words if word.startswith(WITH)]


def _all_columns(spec: IndexSpec) -> list[str]:
    return list(dict.fromkeys([*spec.names, *_carried(spec), "id", "deleted_at"]))
