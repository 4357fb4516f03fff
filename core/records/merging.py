"""Merge records of any entity into one of them, and take it back: one transaction each way, rights and history as ever.

What points at the records that go follows; they go to the trash, and their addresses, ids and keys lead to the record
that stays. Everything that a merge did stands in the history under one cause; taking it back undoes exactly that, where
nothing has moved since.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import sqlalchemy as sa

from core.access import Access
from core.errors import AccessDenied, BadRequest, Conflict, NotFound
from core.fields import LoadContext
from core.kernel.actor import Actor
from core.kernel.values import Ref
from core.metadata.specs import Json
from core.records.change import Draft
from core.records.conditions import Conditions
from core.records.merge_children import linked_to, move_children, pointing_at, sources_of
from core.records.merge_results import Follower, Merged, MergePlan, Unmerged
from core.records.merge_values import merge_fields
from core.records.numbering import keep_numbered
from core.records.persist import read_before
from core.records.plan import Plans
from core.records.statements import one_of
from core.records.work import Work
from core.records.writing import Writing
from core.storage import UnitOfWork
from core.storage.merges import (
    MergeRow,
    done_in,
    find_merge,
    log_merge,
    mark_undone,
    merged_into,
    merges_of,
    move_external_ids,
    move_external_ids_back,
)
from core.storage.pairs import carry_decisions

MERGE = "merge"
"""The action that a grant must allow, on every record that is merged."""

MOST = 5
"""Records that are merged at once, the one that stays included."""

Values = Mapping[str, object]


class Merging:
    """Merges and takes back, inside a unit of work that the caller opened."""

    def __init__(
        self, writing: Writing, plans: Plans, access: Access, conditions: Conditions, context: LoadContext
    ) -> None:
        self._writing = writing
        self._plans = plans
        self._access = access
        self._conditions = conditions
        self._context = context

    def plan(
        self, actor: Actor, entity: str, winner: int, losers: Sequence[int], *, uow: UnitOfWork
    ) -> MergePlan:
        """Return what would become of the fields, and count what would follow."""
        work = self._work(actor, entity, uow)
        records = self._open(work, winner, losers)
        readable = work.rights().readable
        shown = [
            one
            for one in merge_fields(work.plan, records, uow.catalog)
            if readable.get(one.spec.name) is True
        ]
        counted: dict[tuple[str, str], list[int]] = {}
        for loser in losers:
            for pointing in pointing_at(work, winner, loser):
                place = self._seen(work, pointing.incoming.entity.name, pointing.incoming.spec.name)
                count = counted.setdefault(place, [0, 0])
                count[0] += len(pointing.ids)
                count[1] += len(pointing.same)
            for other, spec in linked_to(uow.catalog, entity):
                linked = len(sources_of(work, other, spec, loser))
                if linked:
                    counted.setdefault(self._seen(work, other.name, spec.name), [0, 0])[0] += linked
        return MergePlan(
            winner=winner,
            losers=tuple(losers),
            fields=tuple(shown),
            followers=tuple(
                Follower(entity=of, field=name, count=count, same=same)
                for (of, name), (count, same) in counted.items()
            ),
        )

    def merge(
        self,
        actor: Actor,
        entity: str,
        winner: int,
        losers: Sequence[int],
        *,
        choices: Mapping[str, int] | None = None,
        reason: str = "",
        uow: UnitOfWork,
    ) -> Merged:
        """Merge ``losers`` into ``winner``; ``choices`` names for a field the record whose value it takes."""
        work = self._work(actor, entity, uow)
        records = self._open(work, winner, losers)
        values = self._values(work, records, choices or {})
        uow.cause, uow.reason = f"merge:{secrets.token_urlsafe(12)}", reason.strip() or uow.reason
        system = work.open(entity, actor=actor.elevate("merges records"))
        values |= self._links(system, winner, losers)
        moved: list[Json] = []
        conflicts: list[Json] = []
        for loser in losers:
            some, there = move_children(work, self._mover, winner, loser)
            moved += some
            conflicts += there
        self._writing.trash.delete(system, list(losers), versions={})
        if values:
            self._writing.update(system, {winner: values}, versions={}, parsed=True)
        carry_decisions(uow, entity, losers, winner)
        number = log_merge(
            uow,
            entity,
            winner,
            losers,
            cause=uow.cause,
            moved=moved,
            conflicts=conflicts,
            external=move_external_ids(uow, entity, losers, winner),
        )
        count = sum(int(str(one["count"])) for one in moved if isinstance(one, Mapping))
        return Merged(id=number, winner=winner, moved=count, conflicts=len(conflicts))

    def undo(self, actor: Actor, number: int, *, uow: UnitOfWork) -> Unmerged:
        """Take a merge back: what it moved moves back where it is still as the merge left it."""
        found = find_merge(uow, number)
        if found is None or found.entity not in uow.catalog.entities:
            raise NotFound
        work = self._work(actor, found.entity, uow)
        self._lock(work, [found.winner])
        if found.undone_at is not None:
            raise Conflict("This merge was taken back already.", code="undone")
        steps = done_in(uow, found)
        uow.cause, uow.reason = f"unmerge:{number}", uow.reason or "A merge was taken back."
        kept: list[tuple[str, int, str]] = []
        for (entity, action), group in groupby(steps, key=lambda step: (step[0], step[2])):
            if entity not in uow.catalog.entities:
                continue  # its module was disabled meanwhile
            other = work.open(entity, actor=actor.elevate("takes a merge back"))
            rows = [(record, changes) for _, record, _, changes in group]
            if action == "delete":
                self._restore(other, [record for record, _ in rows])
            elif action == "update":
                for some in _once_each(rows):
                    kept += self._back(other, some)
        move_external_ids_back(uow, found)
        mark_undone(uow, found)
        return Unmerged(restored=found.losers, kept=tuple(kept))

    def merges(self, actor: Actor, entity: str, winner: int, *, uow: UnitOfWork) -> list[MergeRow]:
        """Return the merges into a record that the actor may merge, the newest first."""
        if not self._access.may(actor, entity, MERGE, uow.catalog):
            return []
        return merges_of(uow, entity, winner)

    def target(self, entity: str, number: int, uow: UnitOfWork) -> int | None:
        """Return the record that another one has become a part of."""
        return merged_into(uow, entity, number) if 0 < number < 2**63 else None

    # --- what is asked before ----------------------------------------------------------------------

    def _open(self, work: Work, winner: int, losers: Sequence[int]) -> list[Values]:
        """Lock the records and return them, the one that stays first; refuse what cannot be merged."""
        ids = [winner, *losers]
        if not losers or len(set(ids)) < len(ids):
            raise BadRequest(
                "Name the record that stays, and others that are merged into it.", code="nothing_to_merge"
            )
        if len(ids) > MOST:
            raise BadRequest("At most {maximum} records are merged at once.", code="too_many", maximum=MOST)
        found = self._lock(work, ids)
        keep_numbered(work, [Draft(row=0, id=loser, before=found[loser]) for loser in losers])
        self._refuse_different(work, [found[i] for i in ids])
        return [found[i] for i in ids]

    def _lock(self, work: Work, ids: Sequence[int]) -> dict[int, dict[str, object]]:
        """Lock records that the actor may update and merge, in the order of their ids."""
        catalog = work.uow.catalog
        visible = work.access.condition(work.actor, work.entity, "read", catalog)
        for action in ("update", MERGE):
            work.access.require(work.actor, work.entity, action, catalog)
        try:
            rule = work.access.condition(work.actor, work.entity, "update", catalog)
            found = read_before(work.plan, sorted(ids), rule, visible, work.conditions, work.uow)
            rule = work.access.condition(work.actor, work.entity, MERGE, catalog)
            read_before(work.plan, sorted(ids), rule, visible, work.conditions, work.uow)
        except NotFound:
            gone = [i for i in ids if merged_into(work.uow, work.entity, i)]
            if gone:
                raise Conflict("One of these records was merged already.", code="merged_already") from None
            raise
        return found

    def _refuse_different(self, work: Work, records: Sequence[Values]) -> None:
        duplicates = work.plan.entity.duplicates
        for name in duplicates.differ if duplicates else ():
            spec = work.plan.entity.fields[name]
            keys = {
                work.plan.types[name].key(spec, one.get(name)) for one in records if one.get(name) is not None
            }
            if len(keys) > 1:
                label = spec.label if isinstance(spec.label, str) else name
                raise Conflict(
                    "They are different ones: they differ in {field}. If one of them is wrong, correct it first.",
                    code="different",
                    field=label,
                )

    def _values(self, work: Work, records: Sequence[Values], choices: Mapping[str, int]) -> dict[str, object]:
        """Return the values that the record that stays takes from others."""
        rights = work.rights()
        fields = {one.spec.name: one for one in merge_fields(work.plan, records, work.uow.catalog)}
        by_id = {int(str(one["id"])): one for one in records}
        chosen: dict[str, object] = {}
        for name, source in choices.items():
            if name not in fields or name not in rights.readable or source not in by_id:
                raise BadRequest(
                    "{field} cannot be taken from record {id}.", code="bad_choice", field=name[:80], id=source
                )
            if name not in rights.editable:
                raise AccessDenied("You may not change {field}.", code="not_editable", field=name)
            if fields[name].open:
                chosen[name] = by_id[source].get(name)
        found = {
            name: chosen.get(name, one.value) if name in chosen else one.value for name, one in fields.items()
        }
        winner = records[0]
        return {name: value for name, value in found.items() if value != winner.get(name)}

    def _links(self, work: Work, winner: int, losers: Sequence[int]) -> dict[str, object]:
        """Return the links of the record that stays, with those of the others."""
        found: dict[str, object] = {}
        for spec in work.plan.links:
            if spec.merge == "keep":
                continue
            table = work.conditions.tables.links(work.plan.entity, spec.name)
            rows = work.uow.execute(
                sa.select(table.c.source, table.c.target).where(table.c.source.in_([winner, *losers]))
            ).all()
            own = {target for source, target in rows if source == winner}
            every = {target for _, target in rows}
            if spec.option("to") == work.entity:
                every -= {winner, *losers}
            if every - own:
                found[spec.name] = tuple(Ref(i) for i in sorted(every | own))
        return found

    def _seen(self, work: Work, entity: str, field: str) -> tuple[str, str]:
        may = work.access.may(work.actor, entity, "read", work.uow.catalog)
        return (entity, field) if may else ("", "")

    # --- what is done and undone -------------------------------------------------------------------

    @property
    def _mover(self) -> _Mover:
        return _Mover(self._writing)

    def _restore(self, work: Work, ids: Sequence[int]) -> None:
        table = work.conditions.tables.of(work.plan.entity)
        rows = work.conditions.statements.run(
            work.uow,
            ("in trash", table.name),
            lambda: sa.select(table.c.id).where(table.c.id == one_of(), table.c.deleted_at.is_not(None)),
            {"ids": list(ids)},
        )
        if rows:
            self._writing.trash.restore(work, [row[0] for row in rows])

    def _back(self, work: Work, rows: Sequence[tuple[int, Mapping[str, Json]]]) -> list[tuple[str, int, str]]:
        """Write what stood before into the fields that are still as the merge left them; return the others."""
        table = work.conditions.tables.of(work.plan.entity)
        ids = sorted({record for record, _ in rows})
        found = work.conditions.records(
            work.plan,
            ("as left",),
            lambda: (
                sa.select(*table.c)
                .where(table.c.id == one_of(), table.c.deleted_at.is_(None))
                .order_by(table.c.id)
                .with_for_update()
            ),
            {"ids": ids},
            work.uow,
        )
        present = {int(str(values["id"])): values for values in found}
        back: dict[int, Values] = {}
        kept: list[tuple[str, int, str]] = []
        for record, changes in rows:
            values: dict[str, Json] = {}
            for name, pair in changes.items():
                spec = work.plan.entity.fields.get(name)
                if spec is None or spec.derived or spec.type == "sequence" or not isinstance(pair, list):
                    continue
                before, after = pair
                if record not in present or self._now(work, present[record], name) != after:
                    kept.append((work.entity, record, name))
                else:
                    values[name] = before
            if values:
                back[record] = values
        if back:
            self._writing.update(work, back, versions={})
        return kept

    def _now(self, work: Work, values: Values, name: str) -> Json:
        """Return a value of a record as the history writes it."""
        spec = work.plan.entity.fields[name]
        if spec.type == "links":
            table = work.conditions.tables.links(work.plan.entity, name)
            asked = sa.select(table.c.target).where(table.c.source == int(str(values["id"])))
            return [int(i) for i in work.uow.execute(asked.order_by(table.c.target)).scalars()]
        value = values.get(name)
        return None if value is None else work.plan.types[name].dump(spec, value)

    def _work(self, actor: Actor, entity: str, uow: UnitOfWork) -> Work:
        return Work(
            actor=actor,
            plan=self._plans.of(uow.catalog, entity),
            uow=uow,
            plans=self._plans,
            access=self._access,
            conditions=self._conditions,
            context=self._context,
        )


class _Mover:
    """The write pipeline and the trash, as what follows a merge uses them."""

    def __init__(self, writing: Writing) -> None:
        self.update = writing.update
        self._trash = writing.trash

    def delete(self, work: Work, ids: Sequence[int]) -> object:
        """Put records in the trash."""
        return self._trash.delete(work, ids, versions={})


def _once_each(
    rows: Sequence[tuple[int, Mapping[str, Json]]],
) -> Iterator[list[tuple[int, Mapping[str, Json]]]]:
    """Yield the rows in stretches in which no record comes twice: what was done last is undone first."""
    some: list[tuple[int, Mapping[str, Json]]] = []
    for row in rows:
        if any(row[0] == record for record, _ in some):
            yield some
            some = []
        some.append(row)
    if some:
        yield some
