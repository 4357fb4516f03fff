"""One history row for each change, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from core.kernel.actor import Actor
from core.metadata.specs import Json
from core.records.cells import to_json
from core.records.change import Draft
from core.records.conditions import Conditions
from core.records.plan import EntityPlan
from core.records.statements import given, record_set
from core.storage import UnitOfWork
from core.storage.kernel_tables import history as core_history

ROW = ("entity", "record_id", "action", "changes")
TRANSITION, TAKEN = "transition", "$transition"
"""The action of a step of a workflow, and the note that tells which: ``{"name", "field"}``."""

WHO = ("at", "actor", "actor_name", "channel", "reason", "cause")


def write_history(
    plan: EntityPlan,
    action: str,
    drafts: Sequence[Draft],
    conditions: Conditions,
    uow: UnitOfWork,
    actor: Actor,
) -> None:
    """Remember what moved: ``{field: [before, after]}`` in wire form, secrets as ``changed``.

    The reason is what a person said, else why somebody acted with all rights.
    """
    rows = [
        {
            "entity": plan.entity.name,
            "record_id": draft.id,
            "action": TRANSITION if draft.transition else action,
            "changes": {**_changes(plan, draft), **draft.notes},
        }
        for draft in drafts
    ]
    if not rows:
        return
    conditions.statements.run(
        uow,
        ("history",),
        _build,
        {
            "rows": to_json(rows),
            "new_at": uow.now,
            "new_actor": uow.actor.id,
            "new_actor_name": uow.actor.name or uow.actor.login,
            "new_channel": uow.channel,
            "new_reason": next((d.reason for d in drafts if d.reason), uow.reason or actor.elevated),
            "new_cause": uow.cause,
        },
    )


def _build() -> sa.Executable:
    c = core_history.c
    rows = record_set([c[name] for name in ROW])
    return core_history.insert().from_select(
        [*ROW, *WHO], sa.select(*rows.c, *(given(c[name]) for name in WHO))
    )


def _changes(plan: EntityPlan, draft: Draft) -> Mapping[str, Json]:
    return {name: _pair(plan, draft, name) for name in plan.entity.fields if name in draft.changed}


def _pair(plan: EntityPlan, draft: Draft, name: str) -> list[Json]:
    spec, kind = plan.entity.fields[name], plan.types[name]
    if spec.option("secret"):
        return ["changed", "changed"]
    if spec.type == "links":
        return [list(draft.links_before.get(name, ())), list(draft.links.get(name, ()))]
    old, new = draft.before.get(name), draft.after.get(name)
    return [None if old is None else kind.dump(spec, old), None if new is None else kind.dump(spec, new)]


def last_deletion(entity: str, record_id: int, uow: UnitOfWork) -> Mapping[str, object]:
    """Return the notes of the newest deletion of a record: what it cleared and what followed it."""
    notes = uow.execute(
        sa.select(core_history.c.changes)
        .where(
            core_history.c.entity == entity,
            core_history.c.record_id == record_id,
            core_history.c.action == "delete",
        )
        .order_by(core_history.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return notes if isinstance(notes, Mapping) else {}
