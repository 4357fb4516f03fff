"""The moves that are offered: which steps lead on from where records are, and what stands in the way of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core.errors import NotFound, TransitionRefused
from core.kernel.values import Ref
from core.records.cells import from_row
from core.records.change import Draft, Saved
from core.records.deriving import compute
from core.records.guarding import Guarding, may_see
from core.records.moving import Moving, has_role
from core.records.state_targets import StateTarget, states_of, targets_of
from core.records.statements import Rule, one_of, the_one
from core.records.states import state_of
from core.records.telling import told_problems
from core.records.work import Work
from core.records.writing import Values
from core.workflow import Flow, Offer, Step


class Moves:
    """Works out offers for people, and finds the one step that leads to a state."""

    def __init__(self, moving: Moving, guarding: Guarding) -> None:
        self._moving = moving
        self._guarding = guarding

    def offers(self, work: Work, ids: Sequence[int]) -> dict[int, list[Offer]]:
        """Return what the actor may do next with each of the records that they see, in the order of the workflow.

        A step that no grant or role gives them is left out; whoever may not see the state is offered nothing.
        """
        rows = _visible(work, ids)
        found: dict[int, list[Offer]] = {record_id: [] for record_id in rows}
        for flow in work.plan.flows:
            for record_id, seen in rows.items():
                if may_see(work, work.rights(), flow.field, seen.values):
                    found[record_id].extend(self._of_record(work, flow, seen))
        return found

    def move_to(
        self,
        work: Work,
        record_id: int,
        target: str | int,
        *,
        values: Values,
        reason: str,
        version: int | None,
        field: str = "",
    ) -> Saved:
        """Take the one step that leads to a state, or to the record that stands for one."""
        seen = _visible(work, [record_id]).get(record_id)
        if seen is None:
            raise NotFound
        before = seen.values
        fitting: list[tuple[Step, int | None]] = []
        for flow in work.plan.flows:
            if field in ("", flow.field) and may_see(work, work.rights(), flow.field, before):
                if _is_there(flow, before, target):
                    return Saved(id=record_id, version=int(str(before["version"])), changed=frozenset())
                fitting += _leading(work, flow, before, target)
        granted = [(step, to) for step, to in fitting if step.spec.name in seen.steps]
        if not granted:
            raise TransitionRefused("No step that you may take leads there from here.", code="no_transition")
        if len(granted) > 1:
            raise TransitionRefused(
                "Several steps lead there: {steps}. Choose one of them.",
                code="several_transitions",
                steps=tuple(step.spec.name for step, _ in granted),
            )
        ((step, to),) = granted
        return self._moving.transition(
            work, record_id, step.spec.name, values=values, to=to, reason=reason, version=version
        )

    def _of_record(self, work: Work, flow: Flow, seen: _Seen) -> Iterator[Offer]:
        if flow.target and work.uow.reading:
            states_of(work, flow)  # the one it is in is among those it may go to, and need not be asked for
        values, state = seen.values, state_of(work, flow, seen.values)
        steps = [s for s in flow.steps.values() if s.spec.name in seen.steps and state in s.spec.source]
        if not flow.target:
            yield from (self._offer(work, flow, step, values, None) for step in steps)
            return
        present = values.get(flow.field)
        here = present.id if isinstance(present, Ref) else None
        targets = targets_of(work, flow, values) if steps else ()
        for step in steps:
            for target in targets:
                if target.state == step.spec.target and target.id != here:
                    yield self._offer(work, flow, step, values, target)

    def _offer(
        self, work: Work, flow: Flow, step: Step, values: Mapping[str, object], target: StateTarget | None
    ) -> Offer:
        draft = Draft(row=0, id=int(str(values["id"])), before=dict(values))
        self._moving.bring(work, flow, step, draft, target.ref if target else step.spec.target)
        if step.conditions or step.spec.required:
            compute(work, [draft])
        objections = self._guarding.objections(work, flow, step, draft)
        told = told_problems(work, objections) if objections else None
        rights = work.rights()
        return Offer(
            name=step.spec.name,
            label=step.spec.label,
            workflow=flow.spec.name,
            field=flow.field,
            to_state=step.spec.target,
            to=(target.id, target.title) if target else None,
            why_not=tuple(objections if told is None else told),
            required=tuple(n for n in step.spec.required if may_see(work, rights, n, values)),
            ask=tuple(
                n for n in step.spec.asked if n not in step.spec.required and may_see(work, rights, n, values)
            ),
            reason=step.spec.reason,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A record that the actor sees, with the names of the steps that their grants and roles let them take with it."""

    values: Mapping[str, object]
    steps: frozenset[str]


def _visible(work: Work, ids: Sequence[int]) -> dict[int, _Seen]:
    """Return those records that the actor may see, by id: one statement, which asks the rules of all steps, too."""
    uow, plan, wanted = work.uow, work.plan, list(dict.fromkeys(ids))
    work.access.require(work.actor, work.entity, "read", uow.catalog)
    rule = work.access.condition(work.actor, work.entity, "read", uow.catalog)
    steps = _rules(work)
    asked = tuple({id(one): one for one in steps.values() if not isinstance(one, bool)}.values())
    alone = len(wanted) == 1
    rows = work.conditions.statements.run(
        uow,
        ("offered", work.entity, alone),
        lambda: _offered(work, rule, asked, alone=alone),
        {**work.conditions.environment(uow), "ids": wanted[0] if alone else wanted},
        (rule, *asked),
    )
    names = [column.name for column in work.conditions.tables.of(plan.entity).c]
    found: dict[int, _Seen] = {}
    for row in rows:
        values = from_row(plan, dict(zip(names, row[: len(names)], strict=True)))
        holds = {id(one): told is True for one, told in zip(asked, row[len(names) :], strict=True)}
        taken = (name for name, one in steps.items() if one is True or holds.get(id(one), False))
        found[int(str(values["id"]))] = _Seen(values=values, steps=frozenset(taken))
    if uow.reading:
        work.know(work.entity, [one.values for one in found.values()])
    return found


def _offered(work: Work, rule: Rule, asked: Sequence[Rule], *, alone: bool) -> sa.Select[tuple[object, ...]]:
    """Select the records with these ids that a rule shows, and whether the others hold for each."""
    conditions, catalog, entity = work.conditions, work.uow.catalog, work.plan.entity
    table = conditions.tables.of(entity)
    select = sa.select(*table.c, *(conditions.where(catalog, entity, table, one) for one in asked))
    return select.where(
        table.c.id == (the_one() if alone else one_of()),
        table.c.deleted_at.is_(None),
        conditions.where(catalog, entity, table, rule),
    ).order_by(table.c.id)


def _rules(work: Work) -> dict[str, Rule]:
    """Return on which records the actor may take each step, of those that their roles let them take at all."""
    return {
        step.spec.name: work.access.condition(work.actor, work.entity, step.action, work.uow.catalog)
        for flow in work.plan.flows
        for step in flow.steps.values()
        if has_role(work, step)
    }


def _is_there(flow: Flow, before: Mapping[str, object], target: str | int) -> bool:
    value = before.get(flow.field)
    return (value.id if isinstance(value, Ref) else value) == target


def _leading(
    work: Work, flow: Flow, before: Mapping[str, object], target: str | int
) -> Iterator[tuple[Step, int | None]]:
    """Yield the steps that lead from where a record is to a state, or to the record that stands for one."""
    state, to = str(target), None
    if flow.target:
        found = {one.id: one.state for one in targets_of(work, flow, before)}
        if not isinstance(target, int) or target not in found:
            return
        state, to = found[target], target
    for spec in flow.spec.leading(state_of(work, flow, before), state):
        yield flow.steps[spec.name], to
