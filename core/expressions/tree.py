"""The third reading: a checked expression as arrays of JSON, for the interpreter in the browser.

What is handed out is the checked tree, never text: names are resolved, constants are of the type they stand beside.
Its form is told in docs/reference/expressions.md; `VERSION` moves with every change of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeAlias

from core.expressions.checked import Checked
from core.expressions.terms import (
    Aggregate,
    Arithmetic,
    Brought,
    Choose,
    Compare,
    Empty,
    EnvValue,
    Field,
    First,
    Folded,
    Function,
    Holds,
    Linked,
    Logic,
    Member,
    Not,
    Refers,
    Round,
    Term,
    Value,
)
from core.kernel.values import AnyRef, FileRef, Money, Ref

VERSION = 1
Tree: TypeAlias = "list[Any]"


def to_tree(checked: Checked) -> dict[str, object]:
    """Return an expression for the browser: the version of the form, the kind of the result, the tree."""
    return {"version": VERSION, "kind": checked.type.kind, "term": term_tree(checked.term)}


def term_tree(term: Term) -> Tree:
    """Return one term as an array: what it is, then what it is made of."""
    made: Tree = _TREES[type(term)](term)
    return made


def written(value: object) -> object:
    """Return a constant, or a value of a record, as JSON holds it: numbers and ids as texts, so that no digit is lost."""
    match value:
        case None | bool() | str():
            return value
        case Money(amount=amount, currency=currency):
            return [format(amount, "f"), currency]
        case Ref(id=number) | FileRef(id=number):
            return str(number)
        case AnyRef(entity=entity, id=number):
            return [entity, str(number)]
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
        case date():
            return value.isoformat()
        case tuple() | list():
            return [written(one) for one in value]
        case _:
            raise TypeError(f"expressions know no values like {type(value).__name__}")


def _value(term: Value) -> Tree:
    if isinstance(term.value, tuple):
        return ["list", term.type.kind, *(written(one) for one in term.value)]
    return ["value", term.type.kind, written(term.value)]


def _field(term: Field) -> Tree:
    way = [list(term.path)] if term.path else []
    return ["old" if term.old else "field", term.type.kind, term.name, *way]


def _aggregate(term: Aggregate) -> Tree:
    body = None if term.body is None else term_tree(term.body)
    return ["of", term.function, term.type.kind, term_tree(term.items), body]


def _brought(term: Brought) -> Tree:
    function = term.function
    return ["brought", function.name, function.gives, list(function.takes), *map(term_tree, term.args)]


def _refers(term: Refers) -> Tree:
    item = None if term.item is None else term_tree(term.item)
    return ["refers", term_tree(term.reference), term.entity, item]


_TREES: Mapping[type[Term], Callable[[Any], Tree]] = MappingProxyType(
    {
        Value: _value,
        Field: _field,
        EnvValue: lambda term: ["given", term.name],
        Compare: lambda term: [term.op, term_tree(term.left), term_tree(term.right)],
        Arithmetic: lambda term: [term.op, term_tree(term.left), term_tree(term.right)],
        Empty: lambda term: ["empty", term_tree(term.operand)],
        Not: lambda term: ["not", term_tree(term.operand)],
        Logic: lambda term: [term.op, *map(term_tree, term.operands)],
        Member: lambda term: ["in", term_tree(term.operand), term_tree(term.options)],
        Holds: lambda term: ["holds", term_tree(term.operand), term_tree(term.item)],
        Linked: lambda term: ["linked", term_tree(term.items), term_tree(term.item)],
        Refers: _refers,
        Folded: lambda term: ["folded", term_tree(term.field), term_tree(term.needle)],
        Function: lambda term: ["call", term.name, *map(term_tree, term.args)],
        Brought: _brought,
        Round: lambda term: ["round", term_tree(term.operand), term.places],
        Choose: lambda term: [
            "if",
            term_tree(term.condition),
            term_tree(term.then),
            term_tree(term.otherwise),
        ],
        First: lambda term: ["first", *map(term_tree, term.operands)],
        Aggregate: _aggregate,
    }
)
