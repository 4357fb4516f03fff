"""Links (many to many) and list fields (one to many) that travel with a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

import sqlalchemy as sa

from core.kernel.values import Ref
from core.records.change import Draft
from core.records.conditions import Conditions
from core.records.plan import EntityPlan
from core.records.statements import one_of
from core.storage import UnitOfWork


def read_links(plan: EntityPlan, drafts: Sequence[Draft], conditions: Conditions, uow: UnitOfWork) -> None:
    """Read what the records were linked to, for the fields that are about to be written."""
    given = [spec for spec in plan.links if any(spec.name in draft.links for draft in drafts)]
    by_id = {draft.id: draft for draft in drafts}
    for spec in given:
        table = conditions.tables.links(plan.entity, spec.name)
        found: dict[int, list[int]] = defaultdict(list)
        rows = conditions.statements.run(uow, ("links", table.name), partial(_links_of, table), {"ids": list(by_id)})
        for source, target in rows:
            found[source].append(target)
        for record_id, draft in by_id.items():
            draft.links_before[spec.name] = tuple(found[record_id])


def _links_of(table: sa.Table) -> sa.Executable:
    return sa.select(table.c.source, table.c.target).where(table.c.source == one_of()).order_by(table.c.target)


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
                [(pair["old_source"], pair["old_target"]) for pair in gone])
            uow.execute(table.delete().where(pairs))
        if new:
            uow.execute(table.insert().values(new))


def match_children(
    rows: Sequence[Mapping[str, object]], present: Sequence[Mapping[str, object]], keys: Sequence[str]
) -> list[int | None]:
    """Say for each given row which present child it means: by id, else by the first free child with equal keys."""
    free = {int(str(child["id"])): child for child in present}
    named = {_id(row) for row in rows if _id(row) is not None}
    matched: list[int | None] = []
    for row in rows:
        child_id = _id(row)
        if child_id is None and keys:
            child_id = next((i for i, child in free.items() if i not in named and i not in matched
                             and all(_same(row.get(k), child.get(k)) for k in keys)), None)
        matched.append(child_id)
    return matched


def _same(given: object, present: object) -> bool:
    """Compare a value in wire form, or a Python value, with one that was read."""
    if isinstance(present, Ref) and not isinstance(given, Ref):
        return present.id == (given.get("id") if isinstance(given, Mapping) else given)
    return given == present


def _id(row: Mapping[str, object]) -> int | None:
    value = row.get("id")
    return value if isinstance(value, int) and not isinstance(value, bool) else None
