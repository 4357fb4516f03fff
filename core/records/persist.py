"""INSERT, UPDATE and the reading of records before they change; set-based, one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.errors import AccessDenied, NotFound, VersionConflict
from core.records.cells import from_row, record_set, to_cells
from core.records.change import Draft
from core.records.conditions import Conditions, Rule
from core.records.plan import EntityPlan
from core.storage import UnitOfWork



def read_before(
    plan: EntityPlan, ids: Sequence[int], rule: Rule, visible: Rule, conditions: Conditions, uow: UnitOfWork,
    *, trashed: bool = False
) -> dict[int, dict[str, object]]:
    """Lock the records in id order and return their values; the rule of the action is part of the WHERE.

    A record out of sight raises `NotFound`; one in sight that the rule excludes raises `AccessDenied`.
    """
    table = conditions.tables.of(plan.entity)
    living = table.c.deleted_at.is_not(None) if trashed else table.c.deleted_at.is_(None)
    rows = uow.execute(
        sa.select(*table.c)
        .where(table.c.id == one_of(ids), living, conditions.where(uow.catalog, plan.entity, table, rule))
        .order_by(table.c.id).with_for_update(),
        {**conditions.environment(uow), "ids": list(ids)},
    ).mappings()
    found = {int(row["id"]): from_row(plan, row) for row in rows}
    missing = [i for i in ids if i not in found]
    if missing:
        _explain_missing(plan, missing, visible, conditions, uow, living)
    return found


def one_of(ids: Sequence[int]) -> sa.ColumnElement[Any]:
    """Return ``ANY(:ids)`` for a list of ids, bound as one array whatever its length."""
    return sa.any_(sa.bindparam("ids", list(ids), type_=sa.ARRAY(sa.BigInteger)))


def _explain_missing(
    plan: EntityPlan, ids: Sequence[int], visible: Rule, conditions: Conditions, uow: UnitOfWork,
    living: sa.ColumnElement[bool]
) -> None:
    table = conditions.tables.of(plan.entity)
    seen = set(uow.execute(
        sa.select(table.c.id).where(table.c.id == one_of(ids), living,
                                    conditions.where(uow.catalog, plan.entity, table, visible)),
        {**conditions.environment(uow), "ids": list(ids)},
    ).scalars())
    if set(ids) - seen:
        raise NotFound()
    raise AccessDenied("You may see this record of {entity}, but not change it.", entity=plan.entity.name)


def check_versions(drafts: Iterable[Draft], wanted: Mapping[int, int | None]) -> None:
    """Raise `VersionConflict` where somebody was faster."""
    for draft in drafts:
        version = wanted.get(draft.id)
        if version is not None and version != draft.version:
            raise VersionConflict(current=draft.version)


def insert(plan: EntityPlan, drafts: Sequence[Draft], conditions: Conditions, uow: UnitOfWork, rule: Rule) -> None:
    """Insert the drafts, give them their ids, and hold them against the rule of creation."""
    table = conditions.tables.of(plan.entity)
    stamp = {"created_at": uow.now, "created_by": uow.actor.id, "updated_at": uow.now, "updated_by": uow.actor.id}
    names = [f.name for f in plan.stored]
    if len(drafts) == 1:
        cells = to_cells(plan, drafts[0].after, names)
        given = {name: cell for name, cell in cells.items() if cell is not None}
        own_id = {"id": drafts[0].id} if drafts[0].id else {}
        row = uow.execute(
            table.insert().values({**own_id, **given, **stamp})
            .returning(table.c.id, conditions.where(uow.catalog, plan.entity, table, rule)),
            conditions.environment(uow)).one()
        drafts[0].id = row[0]
        accepted = [bool(row[1])]
    else:
        accepted = _insert_many(table, plan, drafts, names, stamp, uow)
        if rule is not True:
            accepted = _accepted(table, plan, drafts, conditions, uow, rule)
    if not all(accepted):
        raise AccessDenied("You may not create such a record of {entity}.", entity=plan.entity.name)


def _insert_many(
    table: sa.Table, plan: EntityPlan, drafts: Sequence[Draft], names: Sequence[str],
    stamp: Mapping[str, object], uow: UnitOfWork
) -> list[bool]:
    ids = uow.execute(
        sa.select(sa.func.nextval(sa.func.pg_get_serial_sequence(f'"{table.name}"', "id")))
        .select_from(sa.func.generate_series(1, len(drafts)).table_valued("n"))).scalars().all()
    rows = []
    for draft, new_id in zip(drafts, ids, strict=True):
        draft.id = draft.id or new_id
        rows.append({"id": draft.id, **to_cells(plan, draft.after, names)})
    columns = [table.c[name] for name in rows[0]]
    given = record_set(rows, columns, "given")
    uow.execute(table.insert().from_select(
        [*(c.name for c in columns), *stamp],
        sa.select(*given.c, *(sa.literal(value, table.c[name].type) for name, value in stamp.items()))))
    return [True]


def _accepted(table: sa.Table, plan: EntityPlan, drafts: Sequence[Draft], conditions: Conditions,
              uow: UnitOfWork, rule: Rule) -> list[bool]:
    ids = [draft.id for draft in drafts]
    count = uow.execute(
        sa.select(sa.func.count()).select_from(table)
        .where(table.c.id == one_of(ids), conditions.where(uow.catalog, plan.entity, table, rule)),
        {**conditions.environment(uow), "ids": ids}).scalar_one()
    return [count == len(ids)]


def update(plan: EntityPlan, drafts: Sequence[Draft], conditions: Conditions, uow: UnitOfWork, rule: Rule) -> None:
    """Write the changed columns, raise the versions, and hold the records against the rule again."""
    table = conditions.tables.of(plan.entity)
    stored = frozenset(f.name for f in plan.stored)
    if len(drafts) == 1:
        cells = to_cells(plan, drafts[0].after, sorted(drafts[0].changed & stored))
        rows = uow.execute(
            table.update().where(table.c.id == sa.bindparam("record_id")).values(
                **{name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in cells},
                version=table.c.version + 1, updated_at=sa.bindparam("now", type_=table.c.updated_at.type),
                updated_by=sa.bindparam("by", type_=table.c.updated_by.type))
            .returning(table.c.id, table.c.version, conditions.where(uow.catalog, plan.entity, table, rule)),
            {"record_id": drafts[0].id, "now": uow.now, "by": uow.actor.id,
             **{f"new_{name}": cell for name, cell in cells.items()}, **conditions.environment(uow)}).all()
    else:
        rows = _update_many(table, plan, drafts, stored, conditions, uow, rule)
    versions = {row[0]: row[1] for row in rows}
    for draft in drafts:
        draft.version = versions[draft.id]
    if not all(row[2] for row in rows):
        raise AccessDenied("After this change the record of {entity} would no longer be yours to change.",
                           entity=plan.entity.name)


def _update_many(
    table: sa.Table, plan: EntityPlan, drafts: Sequence[Draft], stored: frozenset[str], conditions: Conditions,
    uow: UnitOfWork, rule: Rule
) -> Sequence[sa.Row[tuple[int, int, bool]]]:
    names = sorted({name for draft in drafts for name in draft.changed & stored})
    rows = [{"id": draft.id, **to_cells(plan, draft.after, names)} for draft in drafts]
    columns = [table.c[name] for name in rows[0]]
    given = record_set(rows, columns, "given")
    return uow.execute(
        table.update()
        .values({**{c.name: given.c[c.name] for c in columns if c.name != "id"}, "version": table.c.version + 1,
                 "updated_at": uow.now, "updated_by": uow.actor.id})
        .where(table.c.id == given.c.id)
        .returning(table.c.id, table.c.version, conditions.where(uow.catalog, plan.entity, table, rule)),
        conditions.environment(uow)).all()
