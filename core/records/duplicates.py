"""Records that are there twice: looked for when one is saved, told with those that the writer may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from core.errors import Conflict
from core.kernel.values import AnyRef, Ref
from core.metadata.catalog import Catalog
from core.metadata.duplicate_specs import DuplicateKey, Duplicates
from core.metadata.specs import EntitySpec, FieldSpec, Label
from core.records.change import Draft
from core.records.statements import one_of
from core.records.targets import usable_targets
from core.records.work import Work
from core.storage import UnitOfWork

OVERRIDE = "override:duplicates"
"""The action that a grant must allow to save a record that is perhaps there already."""

NOTED = "$duplicates"
"""The note in the history of a record that was saved all the same: the ids of those it is like."""

MOST = 20
"""Duplicates that are told of one record."""

_LATER = "core.duplicates_later"


@dataclass(frozen=True, kw_only=True, slots=True)
class Twin:
    """A record like the one that is saved; without id and title where the writer may not see it.

    ``row`` is the place of the saved one in its batch, ``by`` the labels of what they share, ``ask`` who could help.
    """

    row: int
    entity: str
    by: tuple[Label, ...]
    id: int | None = None
    title: str = ""
    ask: str = ""


class DuplicatesFound(Conflict):
    """Records like this one are there already."""

    code, message = "duplicates_found", "This is perhaps there already; look at what was found."
    twins: tuple[Twin, ...] = ()
    may_override: bool = False


def allow_duplicates(uow: UnitOfWork, reason: str) -> None:
    """Save records in this unit even if they are there already, for a reason that the history keeps.

    Those who may not (`OVERRIDE`) are refused all the same.
    """
    if reason.strip():
        uow.memo[OVERRIDE] = True
        uow.reason = reason.strip()


@contextmanager
def parents_look_themselves(work: Work) -> Iterator[None]:
    """Leave lines that are written with their record to the look at the record."""
    before = work.uow.memo.get(_LATER, False)
    work.uow.memo[_LATER] = True
    try:
        yield
    finally:
        work.uow.memo[_LATER] = before


def look_for_duplicates(work: Work, drafts: Sequence[Draft], action: str) -> None:
    """Raise `DuplicatesFound` where a record that was created or changed is like another one.

    It is asked when everything is written and before anything is told, one statement for each key whatever the
    number of records. The system and imports look for duplicates in their own ways, or not at all.
    """
    if work.actor.elevated is not None or work.uow.channel == "import":
        return
    for entity, rows, keys in _subjects(work, drafts, action):
        found = _found(work, entity, keys, rows)
        if not found:
            continue
        may = work.access.may(work.actor, entity.name, OVERRIDE, work.uow.catalog)
        if may and work.uow.memo.get(OVERRIDE):
            for draft in drafts:
                if entity is work.plan.entity and draft.id in found:
                    draft.notes[NOTED] = sorted(found[draft.id])
            continue
        refused = DuplicatesFound()
        refused.twins = tuple(_told(work, entity, found, rows))
        refused.may_override = may
        raise refused


def _subjects(
    work: Work, drafts: Sequence[Draft], action: str
) -> Iterator[tuple[EntitySpec, Mapping[int, int], Sequence[DuplicateKey]]]:
    """Yield entities with the rows by id that are to be compared, and by which keys."""
    own = work.plan.entity
    if own.duplicates is not None:
        for key in own.duplicates.by:
            rows = {d.id: d.row for d in drafts if action == "create" or d.lists or d.changed & set(key.same)}
            if rows:
                yield own, rows, (key,)
    if work.uow.memo.get(_LATER):
        return
    for parent, by, keys in _wholes(work.uow.catalog, own.name):
        rows = {whole: d.row for d in drafts if (whole := _whole(d, by, parent.name)) is not None}
        if rows:
            yield parent, rows, keys


def _whole(draft: Draft, by: str, parent: str) -> int | None:
    value = draft.after.get(by, draft.before.get(by))
    if isinstance(value, Ref):
        return value.id
    return value.id if isinstance(value, AnyRef) and value.entity == parent else None


def _wholes(catalog: Catalog, line: str) -> Iterator[tuple[EntitySpec, str, Sequence[DuplicateKey]]]:
    """Yield the entities whose duplicates show in lines of this kind, or in what is drawn from them."""
    for parent in catalog.entities.values():
        if parent.duplicates is None or parent.name == line:
            continue
        keys: dict[str, list[DuplicateKey]] = defaultdict(list)
        for key in parent.duplicates.by:
            for by in {by for name in key.same if (by := _drawn_by(parent, name, line))}:
                keys[by].append(key)
        for by, found in keys.items():
            yield parent, by, found


def _drawn_by(parent: EntitySpec, name: str, line: str) -> str:
    """Return the reference of the line by which a compared value hangs on its record; empty where it does not."""
    field = parent.fields[name.partition(".")[0]]
    if field.type == "list":
        return str(field.option("by")) if field.option("of") == line else ""
    return field.rollup.by if field.rollup is not None and field.rollup.source == line else ""


def _found(
    work: Work, entity: EntitySpec, keys: Sequence[DuplicateKey], rows: Mapping[int, int]
) -> dict[int, dict[int, list[DuplicateKey]]]:
    """Return ``{saved id: {id of the like: what they share}}``; of two that are saved together the later is told."""
    found: dict[int, dict[int, list[DuplicateKey]]] = defaultdict(dict)
    for key in keys:
        pairs = work.conditions.statements.run(
            work.uow,
            ("duplicates", entity.name, key.name),
            partial(_statement, work, entity, key),
            {**work.conditions.environment(work.uow), "ids": sorted(rows)},
        )
        for mine, other in pairs:
            if other not in rows or other < mine:
                found[mine].setdefault(other, []).append(key)
    return found


def _statement(work: Work, entity: EntitySpec, key: DuplicateKey) -> sa.Select[Any]:
    table = work.conditions.tables.of(entity)
    mine, other = table.alias("mine"), table.alias("other")
    left, right = [mine], [other]
    lists = {name.partition(".")[0] for name in key.same if "." in name}
    conditions = [mine.c.id == one_of(), other.c.id != mine.c.id, other.c.deleted_at.is_(None)]
    for name in lists:
        left, right = _lines(work, entity, entity.fields[name], mine, other, conditions)
    catalog = work.uow.catalog
    narrowed = catalog.entity(str(entity.fields[next(iter(lists))].option("of"))) if lists else entity
    if key.where:
        rule = work.conditions.checked(catalog, narrowed.name, key.where)
        conditions += [work.conditions.where(catalog, narrowed, side, rule) for side in (left[-1], right[-1])]
    for name in key.same:
        place = -1 if "." in name else 0
        spec = (narrowed if "." in name else entity).fields[name.rpartition(".")[2]]
        column = _compared(work, spec)
        conditions.append(right[place].c[column] == left[place].c[column])
    duplicates = entity.duplicates
    assert duplicates is not None  # its keys are compared
    for name in duplicates.differ:
        column = _compared(work, entity.fields[name])
        one, two = mine.c[column], other.c[column]
        conditions.append(sa.or_(one.is_(None), two.is_(None), one == two))
    query = sa.select(mine.c.id, other.c.id).distinct().select_from(_joined(left, right)).where(*conditions)
    return query.order_by(mine.c.id, other.c.id)


def _joined(left: Sequence[Any], right: Sequence[Any]) -> Any:
    joined: Any = left[0]
    for part in (*left[1:], *right):
        joined = joined.join(part, sa.true())
    return joined


def _lines(
    work: Work, entity: EntitySpec, spec: FieldSpec, mine: Any, other: Any, conditions: list[Any]
) -> tuple[list[Any], list[Any]]:
    """Return both records with their lines, and add how these hang together to the conditions."""
    line = work.uow.catalog.entity(str(spec.option("of")))
    table = work.conditions.tables.of(line)
    column = work.conditions.reference_column(line.fields[str(spec.option("by"))], entity.name)
    mine_line, other_line = table.alias("mine_line"), table.alias("other_line")
    for record, part in ((mine, mine_line), (other, other_line)):
        conditions += [part.c[column] == record.c.id, part.c.deleted_at.is_(None)]
    return [mine, mine_line], [other, other_line]


def _compared(work: Work, spec: FieldSpec) -> str:
    """Return the column in which values that mean the same are equal: the folded key where there is one."""
    names = [column.name for column in work.conditions.types.columns(spec)]
    key = f"{spec.name}_key"
    return key if key in names and spec.type != "phone" else names[0]


def _told(
    work: Work,
    entity: EntitySpec,
    found: Mapping[int, Mapping[int, Sequence[DuplicateKey]]],
    rows: Mapping[int, int],
) -> Iterator[Twin]:
    others = sorted({other for twins in found.values() for other in twins})
    readable = work.access.fields(work.actor, entity.name, work.uow.catalog).readable
    may_read = work.access.may(work.actor, entity.name, "read", work.uow.catalog)
    seen = usable_targets(work, {entity.name: others}) if may_read else set()
    titles = _titles(work, entity, [i for e, i in seen if e == entity.name]) if seen else {}
    asked = _asked(work, entity, entity.duplicates, [i for i in others if (entity.name, i) not in seen])
    for mine, twins in sorted(found.items()):
        for other, keys in sorted(twins.items())[:MOST]:
            by = tuple(key.label for key in keys)
            if (entity.name, other) in seen:
                title = titles.get(other, "") if readable.get(entity.title) is True else ""
                yield Twin(row=rows[mine], entity=entity.name, by=by, id=other, title=title)
            else:
                yield Twin(row=rows[mine], entity=entity.name, by=by, ask=asked.get(other, ""))


def _titles(work: Work, entity: EntitySpec, ids: Sequence[int]) -> dict[int, str]:
    table = work.conditions.tables.of(entity)
    rows = work.conditions.statements.run(
        work.uow,
        ("duplicate titles", entity.name),
        lambda: sa.select(table.c.id, sa.cast(table.c[entity.title], sa.Text)).where(table.c.id == one_of()),
        {"ids": list(ids)},
    )
    return {row[0]: row[1] or "" for row in rows}


def _asked(
    work: Work, entity: EntitySpec, duplicates: Duplicates | None, ids: Sequence[int]
) -> dict[int, str]:
    """Return the titles of those whom one asks about records that one may not see."""
    if not ids or duplicates is None or not duplicates.ask:
        return {}
    spec = entity.fields[duplicates.ask]
    target = work.uow.catalog.entity(str(spec.option("to")))
    table, people = work.conditions.tables.of(entity), work.conditions.tables.of(target)
    rows = work.conditions.statements.run(
        work.uow,
        ("duplicate asks", entity.name),
        lambda: (
            sa.select(table.c.id, sa.cast(people.c[target.title], sa.Text))
            .join(people, people.c.id == table.c[spec.name])
            .where(table.c.id == one_of())
        ),
        {"ids": list(ids)},
    )
    return {row[0]: row[1] or "" for row in rows}
