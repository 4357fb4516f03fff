"""How heavy an expression becomes as SQL: how deep the compiler of SQL calls itself, what is written twice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.expressions.limits import MAX_HEIGHT
from core.expressions.terms import (
    Aggregate,
    Arithmetic,
    Brought,
    Choose,
    Compare,
    Field,
    First,
    Function,
    Holds,
    Linked,
    Logic,
    Member,
    Not,
    Refers,
    Round,
    Term,
    below,
)

# Frames of SQLAlchemy's compiler, measured on nested expressions and rounded up; a test measures them again.
_FUNCTIONS = MappingProxyType(
    {
        "add_days": 115,
        "add_minutes": 115,
        "add_months": 140,
        "add_years": 140,
        "concat": 22,
        "join": 22,
        "days_between": 20,
        "hours_between": 30,
        "minutes_between": 30,
        "months_between": 90,
        "years_between": 50,
        "start_of_month": 50,
        "end_of_month": 60,
        "start_of_year": 50,
        "hour": 30,
        "date_of": 30,
        "left": 60,
        "right": 60,
        "substring": 60,
        "trim": 25,
        "text": 30,
        "mod": 40,
        "least": 25,
        "greatest": 25,
        "negate": 8,
        "amount": 0,
    }
)
_STEPS = MappingProxyType({"/": 30, "*": 18})
_TERMS: Mapping[type[Term], int] = MappingProxyType(
    {
        Aggregate: 30,
        Linked: 30,
        Refers: 15,
        Compare: 18,
        Member: 14,
        Holds: 24,
        Logic: 14,
        Not: 8,
        Choose: 10,
        First: 14,
        Round: 14,
        Brought: 60,
    }
)
_JOIN = 15
_MONEY = 12
_REST = 6


def height(term: Term) -> int:
    """Return how deep the compiler of SQL calls itself for ``term``, in frames, roughly and not less."""
    own = _own(term) + (_MONEY if term.type.kind == "money" else 0)
    return own + max((height(one) for one in below(term)), default=0)


def _own(term: Term) -> int:
    match term:
        case Function(name="join", args=(between, *_)) if _joins(between):
            return (
                MAX_HEIGHT + 1
            )  # each level would make texts so many times as long as there are texts to join
        case Function(name=name):
            return _FUNCTIONS.get(name, 14)
        case Arithmetic(op=op):
            return _STEPS.get(op, 10)
        case Aggregate(function="avg"):
            return 80
        case Field(path=path):
            return _JOIN * len(path)
        case _:
            return _TERMS.get(type(term), _REST)


def _joins(term: Term) -> bool:
    """Tell whether texts are joined anywhere in a term."""
    return (isinstance(term, Function) and term.name == "join") or any(_joins(one) for one in below(term))


def forks(term: Term) -> int:
    """Return how deep choices between money nest: SQL writes each once for the amount, once for the currency."""
    deepest = max((forks(one) for one in below(term)), default=0)
    return deepest + (isinstance(term, (Choose, First, Aggregate)) and term.type.kind == "money")
