"""Roll-ups: values drawn from other records, kept right under concurrency.

All affected parents are locked in one statement, in (entity, id) order, and recomputed in the next: under
READ COMMITTED one statement alone loses updates (architecture §14.5). Roll-ups move neither the parent's
``version`` nor its ``updated_at``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core.errors import Conflict
from core.expressions import fields_used
from core.kernel.values import AnyRef, Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec, RollUp
from core.records.cells import to_cells, to_json
from core.records.change import Change, Draft
from core.records.conditions import Conditions
from core.records.deriving import compute
from core.records.drawing import drawn
from core.records.plan import EntityPlan
from core.records.sources import Sql
from core.records.statements import one_of, record_set
from core.records.work import Work
from core.storage import UnitOfWork

MAX_CHAIN = 8
"""How many times a roll-up may lead to another roll-up within one write."""

Wanted = dict[str, dict[str, set[int]]]
"""``{parent entity: {field: parent ids}}``"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A rolled-up field of a parent entity and the source fields that it depends on."""

    parent: EntitySpec
    spec: FieldSpec
    rollup: RollUp
    reads: frozenset[str]


class RollUps:
    """Finds the parents that changes touch and recomputes their rolled-up fields."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._index: tuple[Catalog | None, Mapping[str, tuple[Target, ...]]] = (None, {})

    def propagate(self, work: Work, changes: Sequence[Change]) -> None:
        """Recompute what follows from the changes, and what follows from that."""
        wanted = self._affected(work.uow.catalog, changes)
        for _ in range(MAX_CHAIN):
            if not wanted:
                return
            followers: list[Change] = []
            for parent in sorted(wanted):
                followers += self._recompute(work, parent, wanted[parent])
            wanted = self._affected(work.uow.catalog, followers)
        if wanted:
            raise Conflict(
                "Roll-ups lead to one another without end: {entities}.",
                code="rollup_circle",
                entities=tuple(sorted(wanted)),
            )

    def refresh(self, work: Work, ids: Sequence[int], keyed: Collection[str]) -> None:
        """Bring everything derived up to date in these records, with the keys of ``keyed`` fields, and what follows."""
        plan, keys = work.plan, [spec.name for spec in work.plan.keyed if spec.name in keyed]
        before = self._lock(work.uow, plan, ids)
        specs = [spec for spec in plan.rolled_up if spec.rollup]
        if specs:
            self._write(work.uow, plan, specs, ids)
        drafts = [
            Draft(row=n, id=i, before=before[i], after=dict(values))
            for n, (i, values) in enumerate(sorted(self._lock(work.uow, plan, ids).items()))
        ]
        compute(work, drafts)
        derived = [spec.name for spec in (*specs, *(d.spec for d in plan.computed))]
        for draft in drafts:
            draft.changed = frozenset(n for n in derived if draft.after[n] != draft.before[n])
        rolled = [spec.name for spec in specs if spec in plan.keyed and spec.name not in keys]
        self._write_followers(work, [draft for draft in drafts if keys or draft.changed], [*keys, *rolled])
        self.propagate(work, [work.change("update", draft) for draft in drafts if draft.changed])

    def drifted(self, work: Work, after: int, limit: int) -> list[int]:
        """Return the ids behind ``after``, in order, of records whose roll-ups hold other values than would be drawn now."""
        uow, entity = work.uow, work.plan.entity
        table = self._conditions.tables.of(entity)
        values = {
            column: expression
            for spec in work.plan.rolled_up
            if spec.rollup
            for column, expression in drawn(self._conditions, uow.catalog, entity, table, spec).items()
        }
        if not values:
            return []
        # As the column would keep it: a decimal of fewer places than its source differs by what is rounded away.
        others = [
            table.c[name].is_distinct_from(sa.cast(new, table.c[name].type)) for name, new in values.items()
        ]
        found = (
            sa.select(table.c.id).where(table.c.id > after, sa.or_(*others)).order_by(table.c.id).limit(limit)
        )
        return list(uow.execute(found, self._conditions.environment(uow)).scalars())

    def _targets(self, catalog: Catalog, source: str) -> tuple[Target, ...]:
        known, index = self._index
        if known is not catalog:
            index = self._build(catalog)
            self._index = (catalog, index)
        return index.get(source, ())

    def _build(self, catalog: Catalog) -> Mapping[str, tuple[Target, ...]]:
        index: dict[str, list[Target]] = defaultdict(list)
        for parent in catalog.entities.values():
            for spec in parent.fields.values():
                if spec.rollup:
                    index[spec.rollup.source].append(self._target(catalog, parent, spec, spec.rollup))
        return {source: tuple(found) for source, found in index.items()}

    def _target(self, catalog: Catalog, parent: EntitySpec, spec: FieldSpec, rollup: RollUp) -> Target:
        reads = {rollup.by, rollup.value} - {""}
        if rollup.where:
            checked = self._conditions.checked(catalog, rollup.source, rollup.where)
            reads |= {name for of, name in fields_used(checked) if of == rollup.source}
        return Target(parent=parent, spec=spec, rollup=rollup, reads=frozenset(reads))

    def _affected(self, catalog: Catalog, changes: Iterable[Change]) -> Wanted:
        found: Wanted = defaultdict(lambda: defaultdict(set))
        for change in changes:
            for target in self._targets(catalog, change.entity.name):
                if change.action == "update" and not change.changed & target.reads:
                    continue
                for values in (change.before, change.after):
                    parent_id = _parent_id(values.get(target.rollup.by), target.parent.name)
                    if parent_id is not None:
                        found[target.parent.name][target.spec.name].add(parent_id)
        return found

    def _recompute(self, work: Work, parent: str, wanted: Mapping[str, set[int]]) -> list[Change]:
        """Lock and recompute fields of one parent entity; return what moved, for those that draw from it."""
        plan = work.plans.of(work.uow.catalog, parent)
        ids = sorted({i for found in wanted.values() for i in found})
        before = self._lock(work.uow, plan, ids)
        specs = [plan.entity.fields[name] for name in sorted(wanted)]
        moved = self._write(work.uow, plan, specs, ids)
        drafts = [
            Draft(row=n, id=int(str(after["id"])), before=before[int(str(after["id"]))], after=after)
            for n, after in enumerate(moved)
        ]
        other = work.open(parent)
        self._write_followers(other, drafts, [spec.name for spec in specs if spec in plan.keyed])
        changed = frozenset(wanted) | {d.spec.name for d in plan.computed}
        return [
            Change(
                entity=plan.entity, action="update", id=d.id, before=d.before, after=d.after, changed=changed
            )
            for d in drafts
        ]

    def _lock(self, uow: UnitOfWork, plan: EntityPlan, ids: Sequence[int]) -> dict[int, dict[str, object]]:
        table = self._conditions.tables.of(plan.entity)
        found = self._conditions.records(
            plan,
            ("lock",),
            lambda: (
                sa.select(*table.c)
                .where(table.c.id == one_of())
                .order_by(table.c.id)
                .with_for_update(key_share=True)
            ),
            {"ids": list(ids)},
            uow,
        )
        return {int(str(values["id"])): values for values in found}

    def _write(
        self, uow: UnitOfWork, plan: EntityPlan, specs: Sequence[FieldSpec], ids: Sequence[int]
    ) -> list[dict[str, object]]:
        entity = plan.entity
        table = self._conditions.tables.of(entity)

        def build() -> sa.Executable:
            return _redrawn(
                table,
                {
                    column: expression
                    for spec in specs
                    for column, expression in drawn(
                        self._conditions, uow.catalog, entity, table, spec
                    ).items()
                },
            )

        return self._conditions.records(
            plan,
            ("draw", *(spec.name for spec in specs)),
            build,
            {"ids": list(ids), **self._conditions.environment(uow)},
            uow,
        )

    def _write_followers(self, other: Work, drafts: Sequence[Draft], keyed: Sequence[str]) -> None:
        """Bring along what Python knows best: computed fields that read rolled-up ones, and search keys."""
        plan = other.plan
        names = [*(derived.spec.name for derived in plan.computed), *keyed]
        if not names or not drafts:
            return
        compute(other, drafts)
        rows = [{"id": d.id, **to_cells(plan, d.after, names)} for d in drafts]
        table = self._conditions.tables.of(plan.entity)

        def build() -> sa.Executable:
            new = record_set([table.c[name] for name in rows[0]])
            return (
                table.update()
                .values({name: new.c[name] for name in rows[0] if name != "id"})
                .where(table.c.id == new.c.id)
            )

        self._conditions.statements.run(
            other.uow, ("followers", plan.entity.name, *names), build, {"rows": to_json(rows)}
        )


def _parent_id(value: object, parent: str) -> int | None:
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, AnyRef) and value.entity == parent:
        return value.id
    return None


def _redrawn(table: sa.Table, values: Mapping[str, Sql]) -> sa.Executable:
    """Return the statement that writes these values to the named records where they are others, and tells which."""
    new = sa.select(table.c.id, *(expression.label(column) for column, expression in values.items()))
    anew = new.where(table.c.id == one_of()).subquery("new")
    differs = sa.or_(*(table.c[column].is_distinct_from(anew.c[column]) for column in values))
    return (
        table.update()
        .values({column: anew.c[column] for column in values})
        .where(table.c.id == anew.c.id, differs)
        .returning(*table.c)
    )
