"""`Snapshot`: one moment of a whole database, table by table, and the same read back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from core.storage.engine import database_address
from core.storage.versions import SCHEMA_LOCK

Connection = psycopg.Connection[tuple[object, ...]]

BLOCK = 2**16

SCHEMA = "public"

SESSION = (
    "SET statement_timeout = 0; SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0; "
    "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; "
    "SET extra_float_digits = 1; SET client_encoding = 'UTF8'; SET search_path = public"
)
"""What every copy runs with, so that equal rows are equal bytes wherever they lie."""

TABLES = """
SELECT c.relname,
       array(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
             ORDER BY a.attnum),
       array(SELECT a.attname::text FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (attnum, place)
             JOIN pg_attribute a ON a.attnum = k.attnum
             WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid ORDER BY k.place),
       array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attcollation <> 0)
FROM pg_class c
WHERE c.relkind = %s AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname COLLATE "C"
"""

SEQUENCES = """
SELECT relname::text FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
ORDER BY relname COLLATE "C"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableText:
    """A table: its columns as they are copied, and what its rows are sorted by."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """What was copied of a table: how many rows, and the digest of their text."""

    rows: int
    sha256: str


class Snapshot:
    """What one transaction sees, however long reading takes and whatever others write meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def of(cls, address: str) -> Iterator[Snapshot]:
        """Open a snapshot of a database."""
        with connect(address) as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield cls(connection)
            connection.execute("ROLLBACK")

    def name(self) -> str:
        """Return the name under which another connection sees the same."""
        return str(self._value("SELECT pg_export_snapshot()"))

    def rows(self, question: str) -> Sequence[tuple[object, ...]]:
        """Return the answer to a question of ours."""
        return self._connection.execute(question.encode()).fetchall()

    def tables(self) -> list[TableText]:
        """Return all tables, in the order of their names."""
        return tables(self._connection)

    def partitioned(self) -> list[TableText]:
        """Return the tables that are divided into others, as wholes."""
        return tables(self._connection, partitioned=True)

    def stream(self, question: sql.Composed) -> Iterator[tuple[object, ...]]:
        """Yield the answer to a large question of ours, row by row."""
        with self._connection.cursor(name="stream") as cursor:
            cursor.itersize = 2000
            yield from cursor.execute(question)

    def copy(self, table: TableText, write: Callable[[bytes], object]) -> Copied:
        """Hand the rows of a table to ``write`` as text, in the order of its key."""
        digest = hashlib.sha256()

        def both(block: bytes) -> None:
            digest.update(block)
            write(block)

        with self._connection.cursor() as cursor, cursor.copy(_question(table)) as copy:
            rows = _in_blocks(copy, both)
        return Copied(rows=rows, sha256=digest.hexdigest())

    def sequences(self) -> dict[str, tuple[int, bool]]:
        """Return where the sequences stand. They stand outside of snapshots: ask after the tables, never before."""
        found: dict[str, tuple[int, bool]] = {}
        for (name,) in self._connection.execute(SEQUENCES).fetchall():
            asked = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(SCHEMA, str(name)))
            last, called = self._connection.execute(asked).fetchall()[0]
            found[str(name)] = (int(str(last)), bool(called))
        return found

    def _value(self, question: str) -> object:
        return self.rows(question)[0][0]


@contextmanager
def connect(address: str) -> Iterator[Connection]:
    """Connect for copying: no time limit, and texts that look alike everywhere."""
    dsn = database_address(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True, connect_timeout=10, application_name="payvand") as connection:
        connection.execute(SESSION.encode())
        yield connection


@contextmanager
def definitions_held(address: str) -> Iterator[None]:
    """Let nobody change metadata or tables meanwhile; several may hold them so at once."""
    with connect(address) as connection:
        connection.execute("SELECT pg_advisory_lock_shared(%s)", [SCHEMA_LOCK])
        yield


def tables(connection: Connection, *, partitioned: bool = False) -> list[TableText]:
    """Return the tables of a database that hold rows, or those that are ``partitioned``, in the order of their names."""
    rows: Iterable[tuple[object, ...]] = connection.execute(TABLES, ["p" if partitioned else "r"]).fetchall()
    return [
        TableText(name=str(name), columns=_names(columns), key=_names(key), texts=frozenset(_names(texts)))
        for name, columns, key, texts in rows
    ]


def lines(snapshot: Snapshot, table: TableText, columns: Sequence[str], where: str = "") -> Iterator[bytes]:
    """Yield the rows of a table as JSON objects, in the order of its key; ``where`` is a condition of ours."""
    question = sql.SQL("SELECT row_to_json(r)::text FROM (SELECT {} FROM {}{}{}) r").format(
        _list(columns),
        sql.Identifier(SCHEMA, table.name),
        sql.SQL(f" WHERE {where}" if where else ""),
        _ordered(table),
    )
    for row in snapshot.stream(question):
        yield str(row[0]).encode()


def fill(connection: Connection, table: TableText, blocks: Iterable[bytes]) -> None:
    """Copy rows, as `Snapshot.copy` gave them, into a table."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(SCHEMA, table.name), _list(table.columns)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in blocks:
            copy.write(block)


def set_sequence(connection: Connection, name: str, last: int, called: bool) -> None:
    """Let a sequence go on where it stood."""
    connection.execute(
        "SELECT setval(format('public.%%I', %s::text)::regclass, %s, %s)", [name, last, called]
    )


def run_script(connection: Connection, script: bytes) -> None:
    """Run the statements of a script of ours."""
    if script.strip():
        connection.execute(script)


def _question(table: TableText) -> sql.Composed:
    """Return the statement that copies a table."""
    return sql.SQL("COPY (SELECT {} FROM {}{}) TO STDOUT").format(
        _list(table.columns), sql.Identifier(SCHEMA, table.name), _ordered(table)
    )


def _ordered(table: TableText) -> sql.Composed:
    """Return how rows are sorted; texts by bytes, in whatever language the database sorts."""
    wanted = table.key or table.columns
    order = [
        sql.SQL('{} COLLATE "C"' if name in table.texts else "{}").format(
            sql.Identifier(name) if table.key else sql.SQL("{}::text").format(sql.Identifier(name))
        )
        for name in wanted
    ]
    return sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(order)) if order else sql.Composed([])


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _names(found: object) -> tuple[str, ...]:
    return tuple(str(name) for name in found) if isinstance(found, list) else ()


def _in_blocks(copy: psycopg.Copy, write: Callable[[bytes], object]) -> int:
    rows, kept, size = 0, [], 0
    for row in copy:
        data = bytes(row)
        rows += 1
        kept.append(data)
        size += len(data)
        if size >= BLOCK:
            write(b"".join(kept))
            kept, size = [], 0
    if kept:
        write(b"".join(kept))
    return rows
