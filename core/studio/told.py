"""Who has changed the definitions of an entity at the site, when and why: of what somebody cannot read nothing is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge

from core.metadata.layers import mapping
from core.metadata.names import SITE_ENTITY_PREFIX
from core.metadata.specs import NOTHING
from core.storage import Reader
from core.storage.document_changes import DocumentChange, changes_of_document
from core.studio.arranged import KINDS
from core.studio.arrangement import Reads

LISTED = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One change: of which fields, or of which view; neither where it is about the entity itself."""

    change: DocumentChange
    fields: tuple[str, ...] = ()
    view: str = ""


def told(reader: Reader, entity: str, reads: Reads | None) -> tuple[Told, ...]:
    """Return the changes of an entity's definitions, the newest first; without ``reads`` all of them."""
    kind = "entity" if entity.startswith(SITE_ENTITY_PREFIX) else "extend"
    every = [
        _of_entity(changes_of_document(reader, kind, entity, LISTED), reads),
        *(_of_view(changes_of_document(reader, "extend", f"{entity}.{v}", LISTED), v) for v in KINDS),
    ]
    return tuple(merge(*every, key=lambda one: one.change.at, reverse=True))[:LISTED]


def _of_entity(changes: Iterable[DocumentChange], reads: Reads | None) -> Iterator[Told]:
    for change in changes:
        before, after = change.before or NOTHING, change.after or NOTHING
        keys = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        one, other = mapping(before.get("fields")), mapping(after.get("fields"))
        changed = sorted(n for n in one.keys() | other.keys() if one.get(n) != other.get(n))
        seen = tuple(name for name in changed if reads is None or reads(name))
        if seen or keys - {"fields", "base", "extends"}:
            yield Told(change=change, fields=seen)


def _of_view(changes: Iterable[DocumentChange], kind: str) -> Iterator[Told]:
    for change in changes:
        yield Told(change=change, view=kind)
