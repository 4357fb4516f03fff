"""Write a dump: documents, records, files and what the core knows of them, as one moment saw them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from core import __version__
from core.backup.archive import BLOCK, file_member
from core.backup.contents import content_of, refuse_emptied
from core.backup.dump import README, README_FILE, SITE_FILE, Sink, SiteDump, TableDump
from core.files.blobs import Blobs
from core.metadata.catalog import Catalog
from core.metadata.documents import Document, plain
from core.storage.snapshots import Snapshot, TableText, definitions_held, lines

FILES_KEPT = "entity IS NOT NULL AND entity <> 'job'"
"""Which files are dumped: those that records have; what was imported, and what jobs gave back, is of today only."""

PASSWORD = "password_hash"  # noqa: S105  # the name of a column

PHYSICAL = "SELECT table_name, column_name, entity, state FROM core_physical"
ASLEEP = "SELECT name FROM core_module WHERE state = 'disabled' ORDER BY name"
CONTENTS = """SELECT DISTINCT sha256 COLLATE "C" FROM core_file
WHERE entity IS NOT NULL AND entity <> 'job' ORDER BY 1"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A table of the core that belongs to a dump: which columns (none: all), and which rows."""

    table: str
    columns: tuple[str, ...] = ()
    where: str = ""


CORE_PARTS = (
    Part(table="core_account", columns=("id", "login", "active", "roles", "created_at")),
    Part(table="core_external_id"),
    Part(table="core_file", where=FILES_KEPT),
    Part(table="core_history"),
    Part(table="core_merge"),
    Part(table="core_pair", where="state = 'dismissed'"),
    Part(table="core_redirect"),
    Part(table="core_sequence"),
)
"""What the core keeps of records and people."""

LEFT_OUT = frozenset(
    (
        *("core_catalog", "core_module", "core_document", "core_physical", "core_index", "core_revision"),
        *(
            "core_session",
            "core_api_key",
            "core_totp",
            "core_recovery_code",
            "core_passkey",
            "core_step",
            "core_outside",
            "core_once_outside",
        ),
        *("core_job", "core_job_note", "core_mail", "core_idempotency", "core_attempt"),
        "core_document_change",
        *("core_scan_mark", "core_scan_key"),
    )
)
"""The other tables of the core: what installing makes anew, what signs people in, what is of one machine or one day,
and who changed a definition when. A new table belongs to one of the two."""


def write_dump(
    to: Sink,
    address: str,
    blobs: Blobs,
    definitions: Callable[[], tuple[Catalog, Sequence[Document]]],
    settings: Mapping[str, str],
    *,
    passwords: bool,
) -> SiteDump:
    """Write all parts of a dump. The ``definitions`` are asked, and the tables copied, while nobody can change any."""
    with blobs.kept(), Snapshot.of(address) as snapshot:
        with definitions_held(address):  # before the first question: what the snapshot sees begins with that
            catalog, documents = definitions()
            asleep = tuple(str(row[0]) for row in snapshot.rows(ASLEEP))
            tables = tuple(_tables(to, snapshot, catalog, passwords=passwords))
        _documents(to, documents)
        kept = {f"{table.table}_id_seq" for table in tables} | {"core_history_id"}
        sequences = {name: at for name, at in snapshot.sequences().items() if name in kept}
        contents = [str(row[0]) for row in snapshot.rows(CONTENTS)]
        missing = tuple(sha256 for sha256 in contents if not _content(to, blobs, sha256))
        refuse_emptied(blobs, len(contents), len(missing))
    site = SiteDump(
        version=__version__,
        settings=settings,
        modules={name: module.version for name, module in catalog.modules.items()},
        asleep=asleep,
        documents=len(documents),
        tables=tables,
        sequences=sequences,
        files=len(contents) - len(missing),
        missing=missing,
    )
    to.add(README_FILE, README.encode())
    to.add(SITE_FILE, site.written())
    return site


def _documents(to: Sink, documents: Sequence[Document]) -> None:
    for number, document in enumerate(documents, 1):
        name = re.sub(r"[^a-z0-9_.]+", "-", f"{document.kind}-{document.name}".lower())[:80]
        body = {"kind": document.kind, "name": document.name, "body": plain(document.body)}
        text = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120)
        to.add(f"documents/{number:04}-{name}.yaml", text.encode())


def _tables(to: Sink, snapshot: Snapshot, catalog: Catalog, *, passwords: bool) -> Iterator[TableDump]:
    there = {table.name: table for table in snapshot.tables()}
    physical = [tuple(map(str, row)) for row in snapshot.rows(PHYSICAL)]
    trash = {(table, column) for table, column, _, state in physical if state == "trash"}
    own = {e.table for e in catalog.entities.values()}
    owners = {table: entity for table, _, entity, _ in physical if entity in catalog.entities}
    for name in sorted(set(owners) | own):
        if name in there and (name, "") not in trash:
            columns = tuple(c for c in there[name].columns if (name, c) not in trash)
            is_record = name in own
            file = f"records/{owners[name]}.jsonl" if is_record else f"links/{name}.jsonl"
            yield _table(to, snapshot, there[name], columns, file, entity=owners[name] if is_record else "")
    whole = there | {table.name: table for table in snapshot.partitioned()}
    for part in CORE_PARTS:
        columns = part.columns or whole[part.table].columns
        extra = (PASSWORD,) if passwords and part.columns else ()
        file = f"core/{part.table.removeprefix('core_')}.jsonl"
        yield _table(to, snapshot, whole[part.table], (*columns, *extra), file, where=part.where)


def _table(
    to: Sink,
    snapshot: Snapshot,
    table: TableText,
    columns: tuple[str, ...],
    file: str,
    *,
    entity: str = "",
    where: str = "",
) -> TableDump:
    rows, kept = 0, bytearray()
    with to.member(file) as write:
        for line in lines(snapshot, table, columns, where):
            rows += 1
            kept += line
            kept += b"\n"
            if len(kept) > BLOCK:
                write(bytes(kept))
                kept.clear()
        write(bytes(kept))
    return TableDump(file=file, table=table.name, entity=entity, columns=columns, rows=rows)


def _content(to: Sink, blobs: Blobs, sha256: str) -> bool:
    """Write a content of a file; tell whether it is on the disk."""
    content = content_of(blobs, sha256)
    if content is None:
        return False
    with content, to.member(file_member(sha256), packed=False) as write:
        while block := content.read(BLOCK):
            write(block)
    return True
