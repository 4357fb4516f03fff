"""Bring a backup back: files first, then the whole database in one transaction; and compare one with its database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from core.backup.archive import AFTER, BEFORE, Archive, file_member, table_member
from core.backup.manifest import newer
from core.errors import BadRequest, Conflict
from core.files.blobs import Blobs
from core.storage.migrate import HEAD
from core.storage.schema_text import schema_text
from core.storage.snapshots import Snapshot, TableText, connect, fill, run_script, set_sequence, tables

VERSION = "SHOW server_version_num"


def check_fits(archive: Archive, address: str) -> None:
    """Raise `BadRequest` where this version, or this server, is too old for the backup."""
    manifest = archive.manifest
    if manifest.revision > HEAD:
        raise newer(str(archive.path), manifest.version)
    major = _major(address)
    if major < manifest.postgres:
        raise BadRequest(
            "The backup {file} is of PostgreSQL {backup}, and the server here is {server}: use a newer one.",
            code="server_older",
            file=str(archive.path),
            backup=manifest.postgres,
            server=major,
        )


def is_empty(address: str) -> bool:
    """Tell whether there is no table at all in a database."""
    with connect(address) as connection:
        return not tables(connection)


def load(archive: Archive, address: str) -> None:
    """Fill an empty database; at any failure, and at the death of this process, it stays empty."""
    manifest = archive.manifest
    with connect(address) as connection:
        connection.execute("BEGIN")
        if tables(connection):
            raise Conflict("The database is not empty.", code="not_empty")
        run_script(connection, archive.whole(BEFORE, manifest.before))
        for table in manifest.tables:
            text = TableText(name=table.name, columns=table.columns)
            fill(connection, text, archive.blocks(table_member(table.name), table.sha256))
        for name, (last, called) in manifest.sequences.items():
            set_sequence(connection, name, last, called)
        run_script(connection, archive.whole(AFTER, manifest.after))
        connection.execute("COMMIT")
        connection.execute("ANALYZE")


def put_files(archive: Archive, blobs: Blobs) -> int:
    """Write the contents of all files that are not there; return how many there are in the backup.

    What is there under the same digest is the same, and what nobody refers to is swept some day.
    """
    found = archive.files()
    for sha256 in found:
        blobs.write(_Pieces(archive.blocks(file_member(sha256), sha256)), limit=2**62)
    return len(found)


def differences(archive: Archive, address: str) -> list[str]:
    """Return what is not the same in a database, byte for byte: tables, sequences, definitions; nothing where all is."""
    manifest = archive.manifest
    with Snapshot.of(address) as snapshot:
        there = {table.name: snapshot.copy(table, len).sha256 for table in snapshot.tables()}
        sequences = snapshot.sequences()
    wanted = {table.name: table.sha256 for table in manifest.tables}
    found = sorted(name for name in wanted | there if wanted.get(name) != there.get(name))
    found += sorted(
        name
        for name in sequences | dict(manifest.sequences)
        if sequences.get(name) != manifest.sequences.get(name)
    )
    major = _major(address)
    if major == manifest.postgres:  # another version writes the same definitions in other words
        schema = schema_text(address, major)
        pairs = ((BEFORE, schema.before, manifest.before), (AFTER, schema.after, manifest.after))
        found += [name for name, text, digest in pairs if hashlib.sha256(text).hexdigest() != digest]
    return found


def _major(address: str) -> int:
    with connect(address) as connection:
        return int(str(connection.execute(VERSION).fetchall()[0][0])) // 10_000


class _Pieces:
    """Pieces, read as a file is."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes, none at the end."""
        if not self._left:
            self._left = next(self._pieces, b"")
        taken, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return taken
