"""The history of the site's own documents: who changed which, when and why, with what it said before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from core.metadata.documents import Document, plain
from core.metadata.specs import Json
from core.storage.kernel_tables import document_change
from core.storage.reader import Reader
from core.storage.unit import UnitOfWork

Body = Mapping[str, Json]

OF_ONE = """SELECT at, actor, actor_name, reason, kind, name, before, after FROM core_document_change
WHERE kind = %(kind)s AND name = %(name)s ORDER BY id DESC LIMIT %(limit)s"""

REMOVED = """SELECT at, actor, actor_name, reason, kind, name, before, after FROM (
    SELECT DISTINCT ON (name) * FROM core_document_change WHERE kind = %(kind)s ORDER BY name, id DESC
) AS latest WHERE after IS NULL ORDER BY at DESC, name LIMIT %(limit)s"""


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentChange:
    """One entry; ``before`` is None where the document came, ``after`` where it went."""

    at: datetime
    actor: int | None
    actor_name: str
    reason: str
    kind: str
    name: str
    before: Body | None
    after: Body | None


def note_document_changes(
    uow: UnitOfWork, pairs: Iterable[tuple[Document | None, Document | None]], reason: str
) -> None:
    """Write that documents came, changed or went; ``pairs`` are each before and after."""
    rows = [
        {
            "at": uow.now,
            "actor": uow.actor.id,
            "actor_name": uow.actor.name or uow.actor.login,
            "reason": reason,
            "kind": document.kind,
            "name": document.name,
            "before": plain(before.body) if before is not None else None,
            "after": plain(after.body) if after is not None else None,
        }
        for before, after in pairs
        if (document := after or before) is not None
    ]
    if rows:
        uow.execute(sa.insert(document_change), rows)


def changes_of_document(reader: Reader, kind: str, name: str, limit: int) -> tuple[DocumentChange, ...]:
    """Return the entries of one document, the newest first."""
    return _entries(reader, OF_ONE, {"kind": kind, "name": name, "limit": limit})


def removed_documents(reader: Reader, kind: str, limit: int) -> tuple[DocumentChange, ...]:
    """Return the last entry of each document of a kind that is gone, the latest first."""
    return _entries(reader, REMOVED, {"kind": kind, "limit": limit})


def _entries(reader: Reader, statement: str, given: Mapping[str, object]) -> tuple[DocumentChange, ...]:
    return tuple(
        DocumentChange(
            at=at,
            actor=actor,
            actor_name=actor_name,
            reason=reason,
            kind=kind,
            name=name,
            before=cast("Body | None", before),
            after=cast("Body | None", after),
        )
        for at, actor, actor_name, reason, kind, name, before, after in reader.rows(statement, given)
    )
