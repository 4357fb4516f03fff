"""Where a state that is a reference may lead: the records among which those of a workflow choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core.kernel.values import Ref
from core.records.change import Draft
from core.records.view import RecordView
from core.records.work import Work
from core.workflow import Flow

MOST = 500
"""Records among which a state is chosen; more are no states that anybody could look at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StateTarget:
    """One record that a state field may refer to, with its state and what people call it."""

    id: int
    state: str
    title: str

    @property
    def ref(self) -> Ref:
        """The value of the field that refers to it."""
        return Ref(self.id)


def targets_of(
    work: Work, flow: Flow, values: Mapping[str, object], state: str = ""
) -> tuple[StateTarget, ...]:
    """Return the records that a record with these values may refer to, in their order, as far as the actor sees them.

    ``state`` narrows to those of one state.
    """
    record, version = values.get("id"), values.get("version")
    if state or version is None or not work.uow.reading:
        return _chosen(work, flow, values, state)
    # The bar of a record and its buttons ask alike, and whoever only reads sees one record with these values.
    key = (flow.spec.name, record, version)
    if key not in work.known.targets:
        work.known.targets[key] = _chosen(work, flow, values, state)
    return work.known.targets[key]


def _chosen(work: Work, flow: Flow, values: Mapping[str, object], state: str) -> tuple[StateTarget, ...]:
    plan = work.plans.of(work.uow.catalog, flow.target)
    rows = states_of(work, flow)
    env = work.env(work.old(Draft(row=0, before=dict(values))))
    title = _title(work, flow)
    return tuple(
        StateTarget(id=int(str(row["id"])), state=str(row[flow.spec.kind]), title=title(row))
        for row in rows
        if (not state or row[flow.spec.kind] == state)
        and (
            flow.among is None
            or flow.among(RecordView(plan.entity, row, work.others, work.uow.catalog.entity), env) is True
        )
    )


def states_of(work: Work, flow: Flow) -> Sequence[Mapping[str, object]]:
    """Return all records that a state may refer to and that the actor may see, read once for a whole call."""
    kept = work.known.states.get(flow.spec.name)
    if kept is not None:
        return kept
    catalog, conditions = work.uow.catalog, work.conditions
    plan = work.plans.of(catalog, flow.target)
    rule = work.access.condition(work.actor, flow.target, "read", catalog)
    table = conditions.tables.of(plan.entity)
    order = [table.c[flow.spec.order]] if flow.spec.order in table.c else []
    found = conditions.records(
        plan,
        ("states", flow.spec.name),
        lambda: (
            sa.select(*table.c)
            .where(table.c.deleted_at.is_(None), conditions.where(catalog, plan.entity, table, rule))
            .order_by(*order, table.c.id)
            .limit(sa.literal_column(str(MOST)))
        ),
        conditions.environment(work.uow),
        work.uow,
        (rule,),
    )
    work.known.states[flow.spec.name] = found
    work.know(flow.target, found)
    return found


def _title(work: Work, flow: Flow) -> Callable[[Mapping[str, object]], str]:
    """Return what tells by what the actor may know a record."""
    name = work.uow.catalog.entity(flow.target).title
    plain = work.access.fields(work.actor, flow.target, work.uow.catalog).readable.get(name) is True

    def title(row: Mapping[str, object]) -> str:
        value = row.get(name)
        return str(value) if plain and isinstance(value, (str, int)) else f"#{row['id']}"

    return title
