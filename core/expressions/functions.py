"""The closed list of functions: how each is written, what it means, how its arguments are checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.expressions.checking import Checking, Place
from core.expressions.coercion import WRONG, fitted, is_null, is_unknown, unified
from core.expressions.comparing import emptiness, holding
from core.expressions.function_literals import date_of, datetime_of, folded, refers
from core.expressions.lists import aggregate
from core.expressions.nodes import Call, Number
from core.expressions.terms import Choose, First, Function, Round, Term
from core.expressions.types import BOOLEAN, DATE, NUMBER, TEXT, Type

Check = Callable[[Checking, Call, Place], Term]
MAX_PLACES = 10


@dataclass(frozen=True, slots=True)
class Signature:
    """A function as people see it, with how many arguments it takes and its type check."""

    written: str
    meaning: str
    least: int
    most: int
    check: Check


def called(checking: Checking, node: Call, place: Place) -> Term:
    """Return the meaning of a call."""
    signature = FUNCTIONS.get(node.name)
    if signature is None:
        checking.report.unknown(
            "unknown_function",
            "{line}:{column}: there is no function {name}.",
            "{line}:{column}: there is no function {name}. Perhaps: {nearest}.",
            node.at,
            node.name,
            FUNCTIONS,
        )
        return WRONG
    if not signature.least <= len(node.args) <= signature.most:
        checking.report.add(
            "argument_count",
            "{line}:{column}: {name} is written {written}.",
            node.at,
            name=node.name,
            written=signature.written,
        )
        return WRONG
    return signature.check(checking, node, place)


def _plain(result: Type, *wanted: Type) -> Check:
    """Return the check of a function whose arguments have one type each."""

    def check(checking: Checking, node: Call, place: Place) -> Term:
        args = tuple(
            fitted(checking.report, checking.term(arg, place), type_, arg.at)
            for arg, type_ in zip(node.args, wanted, strict=True)
        )
        return WRONG if any(is_unknown(arg) for arg in args) else Function(result, node.name, args)

    return check


def _texts(checking: Checking, node: Call, place: Place) -> Term:
    args = tuple(fitted(checking.report, checking.term(arg, place), TEXT, arg.at) for arg in node.args)
    return WRONG if any(is_unknown(arg) for arg in args) else Function(TEXT, node.name, args)


def _contains(checking: Checking, node: Call, place: Place) -> Term:
    whole = checking.term(node.args[0], place)
    if whole.type.kind == "multi_choice":
        part = checking.term(node.args[1], place)
        return holding(checking, whole, part, whole.type.choices, node.args[1])
    return _plain(BOOLEAN, TEXT, TEXT)(checking, node, place)


def _is_empty(checking: Checking, node: Call, place: Place) -> Term:
    term = checking.term(node.args[0], place)
    return term if is_unknown(term) else emptiness(term)


def _days_between(checking: Checking, node: Call, place: Place) -> Term:
    first, last = (checking.term(arg, place) for arg in node.args)
    if is_unknown(first) or is_unknown(last):
        return WRONG
    wanted = first.type if first.type.kind == "datetime" or is_null(last) else last.type
    wanted = wanted if wanted.kind in ("date", "datetime") else DATE
    args = tuple(
        fitted(checking.report, one, wanted, arg.at)
        for one, arg in zip((first, last), node.args, strict=True)
    )
    return WRONG if any(is_unknown(one) for one in args) else Function(NUMBER, node.name, args)


def _add_days(checking: Checking, node: Call, place: Place) -> Term:
    start = checking.term(node.args[0], place)
    days = fitted(checking.report, checking.term(node.args[1], place), NUMBER, node.args[1].at)
    if start.type.kind != "datetime":
        start = fitted(checking.report, start, DATE, node.args[0].at)
    return WRONG if is_unknown(start) or is_unknown(days) else Function(start.type, node.name, (start, days))


def _round(checking: Checking, node: Call, place: Place) -> Term:
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


def _coalesce(checking: Checking, node: Call, place: Place) -> Term:
    type_, terms = unified(
        checking.report, [checking.term(arg, place) for arg in node.args], [a.at for a in node.args]
    )
    return WRONG if type_.kind == "unknown" or any(is_unknown(t) for t in terms) else First(type_, terms)


def _if(checking: Checking, node: Call, place: Place) -> Term:
    condition = checking.condition(node.args[0], place)
    branches = node.args[1:]
    type_, terms = unified(
        checking.report, [checking.term(arg, place) for arg in branches], [b.at for b in branches]
    )
    if type_.kind == "unknown" or is_unknown(condition) or any(is_unknown(t) for t in terms):
        return WRONG
    return Choose(type_, condition, terms[0], terms[1])


def _year_of(checking: Checking, node: Call, place: Place) -> Term:
    return _plain(NUMBER, DATE)(checking, node, place)


_LONG = 20
FUNCTIONS: Mapping[str, Signature] = MappingProxyType(
    {
        "is_empty": Signature(
            "is_empty(x)", "Whether a value is empty; a list is where it has no records.", 1, 1, _is_empty
        ),
        "contains": Signature(
            "contains(text, part)",
            "Whether a text holds a part, or a multiple choice a choice.",
            2,
            2,
            _contains,
        ),
        "starts_with": Signature(
            "starts_with(text, part)", "Whether a text begins with a part.", 2, 2, _plain(BOOLEAN, TEXT, TEXT)
        ),
        "ends_with": Signature(
            "ends_with(text, part)", "Whether a text ends with a part.", 2, 2, _plain(BOOLEAN, TEXT, TEXT)
        ),
        "fold_contains": Signature(
            "fold_contains(field, 'words')",
            "Whether a searchable text field holds words, spelling habits aside.",
            2,
            2,
            folded,
        ),
        "lower": Signature(
            "lower(text)", "The text in small letters (Latin, Greek, Cyrillic).", 1, 1, _plain(TEXT, TEXT)
        ),
        "length": Signature("length(text)", "How many characters a text has.", 1, 1, _plain(NUMBER, TEXT)),
        "concat": Signature(
            "concat(text, …)", "The texts one after another; empty ones are left out.", 1, _LONG, _texts
        ),
        "join": Signature(
            "join(between, text, …)",
            "The texts that are not empty, with something between them.",
            2,
            _LONG,
            _texts,
        ),
        "date": Signature("date('2026-03-21')", "A date.", 1, 1, date_of),
        "datetime": Signature("datetime('2026-03-21T08:00:00Z')", "A moment.", 1, 1, datetime_of),
        "year": Signature("year(date)", "The year of a date.", 1, 1, _year_of),
        "month": Signature("month(date)", "The month of a date, 1 to 12.", 1, 1, _year_of),
        "day": Signature("day(date)", "The day of the month of a date.", 1, 1, _year_of),
        "days_between": Signature(
            "days_between(first, last)",
            "How many whole days lie from the first to the last.",
            2,
            2,
            _days_between,
        ),
        "add_days": Signature(
            "add_days(date, days)", "The date (or moment) so many whole days later.", 2, 2, _add_days
        ),
        "round": Signature(
            "round(number, decimals)", "Rounded, half away from zero; decimals may be left out.", 1, 2, _round
        ),
        "coalesce": Signature("coalesce(a, b, …)", "The first value that is not empty.", 2, _LONG, _coalesce),
        "if": Signature("if(condition, then, otherwise)", "One of two values.", 3, 3, _if),
        "any": Signature(
            "any(list, condition)", "Whether one record of the list satisfies the condition.", 1, 2, aggregate
        ),
        "all": Signature(
            "all(list, condition)",
            "Whether all records of the list do; true for an empty list.",
            2,
            2,
            aggregate,
        ),
        "none": Signature("none(list, condition)", "Whether no record of the list does.", 1, 2, aggregate),
        "count": Signature(
            "count(list, condition)",
            "How many records do; without a condition, how many there are.",
            1,
            2,
            aggregate,
        ),
        "sum": Signature(
            "sum(list, value)",
            "The sum of numbers, or of money of one currency; 0 numbers make 0.",
            2,
            2,
            aggregate,
        ),
        "min": Signature("min(list, value)", "The least value.", 2, 2, aggregate),
        "max": Signature("max(list, value)", "The greatest value.", 2, 2, aggregate),
        "refers": Signature(
            "refers(field, 'module.entity', id)",
            "Whether a reference to any of several points to such a record.",
            2,
            3,
            refers,
        ),
    }
)
"""Every function there is. Each has a Python and an SQL reading with equal results."""
