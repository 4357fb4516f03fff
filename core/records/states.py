"""The states of records: where a new one may start, and that nothing but a transition moves one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from core.errors import Param, Problem, TransitionRefused
from core.kernel.values import Ref
from core.metadata.workflow_specs import WorkflowSpec
from core.records.change import Draft
from core.records.statements import one_of
from core.records.work import Work
from core.workflow import Flow

DIRECT = "The state follows from steps and cannot be written. Steps that lead there: {steps}."
NO_WAY = "The state follows from steps and cannot be written; no step leads there from here."
HIDDEN = "The state follows from steps and cannot be written."
IN_USE = "Records are in this state; make a new one for another state, and move them there."
NOT_INITIAL = "A new record cannot start in this state; it starts in: {known}."


def enter(work: Work, drafts: Sequence[Draft]) -> None:
    """Put new records that say nothing of their state into the first one in which they may start."""
    for flow in work.plan.flows:
        if flow.target:
            continue
        for draft in drafts:
            if draft.after.get(flow.field) is None and not draft.problems:
                draft.after[flow.field] = flow.spec.initial[0]


def state_of(work: Work, flow: Flow, values: Mapping[str, object]) -> str:
    """Return the state that a record with these values is in; empty where it is in none."""
    value = values.get(flow.field)
    if not flow.target:
        return value if isinstance(value, str) else ""
    if not isinstance(value, Ref):
        return ""
    found = work.others(flow.target, "id", [value.id])
    kind = found[0].get(flow.spec.kind) if found else None
    return kind if isinstance(kind, str) else ""


def check_states(work: Work, drafts: Sequence[Draft], action: str) -> None:
    """Refuse what would move a state without a transition, for everybody and on every way through the door."""
    problems = []
    for flow in work.plan.flows:
        for draft in drafts:
            if flow.field in draft.changed and draft.moving != flow.spec.name:
                problem = _entering(work, flow, draft) if action == "create" else _moving(work, flow, draft)
                if problem is not None:
                    place = f"{draft.row}.{problem.field}" if len(drafts) > 1 else problem.field
                    problems.append(replace(problem, field=place))
    if problems:
        first = problems[0]
        raise TransitionRefused(first.message, code=first.code, problems=problems, **first.params)


def check_kinds(work: Work, drafts: Sequence[Draft]) -> None:
    """Refuse to make another state of what stands for one while records are in it: that would move them, too."""
    for workflow in work.plan.stands_for:
        turned = [draft for draft in drafts if draft.before and workflow.kind in draft.changed]
        if not turned:
            continue
        used = _used(work, workflow, [draft.id for draft in turned])
        for draft in turned:
            if draft.id in used:
                draft.problems.append(Problem(code="state_in_use", message=IN_USE, field=workflow.kind))


def _used(work: Work, workflow: WorkflowSpec, ids: Sequence[int]) -> set[int]:
    table = work.conditions.tables.of(work.uow.catalog.entity(workflow.entity))
    column = table.c[workflow.field]
    rows = work.conditions.statements.run(
        work.uow,
        ("states in use", workflow.name),
        lambda: sa.select(column).where(column == one_of(), table.c.deleted_at.is_(None)).distinct(),
        {"ids": list(ids)},
    )
    return {row[0] for row in rows}


def _entering(work: Work, flow: Flow, draft: Draft) -> Problem | None:
    """Return the problem of a new record that starts in the midst; the system and imports may bring such."""
    if state_of(work, flow, draft.after) in flow.spec.initial or work.actor.elevated is not None:
        return None
    if work.uow.channel == "import" and work.access.may(work.actor, work.entity, "import", work.uow.catalog):
        return None
    return _problem("not_initial", flow, NOT_INITIAL, known=flow.spec.initial)


def _moving(work: Work, flow: Flow, draft: Draft) -> Problem | None:
    """Return the problem of a written state, with the steps that lead there as far as the writer sees the state."""
    before = state_of(work, flow, draft.before)
    after = state_of(work, flow, {**draft.before, **draft.after})
    if draft.before.get(flow.field) is None and after in flow.spec.initial:
        return None  # a record from before the workflow, or one that was created empty, starts now
    if work.rights().readable.get(flow.field) is not True:
        return _problem("state_by_transition", flow, HIDDEN)
    steps = tuple(step.name for step in flow.spec.leading(before, after))
    if steps:
        return _problem("state_by_transition", flow, DIRECT, steps=steps)
    return _problem("state_by_transition", flow, NO_WAY)


def _problem(code: str, flow: Flow, message: str, **params: Param) -> Problem:
    return Problem(code=code, message=message, params=params, field=flow.field)
