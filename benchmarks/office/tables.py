"""Rows straight into tables: COPY with ids of our own, which the records made later go on from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]


def copy(connection: Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> int:
    """Write rows; return how many."""
    names = columns.split()
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as target:
        for row in rows:
            target.write_row(row)
            count += 1
    if names[0] == "id":
        connection.execute(
            sql.SQL("select setval(pg_get_serial_sequence({}, 'id'), (select max(id) from {}))").format(
                sql.Literal(table), sql.Identifier(table)
            )
        )
    return count
