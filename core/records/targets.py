"""References and links are held against their targets: they exist, are not in the trash, and the writer may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa

from core.errors import Problem
from core.kernel.values import AnyRef, Ref
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.change import Draft
from core.records.plan import EntityPlan
from core.records.statements import Rule, one_of
from core.records.work import Work


def check_targets(work: Work, drafts: Sequence[Draft]) -> None:
    """Note a problem at every reference or link whose target cannot be used; one statement for all of them."""
    wanted: dict[str, set[int]] = defaultdict(set)
    uses = list(_uses(work.plan, drafts))
    for _, _, target, target_id in uses:
        wanted[target].add(target_id)
    if not wanted:
        return
    usable = usable_targets(work, wanted)
    for draft, spec, target, target_id in uses:
        if (target, target_id) not in usable:
            draft.problems.append(
                Problem(
                    code="no_such_record",
                    field=spec.name,
                    params={"id": target_id},
                    message="There is no record {id} that you could choose here.",
                )
            )


def _uses(plan: EntityPlan, drafts: Iterable[Draft]) -> Iterable[tuple[Draft, FieldSpec, str, int]]:
    for draft in drafts:
        for spec in plan.references:
            value = draft.after.get(spec.name)
            if spec.name in draft.changed - draft.filled and isinstance(value, (Ref, AnyRef)):
                yield draft, spec, *_place(spec, value)
        for spec in plan.links:
            if spec.name in draft.changed:
                for target_id in set(draft.links[spec.name]) - set(draft.links_before.get(spec.name, ())):
                    yield draft, spec, str(spec.option("to")), target_id


def empty_unusable(work: Work, drafts: Sequence[Draft]) -> None:
    """Empty the references given in drafts that the writer could not choose, so that nothing follows from them.

    What stands in the record already stays: whoever sees the record may see what follows from it.
    """
    given = [(draft, name, place) for draft in drafts for name, place in _chosen(work.plan, draft)]
    wanted: dict[str, set[int]] = defaultdict(set)
    for _, _, (target, target_id) in given:
        wanted[target].add(target_id)
    usable = usable_targets(work, wanted) if wanted else set()
    for draft, name, place in given:
        if place not in usable:
            draft.after[name] = None


def _chosen(plan: EntityPlan, draft: Draft) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield the references that are given in a draft and are not those that it had, with what they point to."""
    for spec in plan.references:
        value = draft.after.get(spec.name) if spec.name in draft.given else None
        if isinstance(value, (Ref, AnyRef)):
            place = _place(spec, value)
            if place != _place(spec, draft.before.get(spec.name)):
                yield spec.name, place


def _place(spec: FieldSpec, value: object) -> tuple[str, int]:
    """Return which record a reference points to; none has the id 0."""
    if isinstance(value, AnyRef):
        return value.entity, value.id
    return str(spec.option("to")), value.id if isinstance(value, Ref) else 0


def usable_targets(work: Work, wanted: Mapping[str, Collection[int]]) -> set[tuple[str, int]]:
    """Return those (entity, id) of the wanted that are there and that the writer may see."""
    conditions, uow = work.conditions, work.uow
    rules = {name: work.access.condition(work.actor, name, "read", uow.catalog) for name in sorted(wanted)}

    def build() -> sa.Executable:
        parts = [
            _one(place, uow.catalog.entity(name), rule) for place, (name, rule) in enumerate(rules.items())
        ]
        return parts[0] if len(parts) == 1 else sa.union_all(*parts)

    def _one(place: int, entity: EntitySpec, rule: Rule) -> sa.Select[tuple[str, int]]:
        table = conditions.tables.of(entity)
        return sa.select(sa.literal(entity.name, sa.Text).label("entity"), table.c.id).where(
            table.c.id == one_of(f"ids_{place}"),
            table.c.deleted_at.is_(None),
            conditions.where(uow.catalog, entity, table, rule),
        )

    ids = {f"ids_{place}": sorted(wanted[name]) for place, name in enumerate(rules)}
    rows = conditions.statements.run(
        uow, ("targets", *rules), build, {**conditions.environment(uow), **ids}, tuple(rules.values())
    )
    return {(row[0], row[1]) for row in rows}
