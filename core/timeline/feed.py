"""The feed of a record: its history, its notes and what modules tell, newest first, as the reader may know it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.access.parts import part_of
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.kernel.values import FileRef, Ref
from core.metadata.catalog import Catalog
from core.records.compiled import Kept
from core.records.history_reading import HistoryReading
from core.records.page import HistoryEntry, Values
from core.records.query import Query
from core.records.reading import Reading
from core.records.search import Searching
from core.storage import UnitOfWork
from core.timeline.entities import FOLLOWER, NOTE, NOTE_FILE, PERSON
from core.timeline.events import TimelineEvent

CHANGE, MOVE = "change", "move"
OWN_KINDS = ("note", MOVE, CHANGE)
APART = frozenset({NOTE, NOTE_FILE, FOLLOWER})
"""Parts whose history the feed does not tell: they stand in it themselves."""

MOST = 100
NEWEST = 10**18 - 1
"""Before this all entries of the history were written."""

ROUNDS = 5
"""How often the history is asked again where a filter leaves little of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A note as its reader sees it."""

    id: int
    at: datetime
    author: int | None
    author_name: str
    body: str
    edited: bool
    mentions: tuple[Ref, ...] = ()
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing in the feed: a note, an entry of the history, or an event of a module."""

    at: datetime
    kind: str
    thing: Note | HistoryEntry | TimelineEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where a page of the feed begins: before this moment, this entry of the history and this note."""

    at: datetime
    entry: int = NEWEST
    note: int = NEWEST

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{self.entry}-{self.note}"

    @classmethod
    def read(cls, text: str) -> Position | None:
        """Read what a page of ours has written; None for anything else."""
        moment, *numbers = text.split("-")
        try:
            at = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
        except ValueError:
            return None
        if len(numbers) != 2 or not all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers):
            return None
        return cls(at=at, entry=int(numbers[0]), note=int(numbers[1]))


Events = Callable[[str, "datetime | None", int], Iterable[TimelineEvent]]
"""Asks modules for events: of a kind (empty: all), before a moment, at most so many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedPage:
    """Some of the feed, newest first; ``next`` is where the older things begin."""

    items: tuple[Item, ...]
    next: Position | None


_LOGS: Kept[frozenset[str]] = Kept(1024)


def logs_of(catalog: Catalog, entity: str) -> frozenset[str]:
    """Return the parts of an entity that nobody writes by hand: what they say of a change, the change itself says."""
    return _LOGS.get((catalog.version, catalog.digest, entity), lambda: _logs_of(catalog, entity))


def _logs_of(catalog: Catalog, entity: str) -> frozenset[str]:
    owned = ((spec, part_of(catalog, spec)) for spec in catalog.entities.values())
    return frozenset(
        spec.name
        for spec, part in owned
        if part is not None
        and entity in {whole.name for whole in part.wholes}
        and all(f.system or f.derived or f.read_only or f.name == part.by for f in spec.fields.values())
    )


class Feed:
    """Reads the feed of one record for one person."""

    def __init__(self, site: Site, actor: Actor, catalog: Catalog, uow: UnitOfWork | None = None) -> None:
        self._site = site
        self._actor = actor
        self._catalog = catalog
        self._uow = uow

    def page(
        self,
        entity: str,
        record_id: int,
        *,
        kind: str = "",
        before: Position | None = None,
        limit: int = 20,
        events: Events | None = None,
    ) -> FeedPage:
        """Return a page; raise `NotFound` where the record is out of sight."""
        entries = self._entries(entity, record_id, kind, before, limit + 1)
        found = [Item(at=e.at, kind=_kind(e), thing=e) for e in entries]
        if kind in ("", "note"):
            notes = self._notes(entity, record_id, before, limit + 1)
            found += [Item(at=n.at, kind="note", thing=n) for n in notes]
        if events is not None and (not kind or kind not in OWN_KINDS):
            told = events(kind, before.at if before else None, limit + 1)
            found += [Item(at=e.at, kind=e.kind, thing=e) for e in told]
        found.sort(key=lambda item: item.at, reverse=True)
        return _cut(found, limit, before)

    def _entries(
        self, entity: str, record_id: int, kind: str, before: Position | None, limit: int
    ) -> list[HistoryEntry]:
        reading, at = self._site.get(HistoryReading), before.entry if before else None
        found: list[HistoryEntry] = []
        without = APART | logs_of(self._catalog, entity)
        size = limit if kind in ("", CHANGE) else MOST if kind == MOVE else 1
        for _ in range(ROUNDS):
            entries = reading.history(
                self._actor,
                entity,
                record_id,
                size,
                at,
                catalog=self._catalog,
                without=without,
                briefly=True,
                uow=self._uow,
            )
            if kind not in ("", CHANGE, MOVE):
                return []  # it was asked for who may not see the record
            found += [e for e in entries if not kind or _kind(e) == kind]
            if len(found) >= limit or len(entries) < size:
                break
            at = entries[-1].id
        return found[:limit]

    def _notes(self, entity: str, record_id: int, before: Position | None, limit: int) -> list[Note]:
        reading, known = self._site.get(Reading), self._catalog.entities.get(NOTE)
        if known is None or not reading.may_read(self._actor, NOTE, self._catalog):
            return []
        where = f"refers(record, '{entity}', {record_id})"
        if before is not None:
            where += f" and id < {before.note}"
        query = Query(
            fields=("id", "body", "mentions", "files", "created_at", "created_by", "updated_at"),
            filter=where,
            sort=("-id",),
            limit=limit,
        )
        page = reading.find(self._actor, NOTE, query, catalog=self._catalog, uow=self._uow)
        names = self.names(row["created_by"] for row in page.items)
        return [_note(row, names) for row in page.items]

    def note(self, number: int) -> tuple[str, int, Note]:
        """Return a note with the record it is about; raise `NotFound` where it is out of sight."""
        fields = ("id", "record", "body", "mentions", "files", "created_at", "created_by", "updated_at")
        row = self._site.get(Reading).get(
            self._actor, NOTE, number, fields, catalog=self._catalog, uow=self._uow
        )
        record = row["record"]
        note = _note(row, self.names([row["created_by"]]))
        return getattr(record, "entity", ""), getattr(record, "id", 0), note

    def followers(self, entity: str, record_id: int) -> list[Ref]:
        """Return who follows a record, first those who began first."""
        reading = self._site.get(Reading)
        if FOLLOWER not in self._catalog.entities or not reading.may_read(
            self._actor, FOLLOWER, self._catalog
        ):
            return []
        query = Query(
            fields=("id", "user"),
            filter=f"refers(record, '{entity}', {record_id})",
            sort=("id",),
            limit=MOST,
        )
        page = reading.find(self._actor, FOLLOWER, query, catalog=self._catalog, uow=self._uow)
        return [row["user"] for row in page.items if isinstance(row["user"], Ref)]

    def names(self, ids: Iterable[object]) -> dict[int, str]:
        """Return what people are called, as far as the reader may know."""
        wanted = sorted({one for one in ids if isinstance(one, int)})
        if not wanted or not self._site.get(Reading).may_read(self._actor, PERSON, self._catalog):
            return {}
        titles = self._site.get(Searching).titles(
            self._actor, PERSON, wanted, catalog=self._catalog, uow=self._uow
        )
        return {one: title or "" for one, title in titles.items()}


def _kind(entry: HistoryEntry) -> str:
    return MOVE if entry.action == "transition" else CHANGE


def _note(row: Values, names: dict[int, str]) -> Note:
    author = row["created_by"] if isinstance(row["created_by"], int) else None
    at, changed = row["created_at"], row["updated_at"]
    assert isinstance(at, datetime)  # the system keeps both
    assert isinstance(changed, datetime)
    mentions, files = row.get("mentions"), row.get("files")
    return Note(
        id=int(str(row["id"])),
        at=at,
        author=author,
        author_name=names.get(author or 0, ""),
        body=str(row["body"] or ""),
        edited=changed > at,
        mentions=tuple(one for one in mentions if isinstance(one, Ref))
        if isinstance(mentions, tuple)
        else (),
        files=tuple(_files(files)),
    )


def _files(lines: object) -> Iterable[FileRef]:
    for line in lines if isinstance(lines, tuple) else ():
        file = line.get("file")
        if isinstance(file, FileRef):
            yield file


def _cut(found: Sequence[Item], limit: int, before: Position | None) -> FeedPage:
    """Return the first of them; events of one moment stay together, because nothing else tells them apart."""
    end = limit
    while 0 < end < len(found) and found[end].at == found[end - 1].at and _is_event(found[end]):
        end += 1
    shown = tuple(found[:end])
    if len(found) <= end or not shown:
        return FeedPage(items=shown, next=None)
    last = before or Position(at=shown[-1].at)
    entries = [item.thing.id for item in shown if isinstance(item.thing, HistoryEntry)]
    notes = [item.thing.id for item in shown if isinstance(item.thing, Note)]
    position = Position(
        at=shown[-1].at, entry=min(entries, default=last.entry), note=min(notes, default=last.note)
    )
    return FeedPage(items=shown, next=position)


def _is_event(item: Item) -> bool:
    return isinstance(item.thing, TimelineEvent)
