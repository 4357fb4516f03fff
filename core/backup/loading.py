"""Bring a dump in: files, and then all rows in one transaction, with the numbers that they had."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import psycopg
import yaml
from psycopg import sql

from core.backup.archive import BLOCK, UNREADABLE
from core.backup.dump import Source, TableDump, broken
from core.backup.dumping import CORE_PARTS
from core.errors import BadRequest, Conflict, Place
from core.files.blobs import Blobs
from core.metadata.documents import Document, freeze
from core.metadata.specs import SITE, Json
from core.storage.beside import ALL as KEPT_BESIDE
from core.storage.beside import filled, spec_of
from core.storage.check import LOADING
from core.storage.snapshots import SCHEMA, Connection, TableText, connect, set_sequence, tables

REFERENCES = """SELECT r.relname::text, c.conname::text, pg_get_constraintdef(c.oid)
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
WHERE c.contype = 'f' AND c.conparentid = 0 AND r.relnamespace = 'public'::regnamespace ORDER BY 1, 2"""

HISTORY = """SELECT 'core_history' UNION ALL
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'public.core_history'::regclass"""

CORE_TABLES = frozenset(part.table for part in CORE_PARTS)
INNER = ("core_", "procrastinate_")
"""How the tables begin that no module has: of them only those that are dumped are filled."""

BATCH = 500
LONGEST = 64 * 2**20
"""Bytes of one line: what a record can hold at most, many times over."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key, that is lifted while rows come in the order of their tables."""

    table: str
    name: str
    text: str


def begin(address: str) -> None:
    """Mark an empty database as one that a dump is loaded into; raise `Conflict` where there is a site."""
    with connect(address) as connection:
        asked = "SELECT obj_description('public'::regnamespace)"
        marked = connection.execute(asked).fetchall()[0][0] == LOADING
        if tables(connection) and not marked:
            raise Conflict(
                "There is a site already; a dump is loaded into an empty database.", code="not_empty"
            )
        connection.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(LOADING)))


def documents(source: Source) -> list[Document]:
    """Return the documents of the site."""
    found = []
    for name in source.names("documents"):
        with source.reading(name) as file:
            try:
                body = yaml.safe_load(file.read())
                document = Document(
                    owner=SITE,
                    kind=str(body["kind"]),
                    name=str(body["name"]),
                    body=cast(Mapping[str, Json], freeze(dict(body["body"]))),
                    place=Place(file=SITE),
                )
            except (yaml.YAMLError, KeyError, TypeError, ValueError):
                raise broken(str(source.path), name) from None
        found.append(document)
    if len(found) != source.site.documents:
        raise broken(str(source.path), "documents")
    return found


def put_files(source: Source, blobs: Blobs) -> None:
    """Write the contents of all files; one that is not what its name says is refused."""
    names = source.names("files")
    for name in names:
        with source.reading(name) as file:
            if blobs.write(file, limit=2**62).sha256 != name.rpartition("/")[2]:
                raise broken(str(source.path), name)
    if len(names) != source.site.files:
        raise broken(str(source.path), "files")


def load(source: Source, address: str) -> None:
    """Put the rows of the dump in place of what installing has made; all or nothing."""
    with connect(address) as connection:
        connection.execute("BEGIN")
        there = {table.name: table for table in tables(connection)} | _partitioned(connection)
        for table in source.site.tables:
            _check(table, there)
        references = [Reference(*map(str, row)) for row in connection.execute(REFERENCES).fetchall()]
        for one in references:
            connection.execute(_drop(one))
        beside = [spec_of(row) for row in connection.execute(KEPT_BESIDE).fetchall()]
        _empty(connection, [table.table for table in source.site.tables])
        for table in source.site.tables:
            _fill(connection, source, table)
        for kept in beside:  # a record may have come after what is kept beside its parts
            for statement in filled(kept):
                connection.execute(statement)
        for name, (last, called) in source.site.sequences.items():
            set_sequence(connection, name, last, called)
        for one in references:
            connection.execute(_add(one))
        connection.execute("UPDATE core_catalog SET access_version = access_version + 1")
        connection.execute("COMMENT ON SCHEMA public IS NULL")
        connection.execute("COMMIT")
        connection.execute("ANALYZE")


def _partitioned(connection: Connection) -> dict[str, TableText]:
    return {table.name: table for table in tables(connection, partitioned=True)}


def _check(table: TableDump, there: dict[str, TableText]) -> None:
    is_known = table.table in there and (table.table in CORE_TABLES or not table.table.startswith(INNER))
    known = there[table.table].columns if is_known else ()
    unknown = tuple(column for column in table.columns if column not in known)
    if unknown:
        raise BadRequest(
            "{part} has columns that are not known here: {columns}. Take the versions of the modules that wrote it.",
            code="unknown_columns",
            part=table.file,
            columns=unknown,
        )


def _fill(connection: Connection, source: Source, table: TableDump) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    name = sql.Identifier(SCHEMA, table.table)
    statement = sql.SQL(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM json_populate_recordset(NULL::{}, %s::json)"
    ).format(name, columns, columns, name)
    rows = 0
    for batch in _batches(source, table.file):
        try:
            rows += connection.execute(statement, ["[" + _joined(batch) + "]"]).rowcount
        except (psycopg.Error, UnicodeDecodeError) as failure:
            lines = str(failure).strip().splitlines()
            raise BadRequest(
                "{part} has a row that does not fit: {why}",
                code="row_refused",
                part=table.file,
                why=lines[0] if lines else type(failure).__name__,
            ) from failure
    if rows != table.rows:
        raise broken(str(source.path), table.file)


def _batches(source: Source, name: str) -> Iterator[list[bytes]]:
    kept, size = [], 0
    with source.reading(name) as file:
        try:
            while line := file.readline(LONGEST):
                if line.strip():
                    kept.append(line)
                    size += len(line)
                if len(kept) == BATCH or size > 16 * BLOCK:
                    yield kept
                    kept, size = [], 0
        except UNREADABLE:
            raise broken(str(source.path), name) from None
    if kept:
        yield kept


def _joined(batch: list[bytes]) -> str:
    return b",".join(batch).decode()


def _empty(connection: Connection, names: list[str]) -> None:
    """Empty the tables. The history refuses to be: what installing has written of its own data is no history of the site."""
    parts = [str(row[0]) for row in connection.execute(HISTORY).fetchall()]
    for act in ("DISABLE", "ENABLE"):
        for part in parts:
            connection.execute(
                sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(SCHEMA, part), sql.SQL(act))
            )
        if act == "DISABLE":
            connection.execute(_emptied(names))


def _emptied(names: list[str]) -> sql.Composed:
    every = sql.SQL(", ").join(sql.Identifier(SCHEMA, name) for name in names)
    return sql.SQL("TRUNCATE {}").format(every)


def _drop(one: Reference) -> sql.Composed:
    return sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
        sql.Identifier(SCHEMA, one.table), sql.Identifier(one.name)
    )


def _add(one: Reference) -> sql.Composed:
    text = re.sub(r"REFERENCES (?!public\.)", "REFERENCES public.", one.text, count=1)
    return sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
        sql.Identifier(SCHEMA, one.table), sql.Identifier(one.name), sql.SQL(text)
    )
