"""What the site has removed of its own definitions, kept as it was written until it is wanted again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.metadata.documents import Document, plain
from core.metadata.layers import mapping, texts
from core.metadata.specs import Json
from core.storage import UnitOfWork
from core.storage.documents import read_documents_of, remove_documents, save_documents

OWNER = "site.trash"
"""Owner of what was removed: no module can have this name, and no catalog is compiled from it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Removed:
    """A field that was removed. ``arranged`` tells that whoever administers the entity did it, and may take it back."""

    body: Mapping[str, Json]
    arranged: bool


def removed_fields(uow: UnitOfWork, entity: str) -> dict[str, Removed]:
    """Return the definitions of the fields that were removed from an entity, by name."""
    found = next((d for d in read_documents_of(uow, OWNER) if d.name == entity), None)
    written = mapping(plain(found.body)) if found is not None else {}
    arranged = texts(written.get("arranged"))
    return {
        name: Removed(body=body, arranged=name in arranged)
        for name, body in mapping(written.get("fields")).items()
        if isinstance(body, Mapping)
    }


def keep_removed(uow: UnitOfWork, entity: str, name: str, body: Json, *, arranged: bool = False) -> None:
    """Keep the definition of a field that was removed; None forgets one whose name is in use again."""
    fields = removed_fields(uow, entity)
    if body is None and name not in fields:
        return
    fields.pop(name, None)
    if body is not None:
        fields[name] = Removed(body=mapping(body), arranged=arranged)
    if not fields:
        remove_documents(uow, OWNER, [("extend", entity)])
        return
    kept: dict[str, Json] = {
        "extends": entity,
        "fields": {key: one.body for key, one in fields.items()},
        "arranged": [key for key, one in fields.items() if one.arranged],
    }
    save_documents(uow, [Document(owner=OWNER, kind="extend", name=entity, body=kept)])
