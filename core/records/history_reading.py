"""History as its reader may know it today: a visible record, readable fields, nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sqlalchemy as sa

from core.access import key_of
from core.errors import BadRequest, NotFound
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec, Json
from core.records.asking import Asking
from core.records.compiled import Kept, Statement
from core.records.history import TAKEN, TRANSITION
from core.records.history_parts import HistoryPage, build_history_page
from core.records.listing import opened, visible
from core.records.page import HistoryEntry, HistoryPart
from core.records.query import MAX_LIMIT
from core.records.reading import Reading
from core.records.search import Searching
from core.records.wording import is_id
from core.storage.kernel_tables import OF_ACCOUNT
from core.storage.reader import Reader
from core.storage.unit import UnitOfWork

Pair: TypeAlias = "tuple[Json, Json]"

CHANGING = frozenset({"update", TRANSITION})
"""Actions that tell what each field was and is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sight:
    """What decides on one record: its fields that always show, and those with a mask, in the order of the row."""

    statement: Statement
    page: HistoryPage
    shown: frozenset[str]
    masked: tuple[str, ...]


class HistoryReading:
    """Reads what happened to a record and to its parts, in the trash or not, through the rights its reader has now.

    Of a field that is readable on some records only, the changes are told if this record is one of them as it
    stands. Titles of other records are not told as they were written, but as they may be read now. A part that has
    come from another record is told of since then, and by none that it has left.
    """

    def __init__(self, reading: Reading, searching: Searching, asking: Asking) -> None:
        self._reading = reading
        self._searching = searching
        self._asking = asking
        self._kept: Kept[_Sight] = Kept(256)

    def history(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        limit: int = 50,
        before: int | None = None,
        *,
        catalog: Catalog,
        without: frozenset[str] = frozenset(),
        briefly: bool = False,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> list[HistoryEntry]:
        """Return the newest entries, those before the entry with the id ``before`` where it is given.

        Parts of the entities ``without`` are left out. ``briefly`` says of what was made or put away only its title.
        """
        if not 0 < limit <= MAX_LIMIT:
            raise BadRequest("limit is between 0 and {maximum}.", code="limit", maximum=MAX_LIMIT)
        with self._asking.reader(uow, reader) as lent:
            key = (catalog.version, catalog.digest, key_of(actor), entity, without)
            sight = self._kept.get(key, lambda: self._compile(actor, entity, catalog, without))
            # The page is empty where the record is out of sight; else it is asked only for what shows on some records.
            shown = self._shown(sight, actor, record_id, uow, lent) if sight.masked else sight.shown
            page = sight.page.statement
            given = {
                **self._asking.constants(page.wants, actor, uow),
                "record": record_id,
                "limit": limit,
                "before": before or 2**63 - 1,
                "shown": sorted(shown),
                "views": self._knows_views(actor, record_id, catalog),
            }
            rows = lent.raw(page.sql, page.params(given)) if is_id(record_id) else []
            if not rows:
                self._shown(sight, actor, record_id, uow, lent)
            entries = [_entry(row, sight.page, shown) for row in rows]
            if briefly:
                entries = [_brief(catalog, entity, entry) for entry in entries]
            return self._titled(actor, entity, entries, catalog, uow, lent)

    def _knows_views(self, actor: Actor, record_id: int, catalog: Catalog) -> bool:
        """Tell whether the reader learns of views and of the account of a person: administrators, and the person."""
        access = self._reading.eyes(actor, catalog).access
        return actor.id == record_id or access.is_administrator(actor, catalog)

    def _titled(
        self,
        actor: Actor,
        entity: str,
        entries: Sequence[HistoryEntry],
        catalog: Catalog,
        uow: UnitOfWork | None,
        lent: Reader,
    ) -> list[HistoryEntry]:
        """Put the titles of today that the reader may know into references, in place of those written then."""
        wanted: dict[str, set[int]] = {}
        for entry in entries:
            fields = _fields(catalog, entity, entry)
            for name, pair in entry.changes.items():
                if _target(fields[name]):
                    wanted.setdefault(_target(fields[name]), set()).update(_ids(pair))
        titles = {
            target: self._searching.titles(actor, target, sorted(ids), catalog=catalog, uow=uow, reader=lent)
            for target, ids in wanted.items()
            if ids and self._reading.may_read(actor, target, catalog)
        }
        return [
            replace(
                entry,
                changes={
                    name: _named(fields[name].type, pair, titles.get(_target(fields[name]), {}))
                    for fields in (_fields(catalog, entity, entry),)
                    for name, pair in entry.changes.items()
                },
            )
            if entry.changes
            else entry
            for entry in entries
        ]

    def _shown(
        self, sight: _Sight, actor: Actor, record_id: int, uow: UnitOfWork | None, lent: Reader
    ) -> frozenset[str]:
        """Return the fields of the record that its reader sees; raise `NotFound` where the record is out of sight."""
        given = {**self._asking.constants(sight.statement.wants, actor, uow), "id": record_id}
        rows = lent.raw(sight.statement.sql, sight.statement.params(given)) if is_id(record_id) else []
        if not rows:
            raise NotFound
        return sight.shown | {name for name, holds in zip(sight.masked, rows[0][1:], strict=True) if holds}

    def _compile(self, actor: Actor, entity: str, catalog: Catalog, without: frozenset[str]) -> _Sight:
        self._reading.require_read(actor, entity, catalog)
        eyes = replace(self._reading.eyes(actor, catalog), many=False)  # of one record, and its parts
        scope, sources = opened(eyes, catalog.entity(entity))
        readable = eyes.fields(entity).readable
        masked = tuple(name for name, mask in readable.items() if mask is not True)
        masks = [scope.mask(name) for name in masked]
        conditions = [scope.table.c.id == sa.bindparam("id", type_=sa.BigInteger), *visible(eyes, scope)]
        select = sa.select(scope.table.c.id, *(mask for mask in masks if mask is not None))
        select = select.select_from(sources.clause).where(*conditions)
        return _Sight(
            statement=self._reading.compiler.compile(select),
            page=build_history_page(eyes, catalog.entity(entity), self._reading.compiler, without),
            masked=masked,
            shown=frozenset(name for name, mask in readable.items() if mask is True),
        )


def _entry(row: Sequence[Any], page: HistoryPage, shown: frozenset[str]) -> HistoryEntry:
    number, at, actor, actor_name, channel, reason, action, changes, *about = row
    place, record_id, title, listed, part_shown, arrived = about
    part = None
    if place is not None:
        name = page.parts[place]
        part = HistoryPart(entity=name, id=record_id, list=listed, title=title, arrived=arrived)
        # What an arrival changed besides was something else at the record before.
        shown = frozenset() if arrived else frozenset(part_shown)
    told: Mapping[str, Any] = changes or {}
    pairs: dict[str, Pair] = {
        name: (pair[0], pair[1])
        for name, pair in told.items()
        if name in shown and action != OF_ACCOUNT and isinstance(pair, list) and len(pair) == 2
    }
    step = _taken(told.get(TAKEN), shown)
    return HistoryEntry(
        id=number,
        at=at,
        actor=actor,
        actor_name=actor_name or None,
        channel=channel,
        reason=reason,
        action="update" if action == TRANSITION and not step else action,
        changes=pairs,
        part=part,
        transition=step,
        event=told if action == OF_ACCOUNT else {},
    )


def _taken(note: object, shown: Collection[str]) -> str:
    """Return the step of a workflow that was taken, where the reader sees the state that it moved."""
    if not isinstance(note, Mapping) or note.get("field") not in shown:
        return ""
    return str(note.get("name", ""))


def _brief(catalog: Catalog, entity: str, entry: HistoryEntry) -> HistoryEntry:
    """Return an entry with what was changed; of what was made or put away only with the title."""
    if entry.action in CHANGING:
        return entry
    title = _about(catalog, entity, entry).title
    return replace(entry, changes={name: pair for name, pair in entry.changes.items() if name == title})


def _about(catalog: Catalog, entity: str, entry: HistoryEntry) -> EntitySpec:
    """Return what kind of record an entry is about."""
    return catalog.entity(entry.part.entity if entry.part else entity)


def _fields(catalog: Catalog, entity: str, entry: HistoryEntry) -> Mapping[str, FieldSpec]:
    """Return the fields that the changes of an entry are about."""
    return _about(catalog, entity, entry).fields


def _target(spec: FieldSpec) -> str:
    """Return the entity that a reference or links lead to; empty for all other fields."""
    return str(spec.option("to")) if spec.type in ("reference", "links") else ""


def _ids(pair: Pair) -> Iterator[int]:
    """Yield the ids of references in both values: ``{"id"}`` of a reference, numbers of links."""
    for value in pair:
        for one in value if isinstance(value, list) else (value,):
            found = one.get("id") if isinstance(one, Mapping) else one
            if isinstance(found, int):
                yield found


def _named(kind: str, pair: Pair, titles: Mapping[int, str | None]) -> Pair:
    """Return both values with the titles given; others are gone."""
    return _renamed(kind, pair[0], titles), _renamed(kind, pair[1], titles)


def _renamed(kind: str, value: Json, titles: Mapping[int, str | None]) -> Json:
    if kind == "links":
        return [{"id": one, "title": titles.get(one)} for one in _ids((value, None))]
    if kind not in ("reference", "reference_any") or not isinstance(value, Mapping):
        return value
    known = value.get("id")
    return {**value, "title": titles.get(known) if isinstance(known, int) else None}
