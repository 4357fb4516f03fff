"""Fill the search keys of text that was there before its field became searchable."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.fields import FieldType
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec
from core.storage.physical import IndexSpec
from core.storage.tables import Tables

BATCH = 2000
"""Rows a statement; each batch is committed on its own, so that a killed job goes on where it was."""


def fill_keys(connection: sa.Connection, keys: IndexSpec, catalog: Catalog, tables: Tables) -> int:
    """Fill what has no key yet, on a connection in autocommit; return how many rows were written.

    Keys that a writer sets meanwhile stand: rows are written only while their text is the one that was folded.
    """
    entity = next((e for e in catalog.entities.values() if e.table == keys.table), None)
    field = entity.fields.get(keys.columns[0]) if entity is not None else None
    if entity is None or field is None or not field.search:
        return 0
    table, kind = tables.of(entity), tables.types.get(field.type)
    written, last = 0, 0
    while rows := _batch(connection, table, keys, last):
        last = rows[-1].id
        written += _write(connection, table, keys, [(r.id, r.text, _key(kind, field, r.text)) for r in rows])
    return written


def _batch(connection: sa.Connection, table: sa.Table, keys: IndexSpec, last: int) -> list[Any]:
    text, key = (table.c[name] for name in keys.columns)
    statement = (
        sa.select(table.c.id, text.label("text"))
        .where(table.c.id > last, key.is_(None), text.is_not(None))
        .order_by(table.c.id)
        .limit(BATCH)
    )
    return list(connection.execute(statement))


def _key(kind: FieldType, field: FieldSpec, text: str) -> object:
    value = kind.from_columns(field, {field.name: text})
    return kind.to_columns(field, value).get(f"{field.name}_key")


def _write(
    connection: sa.Connection, table: sa.Table, keys: IndexSpec, rows: list[tuple[int, str, object]]
) -> int:
    text, key = (table.c[name] for name in keys.columns)
    given = sa.values(
        sa.column("id", sa.BigInteger), sa.column("text", sa.Text), sa.column("key", sa.Text), name="given"
    ).data([(number, old, new) for number, old, new in rows])
    statement = (
        sa.update(table).where(table.c.id == given.c.id, text == given.c.text).values({key: given.c.key})
    )
    return connection.execute(statement).rowcount
