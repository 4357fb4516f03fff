"""What follows from the values: defaults, computed fields, required and read-only conditions, rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from core.errors import Problem
from core.kernel.values import Ref
from core.metadata.specs import FieldSpec
from core.records.change import Draft
from core.records.exchanging import exchange
from core.records.plan import EntityPlan
from core.records.work import Work


def apply_defaults(work: Work, drafts: Sequence[Draft]) -> None:
    """Fill the fields that nobody gave with their declared defaults; of nothing there are none."""
    for spec in work.plan.rolled_up:
        if (
            spec.rollup is not None
            and spec.rollup.function in ("count", "sum")
            and spec.type in ("integer", "decimal", "percent")
        ):
            for draft in drafts:
                draft.after[spec.name] = 0 if spec.type == "integer" else Decimal()
    for spec in work.plan.stored:
        if spec.default is None or spec.derived:
            continue
        value = _default(work, spec)
        for draft in drafts:
            if spec.name not in draft.given and draft.after.get(spec.name) is None:
                draft.after[spec.name] = value


def _default(work: Work, spec: FieldSpec) -> object:
    """Read a default as it would be read from a caller; ``$user``, ``$team``, ``$today``, ``$now`` are live."""
    live = {"$user": work.actor.id, "$team": work.actor.team, "$today": work.uow.today, "$now": work.uow.now}
    if isinstance(spec.default, str) and spec.default in live:
        value = live[spec.default]
        return Ref(value) if spec.type == "reference" and isinstance(value, int) else value
    return work.plan.types[spec.name].load(spec, spec.default, work.context)


def chosen(work: Work, drafts: Iterable[Draft]) -> frozenset[str]:
    """Return the fields of new records in which somebody chose something else than a new record starts with."""
    return frozenset(name for draft in drafts for name in draft.given if _is_chosen(work, draft, name))


def _is_chosen(work: Work, draft: Draft, name: str) -> bool:
    if name in draft.lists or name in draft.links:
        return bool(draft.lists.get(name) or draft.links.get(name))
    spec, value = work.plan.entity.fields[name], draft.after.get(name)
    if value is None or (value is False and spec.default is None):
        return False
    return spec.default is None or value != _default(work, spec)


def compute(work: Work, drafts: Sequence[Draft]) -> None:
    """Work out the computed fields, in the order in which they read one another."""
    if not work.plan.computed:
        return
    live = [(draft, *work.live(draft), work.env(work.old(draft))) for draft in drafts]
    for derived in work.plan.computed:
        how, name = derived.exchange, derived.spec.name
        if how and derived.spec.base_of:
            exchange(work, how, drafts)
            for draft, values, _, _ in live:
                values |= {one: draft.after[one] for one in (how.base, how.rate)}
        read = derived.read
        if read is not None:
            for draft, values, view, env in live:
                values[name] = draft.after[name] = read(view, env)


def check_conditions(work: Work, drafts: Sequence[Draft]) -> None:
    """Note the problems of required, conditionally required and conditionally read-only fields."""
    plan = work.plan
    for draft in drafts:
        told = {problem.field for problem in draft.problems}
        for spec in plan.required:
            if spec.name not in told and is_missing(draft, spec):
                draft.problems.append(_required(spec))
        if not (plan.required_when or plan.read_only_when):
            continue
        view, old = work.view(draft), work.old(draft)
        env = work.env(old)
        for conditional in plan.required_when:
            if is_missing(draft, conditional.spec) and conditional.read(view, env) is True:
                draft.problems.append(_required(conditional.spec))
        # What may change is decided by the state the record is in, not by the one it is brought to.
        for conditional in plan.read_only_when:
            name = conditional.spec.name
            if old and name in draft.given & draft.changed and conditional.read(old, env) is True:
                draft.problems.append(
                    Problem(
                        code="read_only_now",
                        field=name,
                        message="This value cannot be changed in the record's present state.",
                    )
                )


def is_missing(draft: Draft, spec: FieldSpec) -> bool:
    """Tell whether a field is empty after the write."""
    if spec.type == "list":
        foreseen = draft.foreseen.get(spec.name)
        if foreseen is not None and foreseen.after is not None:
            return not foreseen.after
        return not draft.id and not draft.lists.get(spec.name)
    if spec.type == "links":
        return not draft.links.get(spec.name, draft.links_before.get(spec.name, ()))
    return draft.after.get(spec.name, draft.before.get(spec.name)) is None


def _required(spec: FieldSpec) -> Problem:
    return Problem(code="required", message="This value is required.", field=spec.name)


def check_rules(work: Work, drafts: Sequence[Draft], label: Callable[[object], str], *, late: bool) -> None:
    """Note the problems of the rules that hold against a record.

    ``late`` rules look at rolled-up values and are asked after those were brought up to date.
    """
    for rule in work.plan.rules:
        if rule.late is not late:
            continue
        for draft in drafts:
            if rule.read(work.view(draft), work.env(work.old(draft))) is True:
                fields = rule.spec.on or (None,)
                draft.problems.extend(
                    Problem(code=f"rule.{rule.spec.name}", message=label(rule.spec.message), field=name)
                    for name in fields
                )


def find_changed(plan: EntityPlan, drafts: Iterable[Draft]) -> None:
    """Note which fields move; an empty set means there is nothing to do. What is rolled up moves on its own."""
    for draft in drafts:
        moved = {
            f.name
            for f in plan.stored
            if f.rollup is None and f.name in draft.after and not _equal(plan, f, draft)
        }
        moved |= {name for name, ids in draft.links.items() if ids != draft.links_before.get(name, ())}
        draft.changed = frozenset(moved)


def _equal(plan: EntityPlan, spec: FieldSpec, draft: Draft) -> bool:
    old, new = draft.before.get(spec.name), draft.after[spec.name]
    if old is None or new is None:
        return old is new
    return plan.types[spec.name].equal(old, new)
