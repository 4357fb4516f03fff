"""The type check of functions of days and moments, and which of them ``+`` and ``-`` stand for."""

from __future__ import annotations

from decimal import Decimal

from core.expressions.checking import Checking, Place
from core.expressions.coercion import WRONG, fitted, is_null, is_unknown
from core.expressions.nodes import Call
from core.expressions.terms import Arithmetic, Function, Term, Value
from core.expressions.types import DATE, DATETIME, NUMBER, Type

_TIMES = ("date", "datetime")
_MINUTES = Value(NUMBER, Decimal(60))


def between(checking: Checking, node: Call, place: Place) -> Term:
    """Return how much lies between two days, or between two moments."""
    first, last = (checking.term(arg, place) for arg in node.args)
    if is_unknown(first) or is_unknown(last):
        return WRONG
    wanted = first.type if first.type.kind == "datetime" or is_null(last) else last.type
    wanted = wanted if wanted.kind in _TIMES else DATE
    args = tuple(
        fitted(checking.report, one, wanted, arg.at)
        for one, arg in zip((first, last), node.args, strict=True)
    )
    return WRONG if any(is_unknown(one) for one in args) else Function(NUMBER, node.name, args)


def later(checking: Checking, node: Call, place: Place) -> Term:
    """Return a day or a moment so much later."""
    start = checking.term(node.args[0], place)
    count = fitted(checking.report, checking.term(node.args[1], place), NUMBER, node.args[1].at)
    if start.type.kind != "datetime":
        start = fitted(checking.report, start, DATE, node.args[0].at)
    return (
        WRONG if is_unknown(start) or is_unknown(count) else Function(start.type, node.name, (start, count))
    )


def later_within_a_day(checking: Checking, node: Call, place: Place) -> Term:
    """Return a moment so many hours or minutes later; both are counted in minutes."""
    start = fitted(checking.report, checking.term(node.args[0], place), DATETIME, node.args[0].at)
    count = fitted(checking.report, checking.term(node.args[1], place), NUMBER, node.args[1].at)
    if is_unknown(start) or is_unknown(count):
        return WRONG
    minutes = Arithmetic(NUMBER, "*", count, _MINUTES) if node.name == "add_hours" else count
    return Function(DATETIME, "add_minutes", (start, minutes))


def counted(op: str, left: Term, right: Term) -> Term | None:
    """Return what ``+`` or ``-`` means where a day or a moment takes part; None where it means nothing."""
    kinds = (left.type.kind, right.type.kind)
    if op == "-" and kinds[0] == kinds[1] and kinds[0] in _TIMES:
        return Function(NUMBER, "days_between", (right, left))
    if op == "+" and kinds[0] == "number" and kinds[1] in _TIMES:
        left, right = right, left
    elif kinds[0] not in _TIMES or kinds[1] != "number" or op not in "+-":
        return None
    days = right if op == "+" else Function(NUMBER, "negate", (right,))
    return Function(Type(left.type.kind), "add_days", (left, days))
