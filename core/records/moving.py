"""The one way in which a state moves: a step of a workflow, planned here and carried out by the write pipeline."""

from __future__ import annotations

from collections.abc import Mapping

from core.access import FieldRights
from core.access.fields import is_stored_input
from core.errors import AccessDenied, BadRequest, TransitionRefused
from core.expressions import Checked, all_of
from core.metadata.names import nearest
from core.records.change import Draft, Saved
from core.records.compiled import Kept
from core.records.foreseeing import foresee
from core.records.guarding import Guarding, may_see
from core.records.history import TAKEN
from core.records.linking import read_links
from core.records.loading import Loading
from core.records.persist import check_versions, read_before
from core.records.state_targets import targets_of
from core.records.statements import Rule
from core.records.states import state_of
from core.records.telling import told_to_writer
from core.records.work import Work
from core.records.writing import Values, Writing
from core.workflow import Flow, Step


class Moving:
    """Makes the moves of records: right, state, target, values, guards, then the pipeline as ever."""

    def __init__(self, writing: Writing, loading: Loading, guarding: Guarding) -> None:
        self._writing = writing
        self._loading = loading
        self._guarding = guarding
        self._joined: Kept[Checked] = Kept(256)

    def transition(
        self,
        work: Work,
        record_id: int,
        name: str,
        *,
        values: Values,
        to: int | None,
        reason: str,
        version: int | None,
        parsed: bool = False,
    ) -> Saved:
        """Take one step with one record; see `core.records.service.Records.transition`."""
        with told_to_writer(work):
            work.access.require(work.actor, work.entity, f"transition:{name[:48]}", work.uow.catalog)
            flow, step = find_step(work, name)
            require_role(work, step)
            draft, rule = self._draft(work, step, record_id, values, version, parsed=parsed)
            why = "" if step.spec.reason == "none" else reason.strip()
            draft.reason = why or None
            self.head(work, flow, step, draft, to)
            return self._writing.move(
                work,
                draft,
                lambda: self._guarding.refuse(work, flow, step, draft, why),
                rule,
            )

    def head(self, work: Work, flow: Flow, step: Step, draft: Draft, to: int | None) -> None:
        """Bring a draft to the state that a step leads to, with the values that it sets and empties."""
        if state_of(work, flow, draft.before) not in step.spec.source:
            raise TransitionRefused("This step does not lead on from the present state.", code="wrong_state")
        if flow.field in draft.given:
            raise BadRequest(
                "The state follows from the step; leave {field} out.", code="state_given", field=flow.field
            )
        # What is said together with the step counts for where it may lead.
        said = {name: draft.after[name] for name in draft.given if name in draft.after}
        self.bring(work, flow, step, draft, target_of(work, flow, step, {**draft.before, **said}, to))

    def bring(self, work: Work, flow: Flow, step: Step, draft: Draft, target: object) -> None:
        """Bring a draft to a value of the state field to which a step leads from where it is."""
        draft.after[flow.field] = target
        worked_out: dict[str, object] = {}
        if step.assignments:
            view, env = work.view(draft), work.env(work.old(draft))
            worked_out = {one.field: one.read(view, env) for one in step.assignments}
        for name, value in worked_out.items():
            kind = work.plan.types[name]
            draft.after[name] = (
                None if value is None else kind.from_expression(work.plan.entity.fields[name], value)
            )
        for name in step.spec.clear:
            if work.plan.entity.fields[name].type == "links":
                draft.links[name] = ()
            else:
                draft.after[name] = None
        # What is asked for may be filled though the state that the record leaves would not let it be changed.
        draft.given -= frozenset(step.spec.asked)
        # What the workflow fills is not chosen by anybody, who would have to see it.
        draft.filled = frozenset({flow.field, *worked_out})
        draft.transition, draft.moving = step.spec.name, flow.spec.name
        draft.notes[TAKEN] = {"name": step.spec.name, "field": flow.field}

    def _draft(
        self,
        work: Work,
        step: Step,
        record_id: int,
        values: Values,
        version: int | None,
        *,
        parsed: bool,
    ) -> tuple[Draft, Rule]:
        """Lock and read the record, and read the values given; return the rule that holds afterwards, too."""
        catalog, rights = work.uow.catalog, work.rights()
        asked = frozenset(
            name
            for name in step.spec.asked
            if name in rights.readable and is_stored_input(work.plan.entity.fields[name])
        )
        others = frozenset(values) & rights.editable - asked
        rule: Rule = work.access.condition(work.actor, work.entity, step.action, catalog)
        after: Rule = True
        if others:
            after = work.access.write_condition(work.actor, work.entity, "update", others, catalog)
            rule = self._both(rule, after)
        visible = work.access.condition(work.actor, work.entity, "read", catalog)
        before = read_before(
            work.plan, [record_id], self._both(rule, visible), visible, work.conditions, work.uow
        )[record_id]
        shown = frozenset(name for name in asked if may_see(work, rights, name, before))
        writable = FieldRights(readable=rights.readable, editable=rights.editable - asked | shown)
        (draft,) = self._loading.drafts(work.plan, [values], writable, work.context, parsed=parsed)
        draft.id, draft.before, draft.version = record_id, before, int(str(before["version"]))
        check_versions([draft], {record_id: version})
        read_links(work, [draft])
        foresee(self._writing, work, [draft], merge=False)
        return draft, after

    def _both(self, one: Rule, other: Rule) -> Rule:
        if isinstance(one, bool) or isinstance(other, bool) or one is other:
            return other if one is True else one if other is True or one is other else False
        # Statements tell conditions apart by identity, so that one and the same is kept for each pair.
        return self._joined.get((one, other), lambda: all_of([one, other]))


def find_step(work: Work, name: str) -> tuple[Flow, Step]:
    """Return a step of the entity with its workflow, or raise `BadRequest` with the nearest names."""
    for flow in work.plan.flows:
        if name in flow.steps:
            return flow, flow.steps[name]
    known = [step for flow in work.plan.flows for step in flow.steps]
    raise BadRequest(
        "There is no step {name}. Perhaps: {nearest}.",
        code="unknown_transition",
        name=name[:80],
        nearest=nearest(name, known) or tuple(known[:6]) or ("—",),
    )


def require_role(work: Work, step: Step) -> None:
    """Refuse a step that is only for certain roles to others."""
    if not has_role(work, step):
        raise AccessDenied("Your roles do not allow this step.", code="not_your_step", entity=work.entity)


def has_role(work: Work, step: Step) -> bool:
    """Tell whether the roles of a step, if it names any, let the actor take it."""
    if not step.spec.roles or work.actor.elevated is not None:
        return True
    if work.access.roles(work.actor, work.uow.catalog).intersection(step.spec.roles):
        return True
    return work.access.rights(work.actor, work.uow.catalog).everything


def target_of(work: Work, flow: Flow, step: Step, before: Mapping[str, object], to: int | None) -> object:
    """Return the value of the state field after a step: the choice, or the record that is referred to."""
    if not flow.target:
        return step.spec.target
    found = targets_of(work, flow, before, step.spec.target)
    present = getattr(before.get(flow.field), "id", None)
    if to is not None and to == present:
        raise TransitionRefused("The record is there already.", code="already_there")
    fitting = [one for one in found if (one.id == to if to is not None else one.id != present)]
    if len(fitting) == 1:
        return fitting[0].ref
    if to is None and fitting:
        raise TransitionRefused("Say where this step is to lead (to).", code="target_missing")
    raise TransitionRefused("This step does not lead there.", code="wrong_target")
