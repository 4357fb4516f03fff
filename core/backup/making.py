"""Make a backup: the database in one snapshot, then the contents of the files that it knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from core import __version__
from core.backup.archive import AFTER, BEFORE, BLOCK, MANIFEST, SECRET, Draft, file_member, table_member
from core.backup.contents import content_of, refuse_emptied
from core.backup.manifest import Manifest, TablePart
from core.files.blobs import Blobs
from core.storage.schema_text import schema_text
from core.storage.snapshots import Snapshot

VERSION = "SHOW server_version_num"
REVISION = "SELECT version_num FROM core_revision"
MODULES = "SELECT name, version FROM core_module WHERE state = 'enabled' ORDER BY position, name"
CONTENTS = 'SELECT DISTINCT sha256 COLLATE "C" FROM core_file ORDER BY 1'


def write_backup(
    draft: Draft,
    address: str,
    blobs: Blobs,
    secret: bytes,
    settings: Mapping[str, str],
    step: Callable[[], object] = lambda: None,
) -> Manifest:
    """Write all parts into the archive, and what they are into its manifest, which is the last of them.

    ``step`` is called between them: what it raises ends the backup.
    """
    with blobs.kept(), Snapshot.of(address) as snapshot:
        # A content that the snapshot knows is not swept while we are at it.
        made_at = datetime.now(UTC)
        major = int(str(snapshot.rows(VERSION)[0][0])) // 10_000
        schema = schema_text(address, major, snapshot.name())
        before, after = draft.add(BEFORE, schema.before), draft.add(AFTER, schema.after)
        revision, modules = snapshot.rows(REVISION)[0][0], snapshot.rows(MODULES)
        tables = tuple(_tables(draft, snapshot, step))
        sequences = snapshot.sequences()
        contents = [str(row[0]) for row in snapshot.rows(CONTENTS)]
        size, missing = _files(draft, blobs, contents, step)
    manifest = Manifest(
        version=__version__,
        revision=str(revision),
        postgres=major,
        made_at=made_at.isoformat(timespec="seconds"),
        settings=settings,
        modules={str(name): str(version) for name, version in modules},
        before=before,
        after=after,
        secret=draft.add(SECRET, secret),
        tables=tables,
        sequences=sequences,
        files=len(contents) - len(missing),
        size=size,
        missing=missing,
    )
    draft.add(MANIFEST, manifest.written())
    return manifest


def _tables(draft: Draft, snapshot: Snapshot, step: Callable[[], object]) -> Iterator[TablePart]:
    for table in snapshot.tables():
        step()
        with draft.member(table_member(table.name)) as write:
            copied = snapshot.copy(table, write)
        yield TablePart(name=table.name, columns=table.columns, rows=copied.rows, sha256=copied.sha256)


def _files(
    draft: Draft, blobs: Blobs, contents: list[str], step: Callable[[], object]
) -> tuple[int, tuple[str, ...]]:
    """Write the contents; return how many bytes they are, and those that are not on the disk any more."""
    size, missing = 0, []
    for place, sha256 in enumerate(contents):
        if place % 100 == 0:
            step()
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            missing.append(sha256)
            continue
        content = content_of(blobs, sha256)
        if content is None:
            missing.append(sha256)
            continue
        with content, draft.member(file_member(sha256), packed=False) as write:
            while block := content.read(BLOCK):
                size += len(block)
                write(block)
    refuse_emptied(blobs, len(contents), len(missing))
    return size, tuple(missing)
