"""The checked tree: every name resolved, every literal turned into a value of the type it is compared with.

Both readings walk these terms and nothing else. A *condition* is a boolean term that is never empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from core.expressions.brought import ExpressionFunction
from core.expressions.types import Type

Constant: TypeAlias = "int | Decimal | str | bool | date | datetime | None | tuple[Constant, ...]"


@dataclass(frozen=True, slots=True)
class Term:
    """Anything with a type."""

    type: Type


@dataclass(frozen=True, slots=True)
class Value(Term):
    """A constant of the text; a tuple where it is the list of ``in``. None is the empty value."""

    value: Constant


@dataclass(frozen=True, slots=True)
class Param(Term):
    """A constant taken out by `parametrize`: its place among the values, and the form it is bound in."""

    index: int
    form: str


@dataclass(frozen=True, slots=True)
class Field(Term):
    """A field of the record, or of one that ``path`` leads to; ``old`` reads the record before the change."""

    path: tuple[str, ...]
    name: str
    old: bool = False


@dataclass(frozen=True, slots=True)
class EnvValue(Term):
    """A constant of the evaluation: user, team, teams, teams_below, now, today."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare(Term):
    """``==``, ``<``, ``<=``, ``>`` or ``>=`` between two values of one kind; false where one is empty."""

    op: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Empty(Term):
    """Whether a value is empty."""

    operand: Term


@dataclass(frozen=True, slots=True)
class Member(Term):
    """Whether a value is one of several constants, or of the ids in ``$teams``."""

    operand: Term
    options: Term


@dataclass(frozen=True, slots=True)
class Holds(Term):
    """Whether a multiple choice holds a choice."""

    operand: Term
    item: Term


@dataclass(frozen=True, slots=True)
class Linked(Term):
    """Whether the record with an id is in a list field."""

    items: Field
    item: Term


@dataclass(frozen=True, slots=True)
class Refers(Term):
    """Whether a reference to any of several entities points to one of them, and to this record if one is named."""

    reference: Field
    entity: str
    item: Term | None


@dataclass(frozen=True, slots=True)
class Folded(Term):
    """Whether the folded text of a field holds a needle that was folded while checking."""

    field: Field
    needle: Term


@dataclass(frozen=True, slots=True)
class Logic(Term):
    """``and`` or ``or``."""

    op: str
    operands: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Not(Term):
    """True exactly where the operand is not."""

    operand: Term


@dataclass(frozen=True, slots=True)
class Arithmetic(Term):
    """``+ - * /`` on numbers and money."""

    op: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Function(Term):
    """A function of values: `functions.py` names them, each reading has its own table."""

    name: str
    args: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Brought(Term):
    """A function that a module brings."""

    function: ExpressionFunction
    args: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Round(Term):
    """A number or money rounded to so many decimals, half away from zero."""

    operand: Term
    places: int


@dataclass(frozen=True, slots=True)
class Choose(Term):
    """``if(condition, then, otherwise)``."""

    condition: Term
    then: Term
    otherwise: Term


@dataclass(frozen=True, slots=True)
class First(Term):
    """``coalesce(a, b, …)``: the first value that is not empty."""

    operands: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Term):
    """A function over the records of a list field; ``body`` speaks of one of them."""

    function: str
    items: Field
    body: Term | None


PREDICATES = frozenset({"contains", "starts_with", "ends_with"})
DRAWN = frozenset({"sum", "avg", "min", "max"})
QUANTIFIERS = frozenset({"any", "all", "none"})


def is_condition(term: Term) -> bool:
    """Tell whether a boolean term is never empty."""
    match term:
        case Compare() | Empty() | Member() | Holds() | Linked() | Refers() | Folded() | Logic() | Not():
            return True
        case Function(name=name):
            return name in PREDICATES
        case Aggregate(function=function):
            return function in QUANTIFIERS
        case Value(value=value):
            return isinstance(value, bool)
        case _:
            return False


def below(term: Term) -> Iterator[Term]:
    """Yield the terms directly below ``term``."""
    for slot in fields(term):
        value = getattr(term, slot.name)
        if isinstance(value, Term):
            yield value
        elif isinstance(value, tuple):
            yield from (one for one in value if isinstance(one, Term))


def rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """Return ``term`` with each term directly below it changed, in the order they are written."""
    changed: dict[str, Any] = {}
    for slot in fields(term):
        value = getattr(term, slot.name)
        if isinstance(value, Term):
            changed[slot.name] = change(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Term):
            changed[slot.name] = tuple(change(one) for one in value)
    return replace(term, **changed) if changed else term
