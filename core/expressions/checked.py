"""`Checked`: an expression that fits its entity, and what may be asked of it without running it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.expressions.nodes import Node, and_all, not_, or_all
from core.expressions.terms import Logic, Not, Term, Value
from core.expressions.types import BOOLEAN, Type


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """An expression on ``entity`` with its type; equal ones read alike. ``node`` is what was written."""

    entity: str
    type: Type
    node: Node
    term: Term
    fields: frozenset[tuple[str, str]]
    env: frozenset[str]


def fields_used(checked: Checked) -> frozenset[tuple[str, str]]:
    """Return every (entity, field) that is read, references and lists on the way included."""
    return checked.fields


def env_used(checked: Checked) -> frozenset[str]:
    """Return which constants of the evaluation are read: user, team, teams, teams_below, now, today, old."""
    return checked.env


def all_of(conditions: Iterable[Checked]) -> Checked:
    """Return the condition that holds where all of these hold; at least one is needed, all on one entity."""
    return _joined("and", tuple(conditions))


def any_of(conditions: Iterable[Checked]) -> Checked:
    """Return the condition that holds where one of these holds; at least one is needed, all on one entity."""
    return _joined("or", tuple(conditions))


def denied(condition: Checked) -> Checked:
    """Return the condition that holds exactly where this one does not."""
    return Checked(
        entity=condition.entity,
        type=BOOLEAN,
        node=not_(condition.node),
        term=Not(BOOLEAN, condition.term),
        fields=condition.fields,
        env=condition.env,
    )


def constant(entity: str, value: bool) -> Checked:
    """Return the condition that always or never holds."""
    return Checked(
        entity=entity,
        type=BOOLEAN,
        node=and_all(()) if value else or_all(()),
        term=Value(BOOLEAN, value),
        fields=frozenset(),
        env=frozenset(),
    )


def _joined(op: str, conditions: tuple[Checked, ...]) -> Checked:
    if len(conditions) == 1:
        return conditions[0]
    entities = {c.entity for c in conditions}
    if len(entities) != 1:
        raise ValueError(f"conditions on one entity are joined, not on {sorted(entities)}")
    join = and_all if op == "and" else or_all
    return Checked(
        entity=entities.pop(),
        type=BOOLEAN,
        node=join(c.node for c in conditions),
        term=Logic(BOOLEAN, op, tuple(term for c in conditions for term in _parts(op, c.term))),
        fields=frozenset().union(*(c.fields for c in conditions)),
        env=frozenset().union(*(c.env for c in conditions)),
    )


def _parts(op: str, term: Term) -> tuple[Term, ...]:
    return term.operands if isinstance(term, Logic) and term.op == op else (term,)
