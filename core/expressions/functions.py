"""The closed list of functions: how each is written, what it means, how its arguments are checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.expressions import function_dates as dates
from core.expressions import function_values as values
from core.expressions.brought import ExpressionFunction
from core.expressions.checking import Checking, Place
from core.expressions.coercion import WRONG, fitted, is_unknown
from core.expressions.function_literals import date_of, datetime_of, folded, refers
from core.expressions.lists import aggregate
from core.expressions.nodes import Call
from core.expressions.terms import Brought, Function, Term
from core.expressions.types import BOOLEAN, DATE, DATETIME, NUMBER, TEXT, Type

Check = Callable[[Checking, Call, Place], Term]


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
    brought = checking.brought()
    if node.name in brought:
        return _brought(checking, node, place, brought[node.name])
    if signature is None:
        checking.report.unknown(
            "unknown_function",
            "{line}:{column}: there is no function {name}.",
            "{line}:{column}: there is no function {name}. Perhaps: {nearest}.",
            node.at,
            node.name,
            (*FUNCTIONS, *brought),
        )
        return WRONG
    if not signature.least <= len(node.args) <= signature.most:
        return _miscounted(checking, node, signature.written)
    return signature.check(checking, node, place)


def _miscounted(checking: Checking, node: Call, written: str) -> Term:
    checking.report.add(
        "argument_count",
        "{line}:{column}: {name} is written {written}.",
        node.at,
        name=node.name,
        written=written,
    )
    return WRONG


def _brought(checking: Checking, node: Call, place: Place, function: ExpressionFunction) -> Term:
    """Return the meaning of a call of a module's function."""
    if checking.asks_database and function.server_only:
        checking.report.add(
            "server_only",
            "{line}:{column}: {name} works on the server only; the database cannot be asked by it.",
            node.at,
            name=node.name,
        )
        return WRONG
    if len(node.args) != len(function.takes):
        return _miscounted(checking, node, function.written)
    args = tuple(
        fitted(checking.report, checking.term(arg, place), Type(kind), arg.at)
        for arg, kind in zip(node.args, function.takes, strict=True)
    )
    return WRONG if any(is_unknown(arg) for arg in args) else Brought(Type(function.gives), function, args)


def _plain(result: Type, *wanted: Type) -> Check:
    """Return the check of a function whose arguments have one type each."""

    def check(checking: Checking, node: Call, place: Place) -> Term:
        args = tuple(
            fitted(checking.report, checking.term(arg, place), type_, arg.at)
            for arg, type_ in zip(node.args, wanted, strict=True)
        )
        return WRONG if any(is_unknown(arg) for arg in args) else Function(result, node.name, args)

    return check


_LONG = 20
_OF_DATE, _DAY_OF_DATE = _plain(NUMBER, DATE), _plain(DATE, DATE)
_ROWS: tuple[tuple[str, str, int, int, Check], ...] = (
    ("is_empty(x)", "Whether a value is empty; a list is where it has no records.", 1, 1, values.is_empty),
    (
        "contains(text, part)",
        "Whether a text holds a part, or a multiple choice a choice.",
        2,
        2,
        values.contains,
    ),
    ("starts_with(text, part)", "Whether a text begins with a part.", 2, 2, _plain(BOOLEAN, TEXT, TEXT)),
    ("ends_with(text, part)", "Whether a text ends with a part.", 2, 2, _plain(BOOLEAN, TEXT, TEXT)),
    (
        "fold_contains(field, 'words')",
        "Whether a searchable text field holds words, spelling habits aside.",
        2,
        2,
        folded,
    ),
    ("lower(text)", "The text in small letters (Latin, Greek, Cyrillic).", 1, 1, _plain(TEXT, TEXT)),
    ("upper(text)", "The text in capital letters (Latin, Greek, Cyrillic).", 1, 1, _plain(TEXT, TEXT)),
    ("trim(text)", "The text without spaces and ends of lines around it.", 1, 1, _plain(TEXT, TEXT)),
    ("left(text, count)", "The first characters of a text.", 2, 2, _plain(TEXT, TEXT, NUMBER)),
    ("right(text, count)", "The last characters of a text.", 2, 2, _plain(TEXT, TEXT, NUMBER)),
    (
        "substring(text, first, count)",
        "So many characters of a text from the first on, which is 1.",
        3,
        3,
        _plain(TEXT, TEXT, NUMBER, NUMBER),
    ),
    ("length(text)", "How many characters a text has, or choices a multiple choice.", 1, 1, values.length),
    ("concat(text, …)", "The texts one after another; empty ones are left out.", 1, _LONG, values.texts),
    (
        "join(between, text, …)",
        "The texts that are not empty, with something between them.",
        2,
        _LONG,
        values.texts,
    ),
    ("text(number)", "A number as a text, with the digits 0 to 9.", 1, 1, _plain(TEXT, NUMBER)),
    ("date('2026-03-21')", "A date.", 1, 1, date_of),
    ("datetime('2026-03-21T08:00:00Z')", "A moment.", 1, 1, datetime_of),
    ("year(date)", "The year of a date.", 1, 1, _OF_DATE),
    ("quarter(date)", "The quarter of a date, 1 to 4.", 1, 1, _OF_DATE),
    ("month(date)", "The month of a date, 1 to 12.", 1, 1, _OF_DATE),
    ("day(date)", "The day of the month of a date.", 1, 1, _OF_DATE),
    ("weekday(date)", "The day of the week, 1 (Monday) to 7 (Sunday).", 1, 1, _OF_DATE),
    ("hour(moment)", "The hour of a moment in UTC, 0 to 23.", 1, 1, _plain(NUMBER, DATETIME)),
    ("date_of(moment)", "The day of a moment in UTC.", 1, 1, _plain(DATE, DATETIME)),
    ("start_of_month(date)", "The first day of the month of a date.", 1, 1, _DAY_OF_DATE),
    ("end_of_month(date)", "The last day of the month of a date.", 1, 1, _DAY_OF_DATE),
    ("start_of_year(date)", "The first day of the year of a date.", 1, 1, _DAY_OF_DATE),
    (
        "days_between(first, last)",
        "How many whole days lie from the first to the last.",
        2,
        2,
        dates.between,
    ),
    (
        "months_between(first, last)",
        "How many whole months, between dates.",
        2,
        2,
        _plain(NUMBER, DATE, DATE),
    ),
    ("years_between(first, last)", "How many whole years, between dates.", 2, 2, _plain(NUMBER, DATE, DATE)),
    (
        "hours_between(first, last)",
        "How many whole hours, between moments.",
        2,
        2,
        _plain(NUMBER, DATETIME, DATETIME),
    ),
    (
        "minutes_between(first, last)",
        "How many whole minutes, between moments.",
        2,
        2,
        _plain(NUMBER, DATETIME, DATETIME),
    ),
    ("add_days(date, days)", "The date (or moment) so many whole days later.", 2, 2, dates.later),
    (
        "add_months(date, months)",
        "The date (or moment) so many whole months later, at the latest the last day of that month.",
        2,
        2,
        dates.later,
    ),
    ("add_years(date, years)", "The date (or moment) so many whole years later.", 2, 2, dates.later),
    (
        "add_hours(moment, hours)",
        "The moment so many hours later, to the minute.",
        2,
        2,
        dates.later_within_a_day,
    ),
    (
        "add_minutes(moment, minutes)",
        "The moment so many whole minutes later.",
        2,
        2,
        dates.later_within_a_day,
    ),
    (
        "round(number, decimals)",
        "Rounded, half away from zero; decimals may be left out.",
        1,
        2,
        values.rounded,
    ),
    ("abs(number)", "The size of a number or an amount, without its sign.", 1, 1, values.of_amount),
    ("floor(number)", "The whole number at or below a number or an amount.", 1, 1, values.of_amount),
    ("ceil(number)", "The whole number at or above a number or an amount.", 1, 1, values.of_amount),
    (
        "mod(number, divisor)",
        "What is left of a division, with the sign of the number.",
        2,
        2,
        _plain(NUMBER, NUMBER, NUMBER),
    ),
    ("least(a, b, …)", "The least of the values that are not empty.", 2, _LONG, values.picked),
    ("greatest(a, b, …)", "The greatest of the values that are not empty.", 2, _LONG, values.picked),
    ("coalesce(a, b, …)", "The first value that is not empty.", 2, _LONG, values.coalesce),
    ("if(condition, then, otherwise)", "One of two values.", 3, 3, values.chosen),
    (
        "any(list, condition)",
        "Whether one record of the list satisfies the condition.",
        1,
        2,
        aggregate,
    ),
    ("all(list, condition)", "Whether all records of the list do; true for an empty list.", 2, 2, aggregate),
    ("none(list, condition)", "Whether no record of the list does.", 1, 2, aggregate),
    (
        "count(list, condition)",
        "How many records do; without a condition, how many there are.",
        1,
        2,
        aggregate,
    ),
    (
        "sum(list, value)",
        "The sum of numbers, or of money of one currency; 0 numbers make 0.",
        2,
        2,
        aggregate,
    ),
    ("avg(list, value)", "The mean of the numbers, or of money of one currency.", 2, 2, aggregate),
    ("min(list, value)", "The least value.", 2, 2, aggregate),
    ("max(list, value)", "The greatest value.", 2, 2, aggregate),
    (
        "refers(field, 'module.entity', id)",
        "Whether a reference to any of several points to such a record.",
        2,
        3,
        refers,
    ),
)
FUNCTIONS: Mapping[str, Signature] = MappingProxyType(
    {row[0].partition("(")[0]: Signature(*row) for row in _ROWS}
)
"""Every function of the core. Each has a Python, an SQL and a browser's reading with equal results."""
