"""INSERT, UPDATE and the reading of records before they change; set-based, one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from core.errors import AccessDenied, NotFound, VersionConflict
from core.expressions import Checked, fields_used
from core.records.cells import to_cells, to_json
from core.records.change import Draft
from core.records.conditions import Conditions
from core.records.plan import EntityPlan
from core.records.statements import Rule, given, one_of, record_set, the_one
from core.storage import UnitOfWork

CREATED = ("created_at", "created_by", "updated_at", "updated_by")
UPDATED = ("updated_at", "updated_by")


def read_before(
    plan: EntityPlan,
    ids: Sequence[int],
    rule: Rule,
    visible: Rule,
    conditions: Conditions,
    uow: UnitOfWork,
    *,
    trashed: bool = False,
) -> dict[int, dict[str, object]]:
    """Lock the records in id order and return their values; the rule of the action is part of the WHERE.

    A record out of sight raises `NotFound`; one in sight that the rule excludes raises `AccessDenied`.
    """
    table, alone = conditions.tables.of(plan.entity), len(ids) == 1
    found = conditions.records(
        plan,
        ("before", trashed, alone),
        lambda: (
            sa.select(*table.c)
            .where(
                table.c.id == (the_one() if alone else one_of()),
                _living(table, trashed=trashed),
                conditions.where(uow.catalog, plan.entity, table, rule),
            )
            .order_by(table.c.id)
            .with_for_update()
        ),
        {**conditions.environment(uow), "ids": ids[0] if alone else list(ids)},
        uow,
        (rule,),
    )
    by_id = {int(str(values["id"])): values for values in found}
    missing = [i for i in ids if i not in by_id]
    if missing:
        _explain_missing(plan, missing, visible, conditions, uow, trashed=trashed)
    return by_id


def _living(table: sa.Table, *, trashed: bool) -> sa.ColumnElement[bool]:
    return table.c.deleted_at.is_not(None) if trashed else table.c.deleted_at.is_(None)


def _explain_missing(
    plan: EntityPlan,
    ids: Sequence[int],
    visible: Rule,
    conditions: Conditions,
    uow: UnitOfWork,
    *,
    trashed: bool,
) -> None:
    table = conditions.tables.of(plan.entity)
    rows = conditions.statements.run(
        uow,
        ("see", plan.entity.name, trashed),
        lambda: sa.select(table.c.id).where(
            table.c.id == one_of(),
            _living(table, trashed=trashed),
            conditions.where(uow.catalog, plan.entity, table, visible),
        ),
        {**conditions.environment(uow), "ids": list(ids)},
        (visible,),
    )
    if set(ids) - {row[0] for row in rows}:
        raise NotFound
    raise AccessDenied("You may see this record of {entity}, but not change it.", entity=plan.entity.name)


def check_versions(drafts: Iterable[Draft], wanted: Mapping[int, int | None]) -> None:
    """Raise `VersionConflict` where somebody was faster."""
    for draft in drafts:
        version = wanted.get(draft.id)
        if version is not None and version != draft.version:
            raise VersionConflict(current=draft.version)


def insert(
    plan: EntityPlan, drafts: Sequence[Draft], conditions: Conditions, uow: UnitOfWork, rule: Rule
) -> None:
    """Insert the drafts, give them their ids, and hold them against the rule of creation."""
    if not drafts:
        return
    stamps = {
        "created_at": uow.now,
        "created_by": uow.actor.id,
        "updated_at": uow.now,
        "updated_by": uow.actor.id,
    }
    if len(drafts) == 1:
        accepted = _insert_one(plan, drafts[0], stamps, conditions, uow, rule)
    else:
        _insert_many(plan, drafts, stamps, conditions, uow)
        accepted = rule is True or _accepted(plan, drafts, conditions, uow, rule)
    if not accepted:
        raise AccessDenied("You may not create such a record of {entity}.", entity=plan.entity.name)


def _insert_one(
    plan: EntityPlan,
    draft: Draft,
    stamps: Mapping[str, object],
    conditions: Conditions,
    uow: UnitOfWork,
    rule: Rule,
) -> bool:
    table = conditions.tables.of(plan.entity)
    cells = {
        name: cell
        for name, cell in to_cells(plan, draft.after, plan.stored_names).items()
        if cell is not None
    }
    if draft.id:
        cells["id"] = draft.id
    names = (*cells, *CREATED)
    # A rule that looks at other records is asked afterwards: its subqueries cannot refer to a row that is being made.
    told = rule if isinstance(rule, bool) or _is_own(plan, rule) else True
    row = conditions.statements.run(
        uow,
        ("insert", plan.entity.name, names),
        lambda: (
            table.insert()
            .values({name: given(table.c[name]) for name in names})
            .returning(table.c.id, conditions.where(uow.catalog, plan.entity, table, told))
        ),
        {**conditions.environment(uow), **_new(cells), **_new(stamps)},
        (told,),
    )[0]
    draft.id = row[0]
    return bool(row[1]) and (told is rule or _accepted(plan, [draft], conditions, uow, rule))


def _is_own(plan: EntityPlan, rule: Checked) -> bool:
    return all(entity == plan.entity.name for entity, _ in fields_used(rule))


def _new(cells: Mapping[str, object]) -> dict[str, object]:
    return {f"new_{name}": cell for name, cell in cells.items()}


def _insert_many(
    plan: EntityPlan,
    drafts: Sequence[Draft],
    stamps: Mapping[str, object],
    conditions: Conditions,
    uow: UnitOfWork,
) -> None:
    table = conditions.tables.of(plan.entity)
    ids = conditions.statements.run(
        uow,
        ("ids", table.name),
        lambda: sa.select(
            sa.func.nextval(sa.func.pg_get_serial_sequence(f'"{table.name}"', "id"))
        ).select_from(sa.func.generate_series(1, sa.bindparam("count", type_=sa.Integer)).table_valued("n")),
        {"count": len(drafts)},
    )
    rows = []
    for draft, (new_id,) in zip(drafts, ids, strict=True):
        draft.id = draft.id or new_id
        rows.append({"id": draft.id, **to_cells(plan, draft.after, plan.stored_names)})

    def build() -> sa.Executable:
        columns = [table.c[name] for name in rows[0]]
        stamped = (given(table.c[name]) for name in CREATED)
        return table.insert().from_select([*rows[0], *CREATED], sa.select(*record_set(columns).c, *stamped))

    conditions.statements.run(
        uow, ("insert many", plan.entity.name), build, {**_new(stamps), "rows": to_json(rows)}
    )


def _accepted(
    plan: EntityPlan, drafts: Sequence[Draft], conditions: Conditions, uow: UnitOfWork, rule: Rule
) -> bool:
    table = conditions.tables.of(plan.entity)
    ids = [draft.id for draft in drafts]
    rows = conditions.statements.run(
        uow,
        ("accepted", plan.entity.name),
        lambda: (
            sa.select(sa.func.count())
            .select_from(table)
            .where(table.c.id == one_of(), conditions.where(uow.catalog, plan.entity, table, rule))
        ),
        {**conditions.environment(uow), "ids": ids},
        (rule,),
    )
    return bool(rows[0][0] == len(ids))


def update(
    plan: EntityPlan, drafts: Sequence[Draft], conditions: Conditions, uow: UnitOfWork, rule: Rule
) -> None:
    """Write the changed columns, raise the versions, and hold the records against the rule again."""
    stamps = {"updated_at": uow.now, "updated_by": uow.actor.id}
    rows = (_update_one if len(drafts) == 1 else _update_many)(plan, drafts, stamps, conditions, uow, rule)
    versions = {row[0]: row[1] for row in rows}
    for draft in drafts:
        draft.version = versions[draft.id]
    if not all(row[2] for row in rows):
        raise AccessDenied(
            "After this change the record of {entity} would no longer be yours to change.",
            entity=plan.entity.name,
        )


def _update_one(
    plan: EntityPlan,
    drafts: Sequence[Draft],
    stamps: Mapping[str, object],
    conditions: Conditions,
    uow: UnitOfWork,
    rule: Rule,
) -> Sequence[tuple[int, int, bool]]:
    table, draft = conditions.tables.of(plan.entity), drafts[0]
    cells = to_cells(plan, draft.after, [name for name in plan.stored_names if name in draft.changed])
    names = (*cells, *UPDATED)
    return conditions.statements.run(
        uow,
        ("update", plan.entity.name, names),
        lambda: (
            table.update()
            .where(table.c.id == sa.bindparam("record_id", type_=sa.BigInteger))
            .values(
                {
                    **{name: given(table.c[name]) for name in names},
                    "version": table.c.version + sa.literal_column("1"),
                }
            )
            .returning(table.c.id, table.c.version, conditions.where(uow.catalog, plan.entity, table, rule))
        ),
        {**conditions.environment(uow), **_new(cells), **_new(stamps), "record_id": draft.id},
        (rule,),
    )


def _update_many(
    plan: EntityPlan,
    drafts: Sequence[Draft],
    stamps: Mapping[str, object],
    conditions: Conditions,
    uow: UnitOfWork,
    rule: Rule,
) -> Sequence[tuple[int, int, bool]]:
    table = conditions.tables.of(plan.entity)
    changed = frozenset().union(*(draft.changed for draft in drafts))
    names = tuple(name for name in plan.stored_names if name in changed)
    rows = [{"id": draft.id, **to_cells(plan, {**draft.before, **draft.after}, names)} for draft in drafts]

    def build() -> sa.Executable:
        new = record_set([table.c[name] for name in rows[0]])
        values = {name: new.c[name] for name in rows[0] if name != "id"}
        stamped = {name: given(table.c[name]) for name in UPDATED}
        return (
            table.update()
            .where(table.c.id == new.c.id)
            .values({**values, **stamped, "version": table.c.version + sa.literal_column("1")})
            .returning(table.c.id, table.c.version, conditions.where(uow.catalog, plan.entity, table, rule))
        )

    return conditions.statements.run(
        uow,
        ("update many", plan.entity.name, names),
        build,
        {**conditions.environment(uow), **_new(stamps), "rows": to_json(rows)},
        (rule,),
    )
