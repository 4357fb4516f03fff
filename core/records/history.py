"""One history row for each change, written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from core.metadata.specs import Json
from core.records.cells import record_set
from core.records.change import Draft
from core.records.plan import EntityPlan
from core.storage import UnitOfWork
from core.storage.kernel_tables import history as core_history


def write_history(plan: EntityPlan, action: str, drafts: Sequence[Draft], uow: UnitOfWork) -> None:
    """Remember what moved: ``{field: [before, after]}`` in wire form, secrets as ``changed``."""
    rows = [
        {"entity": plan.entity.name, "record_id": draft.id, "action": action,
         "changes": {**_changes(plan, draft), **draft.notes}}
        for draft in drafts
    ]
    if not rows:
        return
    columns = [core_history.c[name] for name in ("entity", "record_id", "action", "changes")]
    given = record_set(rows, columns, "given")
    who = {
        "at": uow.now, "actor": uow.actor.id, "actor_name": uow.actor.name or uow.actor.login,
        "channel": uow.channel, "reason": uow.reason, "cause": uow.cause,
    }
    uow.execute(core_history.insert().from_select(
        [*(c.name for c in columns), *who],
        sa.select(*given.c, *(sa.literal(value, core_history.c[name].type) for name, value in who.items())),
    ))


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
        .where(core_history.c.entity == entity, core_history.c.record_id == record_id,
               core_history.c.action == "delete")
        .order_by(core_history.c.id.desc()).limit(1)).scalar_one_or_none()
    return notes if isinstance(notes, Mapping) else {}
