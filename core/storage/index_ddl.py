"""Statements for the indexes of entities."""

from __future__ import annotations

import sqlalchemy as sa

from core.storage.physical import IndexSpec


def index_of(spec: IndexSpec, *, concurrently: bool = False) -> sa.Index:
    """Return the index as SQLAlchemy builds it.

    Unique and order indexes leave out the trash: a deleted record's value is free for another one. Of several
    values that are unique together an empty one counts as a value, else a reference to any of several entities,
    which is one column for each, would never be unique.
    """
    table = sa.Table(spec.table, sa.MetaData(), *(sa.Column(name, sa.Text) for name in _all_columns(spec)))
    alive = table.c.deleted_at.is_(None) if spec.kind in ("unique", "order") else None
    columns: list[sa.ColumnElement[object]] = [table.c[name] for name in spec.columns]
    if spec.kind == "order":
        columns = [sa.func.public.sort_key(columns[0]), table.c.id]
    return sa.Index(
        spec.name,
        *columns,
        unique=spec.kind == "unique",
        postgresql_where=alive,
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


def _all_columns(spec: IndexSpec) -> list[str]:
    return list(dict.fromkeys([*spec.columns, "id", "deleted_at"]))
