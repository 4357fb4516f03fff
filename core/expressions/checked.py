"""`Checked`: an expression that fits its entity, and what may be asked of it without running it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from core.expressions.nodes import Node, and_all, not_, or_all
from core.expressions.terms import (
    Aggregate,
    Brought,
    Compare,
    EnvValue,
    Field,
    Linked,
    Logic,
    Member,
    Not,
    Param,
    Term,
    Value,
    below,
)
from core.expressions.types import BOOLEAN, Type

NO_LISTS: Mapping[str, str] = MappingProxyType({})
MOST_APART = 5
"""Alternatives that are answered each on its own; of more the same records would be looked at too often."""


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


def apart(condition: Checked, gathered: Collection[str] = ()) -> tuple[Checked, ...]:
    """Return conditions of which exactly one holds wherever this one does, and none elsewhere: its `alternatives`, each
    without those before it.
    """
    found = alternatives(condition, gathered)
    return tuple(
        replace(one, term=Logic(BOOLEAN, "and", (one.term, *(Not(BOOLEAN, o.term) for o in found[:place]))))
        if len(found) > 1
        else one
        for place, one in enumerate(found)
    )


def alternatives(condition: Checked, gathered: Collection[str] = ()) -> tuple[Checked, ...]:
    """Return conditions of which one or several hold wherever this one does, and none elsewhere.

    Alternatives that each look at one column come apart, the broadest first, so that each can be answered by an index
    of its own, and after them what asks for one of the ``gathered`` lists, whose owners are found once for all records;
    where anything is not as simple, all stays in one.
    """
    found = tuple(dict.fromkeys(_alternatives(condition.term)))
    simple = sorted(filter(_is_simple, found), key=_narrowness)
    rest = tuple(term for term in found if term not in simple)
    terms = [*simple, *((Logic(BOOLEAN, "or", rest),) if rest else ())]
    if not 1 < len(terms) <= MOST_APART or not all(_is_gathered(term, gathered) for term in rest):
        return (condition,)
    return tuple(replace(condition, term=term) for term in terms)


def _narrowness(term: Term) -> int:
    """Return where an alternative stands among others: those of one person hold for the fewest records."""
    if not isinstance(term, Compare):
        return 0
    return 2 if isinstance(term.right, EnvValue) else 1


def _is_gathered(term: Term, gathered: Collection[str]) -> bool:
    match term:
        case Aggregate(function="any", items=Field(path=(), old=False, name=name), body=Term()):
            return name in gathered
    return False


def column_of(condition: Checked) -> tuple[str, str]:
    """Return the one field of the record itself that one of several `alternatives` looks at, and of which constant of the
    evaluation it is to have one of the ids; empty texts where there is none.
    """
    match condition.term:
        case Member(operand=Field(path=(), old=False, name=name), options=EnvValue(name=ids)):
            return name, ids
        case Compare(op="==", left=Field(path=(), old=False, name=name)) if _is_simple(condition.term):
            return name, ""
    return "", ""


def only_equates(condition: Checked) -> bool:
    """Tell whether a condition asks for nothing but values of columns of the record itself, which an index can hold."""
    term = condition.term
    return all(map(_is_simple, term.operands if isinstance(term, Logic) and term.op == "and" else (term,)))


def asks_for_span(condition: Checked) -> bool:
    """Tell whether a column is to lie between two ends, of which one cannot say without them how much they hold."""
    ends = set(_ends(condition.term))
    return any((place, not upper) in ends for place, upper in ends)


def _ends(term: Term) -> Iterator[tuple[Field, bool]]:
    """Yield which fields are compared with a bound, and whether that is an upper one."""
    match term:
        case Logic(operands=operands):
            for operand in operands:
                yield from _ends(operand)
        case Not(operand=operand):
            yield from _ends(operand)
        case Compare(op="<" | "<=" | ">" | ">=" as op, left=left, right=right):
            upper = op[0] == "<"
            sides = ((left, upper), (right, not upper))
            yield from ((place, below) for place, below in sides if isinstance(place, Field))


def one_of(condition: Checked) -> str:
    """Return the field of the record itself that has one of several values wherever this holds; empty for none."""
    term = condition.term
    while isinstance(term, Logic) and term.op == "and":
        term = term.operands[0]
    match term:
        case Member(operand=Field(path=(), old=False, name=name), options=EnvValue()):
            return name
    return ""


def reads_own_values(checked: Checked, lists: Mapping[str, str] = NO_LISTS) -> bool:
    """Tell whether a page that holds a record can read the expression: no other records, and nothing of the server alone.

    ``lists`` are lists whose lines the page holds as well, each with the field by which they refer back to the record.
    """
    return _is_held(checked.term, lists, "")


def _is_held(term: Term, lists: Mapping[str, str], back: str) -> bool:
    """Tell whether a page can read a term; ``back`` is the way from a line to its record, empty on the record itself."""
    match term:
        case Aggregate(items=Field(path=(), old=False, name=name), body=body) if not back and name in lists:
            return body is None or _is_held(body, lists, lists[name])
        case Linked(items=Field(path=(), old=False, name=name), item=item) if not back and name in lists:
            return _is_held(item, lists, back)
        case Field(path=path, type=kind):
            return kind.kind != "list" and (not path or path == (back,))
        case Brought(function=function) if function.server_only:
            return False
    return all(_is_held(one, lists, back) for one in below(term))


def _alternatives(term: Term) -> Iterator[Term]:
    if isinstance(term, Logic) and term.op == "or":
        for operand in term.operands:
            yield from _alternatives(operand)
    else:
        yield term


def _is_simple(term: Term) -> bool:
    """Tell whether a condition compares one column of the record itself with what is the same for all records."""
    match term:
        case Compare(op="==", left=Field(path=(), old=False), right=right):
            return isinstance(right, EnvValue | Param | Value)
        case Member(operand=Field(path=(), old=False), options=EnvValue()):
            return True
    return False


def follows_only(checked: Checked, names: Collection[str]) -> bool:
    """Tell whether all that is read are these references and what lies behind them: alike for whatever refers to the same."""
    waiting: list[Term] = [checked.term]
    while waiting:
        term = waiting.pop()
        if isinstance(term, Field) and (term.path or (term.name,))[0] not in names:
            return False
        # What a list is asked is asked of its records, which lie behind the reference, too.
        waiting.extend((term.items,) if isinstance(term, Aggregate) else below(term))
    return True


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
