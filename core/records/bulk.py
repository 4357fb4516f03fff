"""Bulk changes: many records in one act, found again with the actor's rights, and taken back where nothing moved since.

What an act did is read from the history by its cause, so that taking it back needs nothing to be kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import BadRequest
from core.fields import FieldTypes
from core.kernel.actor import Actor
from core.kernel.values import Ref
from core.metadata.specs import EntitySpec, Json
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import UnitOfWork
from core.storage.kernel_tables import history as core_history

AT_ONCE = 500
"""Records that are changed in one transaction; more are changed by a job."""

MOST = 50_000
"""Records that one act may change."""

IDS = 1000
CAUSE = "bulk:"
UNDOABLE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Which records: by ids, or all that a filter and a search find when the act is carried out."""

    ids: tuple[int, ...] = ()
    filter: str = ""
    search: str = ""

    def pages(self) -> list[Query]:
        """Return the questions that find the records."""
        if not self.ids:
            return [Query(fields=("id",), filter=self.filter, search=self.search, sort=("id",))]
        parts = [self.ids[at : at + IDS // 10] for at in range(0, len(self.ids), IDS // 10)]
        return [Query(fields=("id",), filter=f"id in {list(part)}", sort=("id",)) for part in parts]


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkDone:
    """What became of an act: how many records moved, how many had nothing to move, and by which cause it is undone."""

    changed: int
    unchanged: int
    cause: str


def new_cause() -> str:
    """Return the name of an act, which nobody else can guess."""
    return f"{CAUSE}{secrets.token_urlsafe(12)}"


class Bulk:
    """Changes many records as one act. Rights, rules and history are those of every write."""

    def __init__(self, reading: Reading, records: Records, types: FieldTypes) -> None:
        self._reading = reading
        self._records = records
        self._types = types

    def find(self, actor: Actor, entity: str, chosen: Chosen, action: str, uow: UnitOfWork) -> list[int]:
        """Return the ids of the chosen records on which the actor is granted an action (or whom they see: read)."""
        found: list[int] = []
        for asked in chosen.pages():
            cursor: str | None = ""
            while cursor is not None:
                query = Query(
                    fields=asked.fields,
                    filter=asked.filter,
                    search=asked.search,
                    sort=asked.sort,
                    limit=MAX_LIMIT,
                    cursor=cursor,
                    granted="" if action == "read" else action,
                )
                page = self._reading.find(actor, entity, query, catalog=uow.catalog, uow=uow)
                found += [int(str(item["id"])) for item in page.items]
                cursor = page.next
                if len(found) > MOST:
                    raise BadRequest(
                        "At most {maximum} records are changed at once; narrow the filter.",
                        code="too_many",
                        maximum=MOST,
                    )
        return found

    def edit(
        self,
        actor: Actor,
        entity: str,
        ids: Sequence[int],
        values: Mapping[str, Json],
        *,
        cause: str,
        uow: UnitOfWork,
    ) -> BulkDone:
        """Write the same values, in wire form, into all of these records, or into none."""
        if not values:
            raise BadRequest("Say which values to write.", code="empty")
        uow.cause = cause
        saved = (
            self._records.update_many(actor, entity, {one: dict(values) for one in ids}, uow=uow)
            if ids
            else []
        )
        changed = sum(bool(one.changed) for one in saved)
        return BulkDone(changed=changed, unchanged=len(saved) - changed, cause=cause)

    def delete(
        self, actor: Actor, entity: str, ids: Sequence[int], *, cause: str, uow: UnitOfWork
    ) -> BulkDone:
        """Put all of these records in the trash, or none."""
        uow.cause = cause
        if ids:
            self._records.delete(actor, entity, list(ids), uow=uow)
        return BulkDone(changed=len(ids), unchanged=0, cause=cause)

    def undo(self, actor: Actor, entity: str, cause: str, *, uow: UnitOfWork) -> BulkDone:
        """Take back an act of the actor's own: only fields that are still as the act left them."""
        if not cause.startswith(CAUSE):
            raise BadRequest("There is nothing to take back.", code="nothing_to_undo")
        rows = self._acts(actor, entity, cause, uow)
        if not rows:
            raise BadRequest("There is nothing to take back.", code="nothing_to_undo")
        uow.cause = new_cause()
        deleted = [record for record, action, _ in rows if action == "delete"]
        if deleted:
            self._records.restore(actor, entity, deleted, uow=uow)
        moves = {record: changes for record, action, changes in rows if action == "update"}
        back = self._backwards(actor, uow.catalog.entity(entity), moves, uow)
        saved = self._records.update_many(actor, entity, back, uow=uow) if back else []
        changed = len(deleted) + sum(bool(one.changed) for one in saved)
        return BulkDone(changed=changed, unchanged=len(rows) - changed, cause=uow.cause)

    def _acts(
        self, actor: Actor, entity: str, cause: str, uow: UnitOfWork
    ) -> list[tuple[int, str, Mapping[str, Any]]]:
        c = core_history.c
        asked = sa.select(c.record_id, c.action, c.changes).where(
            c.actor == actor.id, c.entity == entity, c.cause == cause, c.at > uow.now - UNDOABLE
        )
        return [(row[0], row[1], row[2]) for row in uow.execute(asked.order_by(c.id))]

    def _backwards(
        self, actor: Actor, spec: EntitySpec, moves: Mapping[int, Mapping[str, Any]], uow: UnitOfWork
    ) -> dict[int, dict[str, Json]]:
        """Return the values from before the act, for the fields that nobody has moved since."""
        readable = self._reading.eyes(actor, uow.catalog).fields(spec.name).readable
        names = tuple(
            n
            for n in dict.fromkeys(name for changes in moves.values() for name in changes)
            if n in spec.fields and n in readable and not spec.fields[n].derived
        )
        back: dict[int, dict[str, Json]] = {}
        ids = list(moves)
        for start in range(0, len(ids) if names else 0, MAX_LIMIT):
            part = ids[start : start + MAX_LIMIT]
            query = Query(fields=("id", *names), filter=f"id in {part}", limit=MAX_LIMIT)
            for item in self._reading.find(actor, spec.name, query, catalog=uow.catalog, uow=uow).items:
                number = int(str(item["id"]))
                kept = {
                    name: pair[0]
                    for name, pair in moves[number].items()
                    if name in names and self._wire(spec, name, item[name]) == pair[1]
                }
                if kept:
                    back[number] = kept
        return back

    def _wire(self, spec: EntitySpec, name: str, value: object) -> Json:
        """Return a value as the history writes it."""
        field = spec.fields[name]
        if field.type == "links":
            return [one.id for one in value if isinstance(one, Ref)] if isinstance(value, tuple) else []
        return None if value is None else self._types.get(field.type).dump(field, value)
