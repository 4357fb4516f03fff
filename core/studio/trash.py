"""What the site has removed of its own definitions, kept as it was written until it is wanted again."""

from __future__ import annotations

from collections.abc import Mapping

from core.metadata.documents import Document, plain
from core.metadata.specs import Json
from core.storage import UnitOfWork
from core.storage.documents import read_documents_of, remove_documents, save_documents

OWNER = "site.trash"
"""Owner of what was removed: no module can have this name, and no catalog is compiled from it."""


def removed_fields(uow: UnitOfWork, entity: str) -> dict[str, Mapping[str, Json]]:
    """Return the definitions of the fields that were removed from an entity, by name."""
    found = next((d for d in read_documents_of(uow, OWNER) if d.name == entity), None)
    fields = plain(found.body.get("fields")) if found else {}
    return (
        {name: body for name, body in fields.items() if isinstance(body, Mapping)}
        if isinstance(fields, Mapping)
        else {}
    )


def keep_removed(uow: UnitOfWork, entity: str, name: str, body: Json) -> None:
    """Keep the definition of a field that was removed; None forgets one whose name is in use again."""
    fields: dict[str, Json] = dict(removed_fields(uow, entity))
    if body is None and name not in fields:
        return
    fields.pop(name, None)
    if body is not None:
        fields[name] = body
    if fields:
        save_documents(
            uow,
            [Document(owner=OWNER, kind="extend", name=entity, body={"extends": entity, "fields": fields})],
        )
    else:
        remove_documents(uow, OWNER, [("extend", entity)])
