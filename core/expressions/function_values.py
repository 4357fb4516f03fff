"""The type check of functions of numbers, money, texts and choices that are not as plain as they are written."""

from __future__ import annotations

from core.expressions.checking import Checking, Place
from core.expressions.coercion import WRONG, described, fitted, is_unknown, unified
from core.expressions.comparing import emptiness, holding
from core.expressions.nodes import Call, Number
from core.expressions.terms import Choose, First, Function, Round, Term
from core.expressions.types import BOOLEAN, NUMBER, ORDERED, TEXT

MAX_PLACES = 10


def texts(checking: Checking, node: Call, place: Place) -> Term:
    """Return texts put together."""
    args = tuple(fitted(checking.report, checking.term(arg, place), TEXT, arg.at) for arg in node.args)
    return WRONG if any(is_unknown(arg) for arg in args) else Function(TEXT, node.name, args)


def contains(checking: Checking, node: Call, place: Place) -> Term:
    """Return whether a text holds a part, or a multiple choice a choice."""
    whole, part = (checking.term(arg, place) for arg in node.args)
    if whole.type.kind == "multi_choice":
        return holding(checking, whole, part, whole.type.choices, node.args[1])
    args = tuple(
        fitted(checking.report, one, TEXT, arg.at) for one, arg in zip((whole, part), node.args, strict=True)
    )
    return WRONG if any(is_unknown(arg) for arg in args) else Function(BOOLEAN, node.name, args)


def length(checking: Checking, node: Call, place: Place) -> Term:
    """Return how many characters a text has, or choices a multiple choice."""
    whole = checking.term(node.args[0], place)
    if whole.type.kind != "multi_choice":
        whole = fitted(checking.report, whole, TEXT, node.args[0].at)
    return WRONG if is_unknown(whole) else Function(NUMBER, "length", (whole,))


def is_empty(checking: Checking, node: Call, place: Place) -> Term:
    """Return whether a value is empty."""
    term = checking.term(node.args[0], place)
    return term if is_unknown(term) else emptiness(term)


def of_amount(checking: Checking, node: Call, place: Place) -> Term:
    """Return a function of a number, or of money, whose currency it keeps."""
    operand = checking.term(node.args[0], place)
    if operand.type.kind != "money":
        operand = fitted(checking.report, operand, NUMBER, node.args[0].at)
    return WRONG if is_unknown(operand) else Function(operand.type, node.name, (operand,))


def rounded(checking: Checking, node: Call, place: Place) -> Term:
    """Return a number or money rounded to decimals that are written out."""
    operand = checking.term(node.args[0], place)
    if operand.type.kind != "money":
        operand = fitted(checking.report, operand, NUMBER, node.args[0].at)
    digits = node.args[1] if len(node.args) > 1 else Number(0)
    if not isinstance(digits, Number) or not isinstance(digits.value, int) or abs(digits.value) > MAX_PLACES:
        checking.report.add(
            "bad_places",
            "{line}:{column}: how many decimals are kept is a whole number from -{limit} to {limit}.",
            digits.at,
            limit=MAX_PLACES,
        )
        return WRONG
    return WRONG if is_unknown(operand) else Round(operand.type, operand, digits.value)


def coalesce(checking: Checking, node: Call, place: Place) -> Term:
    """Return the first value that is not empty."""
    type_, terms = unified(
        checking.report, [checking.term(arg, place) for arg in node.args], [a.at for a in node.args]
    )
    return WRONG if type_.kind == "unknown" or any(is_unknown(t) for t in terms) else First(type_, terms)


def picked(checking: Checking, node: Call, place: Place) -> Term:
    """Return the least or the greatest of values of one kind."""
    type_, terms = unified(
        checking.report, [checking.term(arg, place) for arg in node.args], [a.at for a in node.args]
    )
    if type_.kind == "unknown" or any(is_unknown(t) for t in terms):
        return WRONG
    if type_.kind not in ORDERED - {"money"}:
        checking.report.add(
            "not_aggregated",
            "{line}:{column}: {name} does not work on {found}.",
            node.args[0].at,
            name=node.name,
            found=described(type_),
        )
        return WRONG
    return Function(type_, node.name, terms)


def chosen(checking: Checking, node: Call, place: Place) -> Term:
    """Return one of two values."""
    condition = checking.condition(node.args[0], place)
    branches = node.args[1:]
    type_, terms = unified(
        checking.report, [checking.term(arg, place) for arg in branches], [b.at for b in branches]
    )
    if type_.kind == "unknown" or is_unknown(condition) or any(is_unknown(t) for t in terms):
        return WRONG
    return Choose(type_, condition, terms[0], terms[1])
