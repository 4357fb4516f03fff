"""`Work`: one call to the write pipeline, with everything its steps share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.access import Access, FieldRights
from core.expressions import Env
from core.fields import LoadContext
from core.kernel.actor import Actor
from core.kernel.values import Ref
from core.records.change import Change, Draft, Line
from core.records.conditions import Conditions
from core.records.plan import EntityPlan, Plans
from core.records.statements import one_of, the_one
from core.records.view import RecordView
from core.storage import UnitOfWork

if TYPE_CHECKING:
    from core.records.state_targets import StateTarget


@dataclass(slots=True, kw_only=True)
class Known:
    """What was looked up on the way: the records that states may refer to, those of them that one record may, and
    records by a column and its value.
    """

    states: dict[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    targets: dict[tuple[object, ...], tuple[StateTarget, ...]] = field(default_factory=dict)
    read: dict[tuple[str, str, int], list[Mapping[str, object]]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Work:
    """Who writes records of which entity, in which transaction, and what has been looked up on the way."""

    actor: Actor
    plan: EntityPlan
    uow: UnitOfWork
    plans: Plans
    access: Access
    conditions: Conditions
    context: LoadContext
    known: Known = field(default_factory=Known)

    def open(self, entity: str, *, actor: Actor | None = None) -> Work:
        """Return the same write for another entity, by default for the same actor."""
        return replace(self, plan=self.plans.of(self.uow.catalog, entity), actor=actor or self.actor)

    @property
    def entity(self) -> str:
        """Name of the entity that is written."""
        return self.plan.entity.name

    def rights(self) -> FieldRights:
        """Return which fields the actor may read and write."""
        return self.access.fields(self.actor, self.entity, self.uow.catalog)

    def env(self, old: RecordView | None = None) -> Env:
        """Return the constants of this write for expressions."""
        return Env(
            user=self.actor.id,
            team=self.actor.team,
            teams=self.actor.teams,
            teams_below=self.actor.teams_below or self.actor.teams,
            now=self.uow.now,
            today=self.uow.today,
            old=old,
        )

    def view(self, draft: Draft) -> RecordView:
        """Return a draft as expressions read it."""
        return self.live(draft)[1]

    def live(self, draft: Draft) -> tuple[dict[str, object], RecordView]:
        """Return the values of a draft, and their view, which sees what is changed in them."""
        links = {**draft.links_before, **draft.links}
        linked = {name: tuple(map(Ref, ids)) for name, ids in links.items()}
        values = {**draft.before, **draft.after, **linked, "id": draft.id or None}
        lines = {name: found.after for name, found in draft.foreseen.items() if found.after is not None}
        return values, self._viewed(values, lines, draft)

    def old(self, draft: Draft) -> RecordView | None:
        """Return the record before the write, as ``$old`` reads it."""
        if not draft.before:
            return None
        linked = {name: tuple(map(Ref, ids)) for name, ids in draft.links_before.items()}
        lines = {name: found.before for name, found in draft.foreseen.items()}
        return self._viewed({**draft.before, **linked}, lines, draft)

    def _viewed(
        self, values: Mapping[str, object], lines: Mapping[str, Sequence[Line]], draft: Draft
    ) -> RecordView:
        entity, entity_of = self.plan.entity, self.uow.catalog.entity
        return RecordView(entity, values, self.others, entity_of, lines=lines, whole=draft.whole)

    def seen(self, values: Mapping[str, object]) -> RecordView:
        """Return a record with these values as expressions read it."""
        return RecordView(self.plan.entity, values, self.others, self.uow.catalog.entity)

    def others(self, entity: str, column: str, ids: Sequence[int]) -> list[Mapping[str, object]]:
        """Read other records once for the whole write, however many drafts follow the same path.

        Instead of a column ``entity.field`` names links, whose targets are read.
        """
        if "." in column:
            return self._linked(entity, column, ids)
        missing = [i for i in ids if (entity, column, i) not in self.known.read]
        if missing:
            plan = self.plans.of(self.uow.catalog, entity)
            table, alone = self.conditions.tables.of(plan.entity), len(missing) == 1
            rows = self.conditions.records(
                plan,
                ("follow", column, alone),
                lambda: (
                    sa.select(*table.c)
                    .where(
                        table.c[column] == (the_one() if alone else one_of()), table.c.deleted_at.is_(None)
                    )
                    .order_by(table.c.id)
                ),
                {"ids": missing[0] if alone else missing},
                self.uow,
            )
            field = column if column in plan.entity.fields else column.partition("__")[0]
            found: dict[object, list[Mapping[str, object]]] = {i: [] for i in missing}
            for values in rows:
                found[getattr(values[field], "id", values[field])].append(values)
            self.known.read.update({(entity, column, i): found[i] for i in missing})
        return [record for i in ids for record in self.known.read[entity, column, i]]

    def _linked(self, target: str, field: str, ids: Sequence[int]) -> list[Mapping[str, object]]:
        missing = [i for i in ids if (target, field, i) not in self.known.read]
        if missing:
            source, _, name = field.rpartition(".")
            pairs = self.conditions.tables.links(self.uow.catalog.entity(source), name)
            rows = self.conditions.statements.run(
                self.uow,
                ("linked", pairs.name),
                lambda: (
                    sa.select(pairs.c.source, pairs.c.target)
                    .where(pairs.c.source == one_of())
                    .order_by(pairs.c.target)
                ),
                {"ids": missing},
            )
            self.others(target, "id", sorted({row[1] for row in rows}))  # asked for in one go
            for i in missing:
                found = [one for row in rows if row[0] == i for one in self.others(target, "id", [row[1]])]
                self.known.read[target, field, i] = found
        return [record for i in ids for record in self.known.read[target, field, i]]

    def know(self, entity: str, found: Sequence[Mapping[str, object]]) -> None:
        """Take records that were read otherwise in this write, so that following a reference to one asks nothing."""
        for values in found:
            self.known.read.setdefault((entity, "id", int(str(values["id"]))), [values])

    def forget(self, entity: str) -> None:
        """Ask anew for records of an entity: they have been written."""
        for key in [key for key in self.known.read if key[0] == entity]:
            del self.known.read[key]

    def change(self, action: str, draft: Draft) -> Change:
        """Return the finished draft as hooks and history see it."""
        after = {**draft.before, **draft.after, "id": draft.id}
        return Change(
            entity=self.plan.entity,
            action=action,
            id=draft.id,
            before=draft.before,
            after=after,
            changed=draft.changed,
            transition=draft.transition,
            links={name: (draft.links_before.get(name, ()), ids) for name, ids in draft.links.items()},
            elevated=self.actor.elevated,
        )
