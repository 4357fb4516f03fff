"""What stands in the way of a move: missing values, no reason, guards that do not hold, functions that object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from core.access import FieldRights
from core.errors import Problem, TransitionRefused, ValidationFailed
from core.expressions import compile_python
from core.kernel.values import Ref
from core.metadata.specs import Label
from core.records.change import Draft
from core.records.deriving import compute, is_missing
from core.records.telling import HIDDEN
from core.records.view import RecordView
from core.records.work import Work
from core.workflow import Condition, Flow, Guards, Move, Step

REASON = "$reason"
"""Where the problem of a missing reason stands; no field has such a name."""

ASKED = frozenset({"required", "reason_required"})
"""Codes of what a dialog can ask for; nothing else stands in the way where there are only these."""


class Guarding:
    """Asks the guards of a step, for a move that is made and for moves that are offered."""

    def __init__(self, guards: Guards, label: Callable[[Label], str]) -> None:
        self._guards = guards
        self._label = label

    def refuse(self, work: Work, flow: Flow, step: Step, draft: Draft, reason: str) -> None:
        """Raise `TransitionRefused` with everything that stands in the way of a move, all at once."""
        found = [
            *_missing(work, step, draft),
            *_unexplained(step, reason),
            *self._of_conditions(work, step, draft),
            *self._of_functions(work, flow, step, draft, reason),
        ]
        if found:
            told = {(p.field, p.code) for p in found}
            others = [p for p in draft.problems if (p.field, p.code) not in told]
            code = "incomplete" if {p.code for p in (*found, *others)} <= ASKED else None
            raise TransitionRefused(code=code, problems=[*found, *others])

    def objections(self, work: Work, flow: Flow, step: Step, draft: Draft) -> list[Problem]:
        """Return what stands in the way of a move that is only offered.

        What the dialog asks for is no objection, nor is a guard that looks at it: that is decided with the answers.
        """
        asked = {
            (work.entity, name)
            for name in step.spec.asked
            if may_see(work, work.rights(), name, draft.before)
        }
        hidden = [p for p in _missing(work, step, draft) if (work.entity, p.field) not in asked]
        return [
            *hidden,
            *self._of_conditions(work, step, draft, undecided=asked),
            *self._of_functions(work, flow, step, draft, None),
        ]

    def _of_conditions(
        self, work: Work, step: Step, draft: Draft, undecided: Iterable[tuple[str, str]] = ()
    ) -> Iterator[Problem]:
        for condition in step.conditions:
            if condition.fields.intersection(undecided):
                continue
            if condition.read(work.view(draft), work.env(work.old(draft))) is True:
                continue
            if not _sees_all(work, condition, draft):
                # The sentence of a guard speaks of what it looks at.
                yield Problem(code="hidden_field", message=HIDDEN)
                continue
            for name in condition.on or (None,):
                yield Problem(code="guard", message=self._label(condition.message), field=name)

    def _of_functions(
        self, work: Work, flow: Flow, step: Step, draft: Draft, reason: str | None
    ) -> Iterator[Problem]:
        if not step.functions:
            return
        after: Mapping[str, object] = {**draft.before, **draft.after, "id": draft.id}
        move = _move(
            flow, step, draft, work, after if reason is not None else WorkedOut(work, draft, after), reason
        )
        for name in step.functions:
            guard = self._guards.find(name)
            if guard is None:
                yield Problem(
                    code="guard_missing",
                    message="The guard {name} does not answer; an administrator can help.",
                    params={"name": name},
                )
                continue
            try:
                yield from guard.check(move, work.uow) or ()
            except ValidationFailed as refused:
                yield from refused.problems


class WorkedOut(Mapping[str, object]):
    """The values after a move that is only offered: computed ones are worked out when somebody looks at one."""

    def __init__(self, work: Work, draft: Draft, values: Mapping[str, object]) -> None:
        self._work = work
        self._draft = draft
        self._values = values
        self._open = frozenset(derived.spec.name for derived in work.plan.computed)

    def __getitem__(self, name: str) -> object:
        if name in self._open:
            compute(self._work, [self._draft])
            self._values, self._open = {**self._values, **self._draft.after}, frozenset()
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _move(
    flow: Flow, step: Step, draft: Draft, work: Work, after: Mapping[str, object], reason: str | None
) -> Move:
    value = draft.after.get(flow.field)
    to = value.id if isinstance(value, Ref) else None
    targets = work.others(flow.target, "id", [to]) if to is not None else []
    return Move(
        entity=work.plan.entity,
        transition=step.spec.name,
        id=draft.id,
        before=draft.before,
        after=after,
        state=step.spec.target,
        to=to,
        target=targets[0] if targets else None,
        values={name: draft.after.get(name) for name in step.spec.asked},
        actor=work.actor,
        reason=reason,
        asking=reason is None,
    )


def _missing(work: Work, step: Step, draft: Draft) -> Iterator[Problem]:
    for name in step.spec.required:
        if is_missing(draft, work.plan.entity.fields[name]):
            yield Problem(code="required", message="This value is required.", field=name)


def _unexplained(step: Step, reason: str) -> Iterator[Problem]:
    if step.spec.reason == "required" and not reason:
        yield Problem(code="reason_required", message="Say why.", field=REASON)


def _sees_all(work: Work, condition: Condition, draft: Draft) -> bool:
    """Tell whether the actor may see everything that a condition looks at."""
    for entity, name in condition.fields:
        if entity == work.entity:
            if not may_see(work, work.rights(), name, draft.before):
                return False
        elif work.access.fields(work.actor, entity, work.uow.catalog).readable.get(name) is not True:
            return False
    return True


def may_see(work: Work, rights: FieldRights, name: str, values: Mapping[str, object]) -> bool:
    """Tell whether the actor may see a field on a record with these values."""
    mask = rights.readable.get(name)
    if mask is None or mask is True:
        return mask is True
    view = RecordView(work.plan.entity, values, work.others, work.uow.catalog.entity)
    return compile_python(mask)(view, work.env()) is True
