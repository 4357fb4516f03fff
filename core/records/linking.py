"""Links (many to many) and list fields (one to many) that travel with a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

import sqlalchemy as sa

from core.errors import Problem, ValidationFailed
from core.kernel.values import Ref
from core.records.change import Draft
from core.records.conditions import Conditions
from core.records.plan import EntityPlan
from core.records.statements import one_of
from core.records.targets import usable_targets
from core.records.work import Work
from core.storage import UnitOfWork


def read_links(work: Work, drafts: Sequence[Draft]) -> None:
    """Read what the records were linked to, for the fields that are about to be written.

    What the writer cannot see, hidden or in the trash, stays linked: nobody takes away what they do not know of.
    """
    plan, conditions, uow = work.plan, work.conditions, work.uow
    given = [spec for spec in plan.links if any(spec.name in draft.links for draft in drafts)]
    by_id = {draft.id: draft for draft in drafts}
    for spec in given:
        table = conditions.tables.links(plan.entity, spec.name)
        found: dict[int, list[int]] = defaultdict(list)
        rows = conditions.statements.run(
            uow, ("links", table.name), partial(_links_of, table), {"ids": list(by_id)}
        )
        for source, target in rows:
            found[source].append(target)
        for record_id, draft in by_id.items():
            draft.links_before[spec.name] = tuple(found[record_id])
        _keep_unseen(work, str(spec.option("to")), spec.name, [d for d in drafts if spec.name in d.links])


def _keep_unseen(work: Work, target: str, name: str, drafts: Sequence[Draft]) -> None:
    gone = {t for draft in drafts for t in set(draft.links_before[name]) - set(draft.links[name])}
    if not gone:
        return
    unseen = gone - {found for _, found in usable_targets(work, {target: gone})}
    for draft in drafts:
        draft.links[name] = tuple(sorted({*draft.links[name], *(unseen & set(draft.links_before[name]))}))


def _links_of(table: sa.Table) -> sa.Executable:
    return (
        sa.select(table.c.source, table.c.target).where(table.c.source == one_of()).order_by(table.c.target)
    )


def write_links(plan: EntityPlan, drafts: Sequence[Draft], conditions: Conditions, uow: UnitOfWork) -> None:
    """Bring the join tables to what the drafts say; set-based."""
    for spec in plan.links:
        table = conditions.tables.links(plan.entity, spec.name)
        gone, new = [], []
        for draft in drafts:
            if spec.name not in draft.links:
                continue
            before, after = set(draft.links_before.get(spec.name, ())), set(draft.links[spec.name])
            gone += [{"old_source": draft.id, "old_target": t} for t in sorted(before - after)]
            new += [{"source": draft.id, "target": t} for t in sorted(after - before)]
        if gone:
            pairs = sa.tuple_(table.c.source, table.c.target).in_(
                [(pair["old_source"], pair["old_target"]) for pair in gone]
            )
            uow.execute(table.delete().where(pairs))
        if new:
            uow.execute(table.insert().values(new))


def match_children(
    field: str,
    rows: Sequence[Mapping[str, object]],
    present: Sequence[Mapping[str, object]],
    keys: Sequence[str],
) -> list[int | None]:
    """Say for each given row which present child it means: by id, else by the first free child with equal keys.

    An id names a child of this very record: lines of others are not written through it.
    """
    free = {int(str(child["id"])): child for child in present}
    named = [_id(row) for row in rows if row.get("id") is not None]
    if len(set(named)) < len(named) or not free.keys() >= set(named):
        raise ValidationFailed(
            problems=[
                Problem(
                    code="no_such_line",
                    field=field,
                    message="A line named here is not one of this record, or is named twice.",
                )
            ]
        )
    matched: list[int | None] = []
    for row in rows:
        found = _id(row)
        if found is None and keys:
            taken = {*named, *matched}
            alike = (n for n, child in free.items() if n not in taken and _alike(row, child, keys))
            found = next(alike, None)
        matched.append(found)
    return matched


def _alike(row: Mapping[str, object], child: Mapping[str, object], keys: Sequence[str]) -> bool:
    return all(_same(row.get(key), child.get(key)) for key in keys)


def _same(given: object, present: object) -> bool:
    """Compare a value in wire form, or a Python value, with one that was read."""
    if isinstance(present, Ref) and not isinstance(given, Ref):
        return present.id == (given.get("id") if isinstance(given, Mapping) else given)
    return given == present


def _id(row: Mapping[str, object]) -> int | None:
    return _whole(row.get("id"))


def line_version(field: str, row: Mapping[str, object]) -> int | None:
    """Return the version of a line that its writer saw, None where the row does not say."""
    value = row.get("version")
    if value is not None and _whole(value) is None:
        raise ValidationFailed(
            problems=[
                Problem(code="wrong_type", field=field, message="The version of a line is a whole number.")
            ]
        )
    return _whole(value)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
