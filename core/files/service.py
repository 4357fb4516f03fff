"""`Files`: stores uploads and opens them again; who may is decided by the record that a file belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

import sqlalchemy as sa

from core.errors import NotFound
from core.files.blobs import Blobs, Readable
from core.files.headers import file_name
from core.files.kinds import kind_of
from core.kernel.actor import Actor
from core.storage import Reader, UnitOfWork
from core.storage.kernel_tables import file as core_file

UNREFERENCED = timedelta(hours=24)
"""How long an upload may wait for a record that refers to it."""

OF_JOB = "job"
"""Stands for an entity where a file belongs to a job: what is imported, and what a job answers with."""

KEPT_FOR_JOBS = timedelta(days=90)

ROW = """SELECT id, sha256, name, mime, size, created_at, created_by, entity, record_id
FROM core_file WHERE id = %s"""

NOT_SWEPT = 0x50_61_79_76_66
"""An advisory lock: whoever writes a content to a store that machines share has it until its row is there."""

WANTED = "SELECT 1 FROM core_file WHERE sha256 = %s LIMIT 1"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """A file as the database knows it; ``entity`` and ``record_id`` name the record that it belongs to."""

    id: int
    sha256: str
    name: str
    mime: str
    size: int
    created_at: datetime
    created_by: int | None
    entity: str | None
    record_id: int | None


class Files:
    """The files of one site. A content is written first and referred to inside of a unit of work."""

    def __init__(self, blobs: Blobs, limit: int) -> None:
        self.blobs = blobs
        self._limit = limit

    def store(
        self,
        stream: Readable,
        name: str,
        actor: Actor,
        uow: UnitOfWork,
        *,
        mime: str = "",
        limit: int | None = None,
    ) -> int:
        """Keep an upload and return its id; it is swept after a day in which no record has referred to it."""
        if self.blobs.shared:
            uow.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(NOT_SWEPT)))
        blob = self.blobs.write(stream, self._limit if limit is None else limit)
        kept = file_name(name)
        file_id: int = uow.execute(
            sa.insert(core_file)
            .values(
                sha256=blob.sha256,
                name=kept,
                mime=mime or kind_of(blob.head, kept),
                size=blob.size,
                created_at=uow.now,
                created_by=actor.id,
            )
            .returning(core_file.c.id)
        ).scalar_one()
        return file_id

    def discard(self, file_id: int, actor: Actor, uow: UnitOfWork) -> None:
        """Forget an upload of the actor that nothing refers to, because what it is for refuses it."""
        c = core_file.c
        own = sa.and_(c.id == file_id, c.created_by == actor.id, c.entity.is_(None))
        uow.execute(sa.delete(core_file).where(own))

    def find(self, file_id: int, reader: Reader) -> StoredFile:
        """Return what is known of a file; who may know it is decided by the caller."""
        rows = reader.rows(ROW, (file_id,)) if 0 < file_id < 2**63 else []
        if not rows:
            raise NotFound
        number, sha256, name, mime, size, created_at, created_by, entity, record_id = rows[0]
        return StoredFile(
            id=number,
            sha256=sha256,
            name=name,
            mime=mime,
            size=size,
            created_at=created_at,
            created_by=created_by,
            entity=entity,
            record_id=record_id,
        )

    def open(self, file: StoredFile) -> BinaryIO:
        """Open the content for reading."""
        return self.blobs.open(file.sha256)

    def forget(self, uow: UnitOfWork) -> int:
        """Forget the files that no record has referred to for a day, and those of old jobs; return how many."""
        c = core_file.c
        return uow.execute(
            sa.delete(core_file).where(
                sa.or_(
                    sa.and_(c.entity.is_(None), c.created_at < uow.now - UNREFERENCED),
                    sa.and_(c.entity == OF_JOB, c.created_at < uow.now - KEPT_FOR_JOBS),
                )
            )
        ).rowcount

    def clean(self, reader: Reader) -> int:
        """Remove contents that have no row; return how many.

        Call it outside of any unit: what an open one has forgotten may come back, its content could not.
        """

        @contextmanager
        def alone() -> Iterator[None]:
            reader.rows("SELECT pg_advisory_lock(%s)", (NOT_SWEPT,))
            try:
                yield
            finally:
                reader.rows("SELECT pg_advisory_unlock(%s)", (NOT_SWEPT,))

        return self.blobs.sweep(
            UNREFERENCED.total_seconds(),
            lambda sha256: bool(reader.rows(WANTED, (sha256,))),
            alone if self.blobs.shared else nullcontext,
        )
