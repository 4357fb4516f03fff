"""Documents and modules as rows: what the catalog is compiled from at every start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import asdict, fields
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.errors import Place
from core.metadata.documents import Document, freeze, plain
from core.metadata.specs import Json, ModuleSpec
from core.storage.kernel_tables import document as document_table
from core.storage.kernel_tables import module as module_table
from core.storage.reader import Reader
from core.storage.unit import UnitOfWork

Key = tuple[str, str, str]

LIST = """SELECT owner, kind, name, digest, id FROM core_document
WHERE owner = 'site' OR owner IN (SELECT name FROM core_module WHERE state = 'enabled')
ORDER BY owner, kind, name"""

BODIES = "SELECT owner, kind, name, digest, body, place FROM core_document WHERE id = ANY(%(ids)s)"

MODULES = "SELECT name, version, manifest FROM core_module WHERE state = 'enabled' ORDER BY position, name"

_IN_COLUMNS = frozenset({"name", "version"})


class DocumentStore:
    """Reads the documents of the enabled modules and of the site; what has not changed is not read again.

    ``known`` holds documents that other sites of this process have read, by their names and digest.
    """

    def __init__(self, known: MutableMapping[tuple[object, str], Document] | None = None) -> None:
        self._kept: dict[Key, tuple[str, Document]] = {}
        self._known = known

    def read(self, reader: Reader) -> tuple[Document, ...]:
        """Return all documents, in an order that depends on their names only."""
        listed = {
            (owner, kind, name): (digest, number) for owner, kind, name, digest, number in reader.rows(LIST)
        }
        kept = {key: entry for key, entry in self._kept.items() if key in listed}
        for key, (digest, _) in listed.items():
            if self._known is not None and (known := self._known.get((key, digest))) is not None:
                kept[key] = (digest, known)
        unknown = [
            number
            for key, (digest, number) in listed.items()
            if not digest or key not in kept or kept[key][0] != digest
        ]
        for owner, kind, name, digest, body, place in (
            reader.rows(BODIES, {"ids": unknown}) if unknown else ()
        ):
            self._keep(kept, (owner, kind, name), digest, _document(owner, kind, name, body, place))
        self._kept = kept
        return tuple(kept[key][1] for key in listed if key in kept)

    def _keep(self, kept: dict[Key, tuple[str, Document]], key: Key, digest: str, document: Document) -> None:
        kept[key] = (digest, document)
        if self._known is not None and digest:
            self._known[key, digest] = document


def read_documents(uow: UnitOfWork) -> tuple[Document, ...]:
    """Return all documents as this unit sees them, e.g. under the schema lock before a change."""
    return DocumentStore().read(uow.reader)


def read_documents_of(uow: UnitOfWork, owner: str) -> tuple[Document, ...]:
    """Return one owner's documents, whether they take part or not."""
    t = document_table.c
    rows = uow.execute(
        sa.select(t.owner, t.kind, t.name, t.body, t.place).where(t.owner == owner).order_by(t.kind, t.name)
    )
    return tuple(_document(*row) for row in rows)


def save_documents(uow: UnitOfWork, documents: Iterable[Document], reason: str = "") -> None:
    """Write documents; one of the same owner, kind and name is replaced."""
    rows = [
        {
            "owner": d.owner,
            "kind": d.kind,
            "name": d.name,
            "body": plain(d.body),
            "digest": d.digest,
            "place": asdict(d.place),
            "set_by": uow.actor.id,
            "set_at": uow.now,
            "reason": reason or uow.reason or "",
        }
        for d in documents
    ]
    if not rows:
        return
    statement = insert(document_table)
    new = {
        name: statement.excluded[name] for name in ("body", "digest", "place", "set_by", "set_at", "reason")
    }
    uow.execute(statement.on_conflict_do_update(index_elements=["owner", "kind", "name"], set_=new), rows)


def remove_documents(uow: UnitOfWork, owner: str, keys: Iterable[tuple[str, str]] | None = None) -> int:
    """Remove an owner's documents, all or those of these (kind, name); return how many."""
    t = document_table.c
    statement = sa.delete(document_table).where(t.owner == owner)
    if keys is not None:
        statement = statement.where(sa.tuple_(t.kind, t.name).in_(list(keys)))
    return uow.execute(statement).rowcount


def read_modules(reader: Reader) -> tuple[ModuleSpec, ...]:
    """Return the enabled modules in the order in which they were installed."""
    return tuple(_module(name, version, manifest) for name, version, manifest in reader.rows(MODULES))


def save_module(uow: UnitOfWork, module: ModuleSpec, state: str = "enabled") -> None:
    """Write a module as installed; one that is known keeps its position."""
    manifest = {key: plain(value) for key, value in asdict_of(module).items() if key not in _IN_COLUMNS}
    last = sa.select(sa.func.coalesce(sa.func.max(module_table.c.position), 0) + 1).scalar_subquery()
    statement = insert(module_table).values(
        name=module.name, version=module.version, state=state, manifest=manifest, position=last
    )
    uow.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"version": module.version, "state": state, "manifest": manifest}
        )
    )


def remove_module(uow: UnitOfWork, name: str) -> None:
    """Forget that a module was ever installed."""
    uow.execute(sa.delete(module_table).where(module_table.c.name == name))


def asdict_of(module: ModuleSpec) -> dict[str, object]:
    """Return a module's attributes by name, mappings as they are."""
    return {part.name: getattr(module, part.name) for part in fields(module)}


def _module(name: str, version: str, manifest: Mapping[str, Any]) -> ModuleSpec:
    known = {part.name for part in fields(ModuleSpec)} - _IN_COLUMNS
    values = {key: freeze(value) for key, value in manifest.items() if key in known}
    return ModuleSpec(name=name, version=version, **cast(dict[str, Any], {"label": name, **values}))


def _document(owner: str, kind: str, name: str, body: Json, place: Mapping[str, Any]) -> Document:
    where = Place(file=str(place.get("file", "")), line=int(place.get("line", 0)))
    return Document(
        owner=owner, kind=kind, name=name, body=cast(Mapping[str, Json], freeze(body)), place=where
    )
