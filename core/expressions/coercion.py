"""Literals take the type of what they stand beside; what cannot is refused with the way to write it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from core.errors import Word
from core.expressions.limits import MAX_BIGINT
from core.expressions.nodes import Binary, Position
from core.expressions.problems import Report
from core.expressions.terms import Function, Term, Value
from core.expressions.types import NUMBER, TEXT, TEXTUAL, UNKNOWN, Type

WRONG = Value(UNKNOWN, None)
"""Stands for what was reported; nothing around it complains again."""

COMPARABLE = frozenset({"text", "choice", "number", "money", "boolean", "date", "datetime", "reference"})

_NAMES = {
    "text": Word("a text"),
    "number": Word("a number"),
    "money": Word("money"),
    "boolean": Word("yes or no"),
    "date": Word("a date"),
    "datetime": Word("a moment"),
    "choice": Word("a choice"),
    "multi_choice": Word("a multiple choice"),
    "reference": Word("a reference"),
    "reference_any": Word("a reference to any of several"),
    "list": Word("a list"),
    "file": Word("a file"),
    "rich_text": Word("a formatted text"),
    "null": Word("null"),
    "ids": Word("a list of ids"),
}


def described(type_: Type) -> str:
    """Return what a person calls a value of this type."""
    if type_.kind == "reference" and type_.entity:
        return Word("a reference to {entity}", entity=type_.entity)
    return _NAMES.get(type_.kind, type_.kind)


def is_unknown(term: Term) -> bool:
    """Tell whether the term was already reported as wrong."""
    return term.type.kind == "unknown"


def is_null(term: Term) -> bool:
    """Tell whether the term is the literal ``null`` (or the empty text, which is the same)."""
    return term.type.kind == "null"


def is_literal(term: Term) -> bool:
    """Tell whether the term is a number or a text as written, free to become something else."""
    return isinstance(term, Value) and term.type in (NUMBER, TEXT)


def amount_of(term: Term) -> Term:
    """Return the amount of a money term as a number."""
    return Function(NUMBER, "amount", (term,))


def fitted(report: Report, term: Term, wanted: Type, at: Position) -> Term:
    """Return ``term`` as a value of the type ``wanted``, or report why it cannot be one."""
    if is_unknown(term) or wanted.kind == "unknown":
        return term
    if is_null(term):
        return Value(wanted, None)
    if is_literal(term):
        return _literal(report, term, wanted, at)
    if term.type.kind == wanted.kind == "reference" and not _may_meet(term.type, wanted):
        return _mismatch(report, wanted, term, at)
    if term.type.kind == wanted.kind or (wanted.kind in TEXTUAL and term.type.kind in TEXTUAL):
        return term
    return _mismatch(report, wanted, term, at)


def _literal(report: Report, term: Term, wanted: Type, at: Position) -> Term:
    value = term.value if isinstance(term, Value) else None
    if isinstance(value, str) and wanted.kind == "choice":
        return _choice(report, value, wanted, at)
    if isinstance(value, (int, Decimal)) and wanted.kind == "reference":
        if value != int(value) or not 0 < value <= MAX_BIGINT:
            report.add("bad_id", "{line}:{column}: {found} is not the id of a record.", at, found=str(value))
            return WRONG
        return Value(wanted, int(value))
    if isinstance(value, str) and wanted.kind in ("date", "datetime"):
        example = "date('2026-03-21')" if wanted.kind == "date" else "datetime('2026-03-21T08:00:00Z')"
        report.add(
            "text_is_no_date",
            "{line}:{column}: a text is not {expected}; write {example}.",
            at,
            expected=described(wanted),
            example=example,
        )
        return WRONG
    return term if term.type.kind == wanted.kind else _mismatch(report, wanted, term, at)


def _choice(report: Report, name: str, wanted: Type, at: Position) -> Term:
    if wanted.choices and name not in wanted.choices:
        report.unknown(
            "unknown_choice",
            "{line}:{column}: there is no choice {name}. There are: {choices}.",
            "{line}:{column}: there is no choice {name}. Perhaps: {nearest}. There are: {choices}.",
            at,
            name,
            wanted.choices,
            choices=wanted.choices[:20],
        )
        return WRONG
    return Value(wanted, name)


def _may_meet(one: Type, other: Type) -> bool:
    """Tell whether two references may point to the same record; ids of nobody in particular meet all."""
    return one.entity is None or other.entity is None or one.entity == other.entity


def _mismatch(report: Report, wanted: Type, term: Term, at: Position) -> Term:
    report.add(
        "wrong_type",
        "{line}:{column}: expected {expected}, found {found}.",
        at,
        expected=described(wanted),
        found=described(term.type),
    )
    return WRONG


def paired(report: Report, node: Binary, left: Term, right: Term) -> tuple[Term, Term]:
    """Return two sides of a comparison as values of one kind; money beside a number is its amount."""
    if is_unknown(left) or is_unknown(right):
        return WRONG, WRONG
    kinds = {left.type.kind, right.type.kind}
    if kinds == {"money", "number"}:
        left, right = (amount_of(t) if t.type.kind == "money" else t for t in (left, right))
    elif is_literal(right) and not is_literal(left):
        right = fitted(report, right, left.type, node.right.at)
    elif is_literal(left) and not is_literal(right):
        left = fitted(report, left, right.type, node.left.at)
    elif not _comparable(left.type, right.type):
        report.add(
            "not_comparable",
            "{line}:{column}: {left} cannot be compared with {right}.",
            node.at,
            left=described(left.type),
            right=described(right.type),
        )
        return WRONG, WRONG
    return (WRONG, WRONG) if is_unknown(left) or is_unknown(right) else (left, right)


def _comparable(left: Type, right: Type) -> bool:
    kinds = {left.kind, right.kind}
    if not kinds <= COMPARABLE:
        return False
    if kinds == {"reference"}:
        return _may_meet(left, right)
    return len(kinds) == 1 or kinds in (TEXTUAL, {"reference", "number"})


def unified(
    report: Report, terms: Sequence[Term], places: Sequence[Position]
) -> tuple[Type, tuple[Term, ...]]:
    """Return the type that fits all ``terms`` (branches of one choice), and the terms as values of it."""
    if any(is_unknown(t) for t in terms):
        return UNKNOWN, tuple(terms)
    typed = [t.type for t in terms if not is_null(t)]
    firm = [t.type for t in terms if not is_null(t) and not is_literal(t)]
    if not typed:
        report.add(
            "no_type", "{line}:{column}: null alone has no type; at least one value is needed.", places[0]
        )
        return UNKNOWN, tuple(terms)
    wanted = (firm or typed)[0]
    if wanted.kind not in COMPARABLE:
        report.add(
            "not_chosen",
            "{line}:{column}: {found} cannot be chosen between.",
            places[0],
            found=described(wanted),
        )
        return UNKNOWN, tuple(terms)
    if wanted.kind in TEXTUAL and any(t != wanted for t in firm) and all(t.kind in TEXTUAL for t in firm):
        wanted = TEXT
    if wanted.kind == "reference":
        wanted = next((t for t in firm if t.entity), wanted)
    return wanted, tuple(fitted(report, t, wanted, at) for t, at in zip(terms, places, strict=True))
