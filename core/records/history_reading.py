"""History as its reader may know it today: a visible record, readable fields, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from core.access import key_of
from core.errors import BadRequest, NotFound
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import Json
from core.records.asking import Asking
from core.records.compiled import Compiler, Kept, Statement
from core.records.listing import opened, visible
from core.records.page import HistoryEntry
from core.records.query import MAX_LIMIT
from core.records.reading import Reading
from core.records.search import Searching
from core.records.wording import is_id
from core.storage import kernel_tables
from core.storage.reader import Reader
from core.storage.unit import UnitOfWork

Pair: TypeAlias = "tuple[Json, Json]"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sight:
    """What decides on one record: its fields that always show, and those with a mask, in the order of the row."""

    statement: Statement
    shown: frozenset[str]
    masked: tuple[str, ...]


class HistoryReading:
    """Reads what happened to a record, in the trash or not, through the rights its reader has now.

    Of a field that is readable on some records only, the changes are told if this record is one of them as it
    stands. Titles of other records are not told as they were written, but as they may be read now.
    """

    def __init__(self, reading: Reading, searching: Searching, asking: Asking) -> None:
        self._reading = reading
        self._searching = searching
        self._asking = asking
        self._kept: Kept[_Sight] = Kept(256)
        self._page = _compile_page(reading.compiler)

    def history(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        limit: int = 50,
        before: int | None = None,
        *,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> list[HistoryEntry]:
        """Return the newest entries, those before the entry with the id ``before`` where it is given."""
        if not 0 < limit <= MAX_LIMIT:
            raise BadRequest("limit is between 0 and {maximum}.", code="limit", maximum=MAX_LIMIT)
        with self._asking.reader(uow, reader) as lent:
            shown = self._shown(actor, entity, record_id, catalog, uow, lent)
            given = {
                "entity": entity,
                "record": record_id,
                "limit": limit,
                "before": before or 2**63 - 1,
                "shown": sorted(shown),
            }
            entries = [_entry(row, shown) for row in lent.raw(self._page.sql, self._page.params(given))]
            return self._titled(actor, entity, entries, catalog, uow, lent)

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
        fields = catalog.entity(entity).fields
        pointing = {f.name: str(f.option("to")) for f in fields.values() if f.type in ("reference", "links")}
        wanted: dict[str, set[int]] = {}
        for entry in entries:
            for name in pointing.keys() & entry.changes.keys():
                wanted.setdefault(pointing[name], set()).update(_ids(entry.changes[name]))
        titles = {
            target: self._searching.titles(actor, target, sorted(ids), catalog=catalog, uow=uow, reader=lent)
            for target, ids in wanted.items()
            if ids and self._reading.may_read(actor, target, catalog)
        }
        return [
            replace(
                entry,
                changes={
                    name: _named(fields[name].type, pair, titles.get(pointing.get(name, ""), {}))
                    for name, pair in entry.changes.items()
                },
            )
            for entry in entries
        ]

    def _shown(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        catalog: Catalog,
        uow: UnitOfWork | None,
        lent: Reader,
    ) -> frozenset[str]:
        """Return the fields of the record that its reader sees; raise `NotFound` where the record is out of sight."""
        key = (catalog.version, catalog.digest, key_of(actor), entity)
        sight = self._kept.get(key, lambda: self._compile(actor, entity, catalog))
        given = {**self._asking.constants(sight.statement.wants, actor, uow), "id": record_id}
        rows = lent.raw(sight.statement.sql, sight.statement.params(given)) if is_id(record_id) else []
        if not rows:
            raise NotFound
        return sight.shown | {name for name, holds in zip(sight.masked, rows[0][1:], strict=True) if holds}

    def _compile(self, actor: Actor, entity: str, catalog: Catalog) -> _Sight:
        self._reading.require_read(actor, entity, catalog)
        eyes = self._reading.eyes(actor, catalog)
        scope, sources = opened(eyes, catalog.entity(entity))
        readable = eyes.fields(entity).readable
        masked = tuple(name for name, mask in readable.items() if mask is not True)
        masks = [scope.mask(name) for name in masked]
        conditions = [scope.table.c.id == sa.bindparam("id", type_=sa.BigInteger), *visible(eyes, scope)]
        select = sa.select(scope.table.c.id, *(mask for mask in masks if mask is not None))
        select = select.select_from(sources.clause).where(*conditions)
        return _Sight(
            statement=self._reading.compiler.compile(select),
            masked=masked,
            shown=frozenset(name for name, mask in readable.items() if mask is True),
        )


def _compile_page(compiler: Compiler) -> Statement:
    table = kernel_tables.history
    columns = ("id", "at", "actor", "actor_name", "channel", "reason", "action", "changes")
    select = (
        sa.select(*(table.c[name] for name in columns))
        .where(
            table.c.entity == sa.bindparam("entity", type_=sa.Text),
            table.c.record_id == sa.bindparam("record", type_=sa.BigInteger),
            table.c.id < sa.bindparam("before", type_=sa.BigInteger),
            # Updates of nothing but hidden fields are left out here: a page that is short would tell of them.
            sa.or_(
                table.c.action != "update",
                table.c.changes.has_any(sa.bindparam("shown", type_=ARRAY(sa.Text))),
            ),
        )
        .order_by(table.c.id.desc())
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
    return compiler.compile(select)


def _entry(row: Sequence[Any], shown: frozenset[str]) -> HistoryEntry:
    number, at, actor, actor_name, channel, reason, action, changes = row
    told: Mapping[str, Any] = changes or {}
    pairs: dict[str, Pair] = {
        name: (pair[0], pair[1])
        for name, pair in told.items()
        if name in shown and isinstance(pair, list) and len(pair) == 2
    }
    return HistoryEntry(
        id=number,
        at=at,
        actor=actor,
        actor_name=actor_name or None,
        channel=channel,
        reason=reason,
        action=action,
        changes=pairs,
    )


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
