"""What a run has done under one cause, read from the history and taken back, newest first, where nobody went on with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from core.access.parts import target_step
from core.errors import PayvandError
from core.fields import FieldTypes
from core.kernel.actor import Actor
from core.kernel.values import Ref
from core.metadata.specs import EntitySpec, FieldSpec, Json
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.records.trash import Incoming, incoming_references
from core.storage import Tables, UnitOfWork
from core.storage.kernel_tables import history as core_history


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


EDITED = N_("It was changed since.")
USED = N_("Other records belong to it or refer to it.")
GONE = N_("It is not there any more.")
REASON = "takes back what a run has done"

Values = Mapping[str, Any]


class Step(NamedTuple):
    """One row of the history: what was done to which record."""

    id: int
    entity: str
    record: int
    action: str
    changes: Values


class Kept(NamedTuple):
    """A record that stays as it is, or some fields of it, and why."""

    entity: str
    record: int
    fields: tuple[str, ...]
    reason: str


@dataclass(slots=True, kw_only=True)
class TakenBack:
    """What came of it."""

    deleted: int = 0
    restored: int = 0
    kept: list[Kept] = field(default_factory=list)


def undone(cause: str) -> str:
    """Return the cause under which what was done under another one is taken back."""
    return f"undo:{cause}"


class TakingBack:
    """Takes back the steps of a run: what it created goes to the trash, what it changed gets its values from before.

    A record that somebody has changed, added to or referred to since is kept; of changed ones the fields that
    somebody has moved since. Parts go with their whole.
    """

    def __init__(self, *, reading: Reading, records: Records, types: FieldTypes, tables: Tables) -> None:
        self._reading = reading
        self._records = records
        self._types = types
        self._tables = tables

    def steps(self, actor: Actor, cause: str, before: int | None, limit: int, uow: UnitOfWork) -> list[Step]:
        """Return the latest steps of the actor's run, older than a step."""
        c = core_history.c
        asked = sa.select(c.id, c.entity, c.record_id, c.action, c.changes).where(
            c.actor == actor.id, c.cause == cause, *([c.id < before] if before is not None else [])
        )
        return [Step(*row) for row in uow.execute(asked.order_by(c.id.desc()).limit(limit))]

    def take_back(self, actor: Actor, steps: Sequence[Step], cause: str, uow: UnitOfWork) -> TakenBack:
        """Take steps back, which stand newest first."""
        done = TakenBack()
        system = actor.elevate(REASON)
        for (entity, action), group in groupby(steps, key=lambda step: (step.entity, step.action)):
            if entity not in uow.catalog.entities:
                continue  # its module was disabled meanwhile
            spec = uow.catalog.entity(entity)
            some = list(group)
            left = self._with_whole(spec, [step.record for step in some], cause, uow)
            if action == "create":
                self._delete(system, spec, [s.record for s in some if s.record not in left], cause, done, uow)
            elif action == "update":
                made = self._made(entity, [step.record for step in some], cause, uow)
                for part in _once_each(s for s in some if s.record not in left and s.record not in made):
                    self._restore(system, spec, part, done, uow)
        return done

    # What was created

    def _delete(
        self, actor: Actor, spec: EntitySpec, ids: Sequence[int], cause: str, done: TakenBack, uow: UnitOfWork
    ) -> None:
        live = self._live(actor, spec.name, ids, uow)
        edited = self._edited(spec, live, cause, uow)
        used = self._used(spec, [i for i in live if i not in edited], uow)
        done.kept += [Kept(spec.name, i, (), EDITED) for i in live if i in edited]
        done.kept += [Kept(spec.name, i, (), USED) for i in live if i in used]
        free = [i for i in live if i not in edited and i not in used]

        def delete(some: Sequence[int]) -> None:
            self._records.delete(actor, spec.name, list(some), uow=uow)
            done.deleted += len(some)

        self._try(spec.name, free, delete, done, uow)

    def _live(self, actor: Actor, entity: str, ids: Sequence[int], uow: UnitOfWork) -> list[int]:
        found = self._reading.find(actor, entity, _by_ids(("id",), ids), catalog=uow.catalog, uow=uow)
        there = {int(str(item["id"])) for item in found.items}
        return [i for i in ids if i in there]

    def _edited(self, spec: EntitySpec, ids: Sequence[int], cause: str, uow: UnitOfWork) -> set[int]:
        """Return the records that somebody else has touched, or lines of theirs."""
        edited = self._touched(spec.name, ids, cause, uow)
        for incoming in incoming_references(uow.catalog, spec.name):
            if not _is_part(incoming):
                continue
            lines = self._pointing(incoming.entity, incoming.spec, spec.name, ids, uow, live=False)
            touched = self._touched(incoming.entity.name, list(lines), cause, uow)
            edited |= {lines[line] for line in touched}
        return edited

    def _touched(self, entity: str, ids: Sequence[int], cause: str, uow: UnitOfWork) -> set[int]:
        c = core_history.c
        asked = sa.select(c.record_id).where(
            c.entity == entity,
            c.record_id.in_(list(ids)),
            sa.or_(c.cause.is_(None), c.cause.not_in((cause, undone(cause)))),
        )
        return set(uow.execute(asked.distinct()).scalars()) if ids else set()

    def _used(self, spec: EntitySpec, ids: Sequence[int], uow: UnitOfWork) -> set[int]:
        """Return the records to which others refer that are no parts of them."""
        used: set[int] = set()
        for incoming in incoming_references(uow.catalog, spec.name):
            if not _is_part(incoming):
                used.update(self._pointing(incoming.entity, incoming.spec, spec.name, ids, uow).values())
        for entity in uow.catalog.entities.values():
            for one in entity.fields.values():
                if one.type == "links" and one.option("to") == spec.name:
                    used |= self._linked(entity, one, ids, uow)
        return used

    def _pointing(
        self,
        entity: EntitySpec,
        one: FieldSpec,
        target: str,
        ids: Sequence[int],
        uow: UnitOfWork,
        *,
        live: bool = True,
    ) -> dict[int, int]:
        """Return which records of an entity point at which of ``ids`` by a field."""
        if not ids or one.derived:
            return {}
        table = self._tables.of(entity)
        name = _column(one, target)
        asked = sa.select(table.c.id, table.c[name]).where(table.c[name].in_(list(ids)))
        if live:
            asked = asked.where(table.c.deleted_at.is_(None))
        return {row[0]: row[1] for row in uow.execute(asked)}

    def _linked(self, entity: EntitySpec, one: FieldSpec, ids: Sequence[int], uow: UnitOfWork) -> set[int]:
        links, table = self._tables.links(entity, one.name), self._tables.of(entity)
        asked = sa.select(links.c.target).where(
            links.c.target.in_(list(ids)), links.c.source == table.c.id, table.c.deleted_at.is_(None)
        )
        return set(uow.execute(asked.distinct()).scalars()) if ids else set()

    # What was changed

    def _restore(
        self, actor: Actor, spec: EntitySpec, steps: Sequence[Step], done: TakenBack, uow: UnitOfWork
    ) -> None:
        moves = {step.record: step.changes for step in steps}
        names = tuple(
            name
            for name in dict.fromkeys(name for changes in moves.values() for name in changes)
            if name in spec.fields and not spec.fields[name].derived
        )
        now = {
            int(str(item["id"])): item
            for item in self._reading.find(
                actor, spec.name, _by_ids(("id", *names), list(moves)), catalog=uow.catalog, uow=uow
            ).items
        }
        back: dict[int, dict[str, Json]] = {}
        for record, changes in moves.items():
            if record not in now:
                done.kept.append(Kept(spec.name, record, (), GONE))
                continue
            mine = {name: pair for name, pair in changes.items() if name in names}
            still = {n: p[0] for n, p in mine.items() if self._wire(spec, n, now[record][n]) == p[1]}
            if len(still) < len(mine):
                moved = tuple(name for name in mine if name not in still)
                done.kept.append(Kept(spec.name, record, moved, EDITED))
            if still:
                back[record] = still

        def restore(some: Sequence[int]) -> None:
            self._records.update_many(actor, spec.name, {one: back[one] for one in some}, uow=uow)
            done.restored += len(some)

        self._try(spec.name, list(back), restore, done, uow)

    def _wire(self, spec: EntitySpec, name: str, value: object) -> Json:
        """Return a value as the history writes it."""
        one = spec.fields[name]
        if one.type == "links":
            return [v.id for v in value if isinstance(v, Ref)] if isinstance(value, tuple) else []
        return None if value is None else self._types.get(one.type).dump(one, value)

    # What belongs together

    def _made(self, entity: str, ids: Iterable[int], cause: str, uow: UnitOfWork) -> set[int]:
        """Return those of the records that the run itself has created."""
        c = core_history.c
        asked = sa.select(c.record_id).where(
            c.entity == entity, c.record_id.in_(list(ids)), c.cause == cause, c.action == "create"
        )
        return set(uow.execute(asked).scalars())

    def _with_whole(self, spec: EntitySpec, ids: Collection[int], cause: str, uow: UnitOfWork) -> set[int]:
        """Return the lines whose whole the run has created: they go, or stay, with it."""
        if not spec.part_of:
            return set()
        owner = next(f for f in spec.fields.values() if spec.part_of in (f.name, f.option("to")))
        targets, table = owner.option("to"), self._tables.of(spec)
        found: set[int] = set()
        for target in targets if isinstance(targets, (list, tuple)) else (targets,):
            name = _column(owner, str(target))
            asked = sa.select(table.c.id, table.c[name]).where(table.c.id.in_(list(ids)))
            wholes = {row[0]: row[1] for row in uow.execute(asked) if row[1] is not None}
            made = self._made(str(target), wholes.values(), cause, uow)
            found |= {line for line, whole in wholes.items() if whole in made}
        return found

    def _try(self, entity: str, ids: Sequence[int], act: Any, done: TakenBack, uow: UnitOfWork) -> None:
        """Do something with all of the records, or with each that can be; the others are kept with the reason."""
        waiting = [list(ids)] if ids else []
        while waiting:
            some = waiting.pop()
            before = (done.deleted, done.restored)
            try:
                with uow.savepoint():
                    act(some)
            except PayvandError as refused:
                done.deleted, done.restored = before
                if len(some) == 1:
                    done.kept.append(Kept(entity, some[0], (), refused.text()))
                else:
                    waiting += [some[len(some) // 2 :], some[: len(some) // 2]]


def _column(one: FieldSpec, target: str) -> str:
    """Return the column in which a reference keeps the ids of a target."""
    return target_step(one.name, target) if one.type == "reference_any" else one.name


def _is_part(incoming: Incoming) -> bool:
    """Tell whether what points is a part of what it points at."""
    return incoming.entity.part_of in (incoming.spec.name, incoming.spec.option("to"))


def _by_ids(fields: tuple[str, ...], ids: Sequence[int]) -> Query:
    return Query(fields=fields, filter=f"id in {list(ids)}", limit=MAX_LIMIT)


def _once_each(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Yield the steps in stretches in which no record comes twice: what was done last is taken back first."""
    some: list[Step] = []
    for step in steps:
        if any(step.record == other.record for other in some):
            yield some
            some = []
        some.append(step)
    if some:
        yield some
