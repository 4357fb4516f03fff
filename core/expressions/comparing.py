"""The type check of comparisons and of ``in``."""

from __future__ import annotations

from core.expressions.checking import Checking, Place
from core.expressions.coercion import (
    COMPARABLE,
    WRONG,
    amount_of,
    described,
    fitted,
    is_literal,
    is_null,
    is_unknown,
    paired,
)
from core.expressions.nodes import Binary, Items, Node
from core.expressions.terms import (
    Aggregate,
    Compare,
    Empty,
    EnvValue,
    Field,
    Holds,
    Linked,
    Member,
    Not,
    Term,
    Value,
)
from core.expressions.types import ANY_ID, BOOLEAN, ORDERED, TEXTUAL, Type

_HINTS = {
    "multi_choice": "contains({name}, 'x')",
    "list": "any(list, …) or count(list)",
    "reference_any": "refers(reference, 'entity', id)",
    "file": "is_empty(file)",
    "rich_text": "is_empty(text)",
}


def compared(checking: Checking, node: Binary, place: Place) -> Term:
    """Return the meaning of a comparison: ``!=`` is the exact denial of ``==``, ``not in`` that of ``in``."""
    if node.op in ("in", "not in"):
        found = _member(checking, node, place)
        return Not(BOOLEAN, found) if node.op == "not in" and not is_unknown(found) else found
    left, right = checking.term(node.left, place), checking.term(node.right, place)
    if is_null(left) or is_null(right):
        return _beside_null(checking, node, left, right)
    for term, side in ((left, node.left), (right, node.right)):
        if term.type.kind in _HINTS:
            checking.report.add(
                "not_comparable_kind",
                "{line}:{column}: {found} cannot be compared; write {hint}.",
                side.at,
                found=described(term.type),
                hint=_HINTS[term.type.kind].format(name="field"),
            )
            return WRONG
    left, right = paired(checking.report, node, left, right)
    if is_unknown(left):
        return WRONG
    if node.op not in ("==", "!=") and not _ordered(checking, node, left, right):
        return WRONG
    equal = Compare(BOOLEAN, "==" if node.op == "!=" else node.op, left, right)
    return Not(BOOLEAN, equal) if node.op == "!=" else equal


def _ordered(checking: Checking, node: Binary, left: Term, right: Term) -> bool:
    for term in (left, right):
        if term.type.kind not in ORDERED:
            checking.report.add(
                "no_order",
                "{line}:{column}: {found} has no order; only == and != compare it.",
                node.at,
                found=described(term.type),
            )
            return False
    return True


def _beside_null(checking: Checking, node: Binary, left: Term, right: Term) -> Term:
    """Return ``x == null`` as the question whether x is empty."""
    if is_unknown(left) or is_unknown(right):
        return WRONG
    if node.op not in ("==", "!="):
        checking.report.add(
            "null_order", "{line}:{column}: null has no order; only == and != compare with it.", node.at
        )
        return WRONG
    empty = emptiness(right if is_null(left) else left)
    return Not(BOOLEAN, empty) if node.op == "!=" else empty


def emptiness(term: Term) -> Term:
    """Return whether ``term`` is empty; a list is where it has no records."""
    if is_null(term):
        return Value(BOOLEAN, True)
    if term.type.kind == "list" and isinstance(term, Field):
        return Aggregate(BOOLEAN, "none", term, None)
    return Empty(BOOLEAN, term)


def _member(checking: Checking, node: Binary, place: Place) -> Term:
    left = checking.term(node.left, place)
    if isinstance(node.right, Items):
        return _among(checking, left, node, node.right, place)
    right = checking.term(node.right, place)
    if is_unknown(left) or is_unknown(right):
        return WRONG
    match right:
        case EnvValue(type=Type(kind="ids")):
            left = left if left.type.kind == "number" else fitted(checking.report, left, ANY_ID, node.left.at)
            return WRONG if is_unknown(left) else Member(BOOLEAN, left, right)
        case Field(type=Type(kind="list", entity=entity)):
            return linked(checking, right, left, Type("reference", entity), node.left)
        case Term(type=Type(kind="multi_choice", choices=choices)):
            return holding(checking, right, left, choices, node.left)
    hint = "contains(text, part)" if right.type.kind in TEXTUAL else "[…]"
    checking.report.add(
        "not_a_list",
        "{line}:{column}: expected a list after in, found {found}; write {hint}.",
        node.right.at,
        found=described(right.type),
        hint=hint,
    )
    return WRONG


def linked(checking: Checking, items: Field, item: Term, wanted: Type, node: Node) -> Term:
    """Return whether the record ``item`` is in a list field."""
    if item.type.kind != "number" or is_literal(item):
        item = fitted(checking.report, item, wanted, node.at)
    return WRONG if is_unknown(item) else Linked(BOOLEAN, items, item)


def holding(checking: Checking, whole: Term, item: Term, choices: tuple[str, ...], node: Node) -> Term:
    """Return whether a multiple choice holds ``item``."""
    item = fitted(checking.report, item, Type("choice", choices=choices), node.at)
    return WRONG if is_unknown(item) else Holds(BOOLEAN, whole, item)


def _among(checking: Checking, left: Term, node: Binary, items: Items, place: Place) -> Term:
    """Return whether ``left`` is one of the constants written in brackets."""
    found = [_constant(checking, item, place) for item in items.items]
    if is_unknown(left) or any(is_unknown(one) for one in found):
        return WRONG
    if left.type.kind not in COMPARABLE - {"boolean"}:
        hint = _HINTS.get(left.type.kind, "==")
        checking.report.add(
            "not_a_member",
            "{line}:{column}: {found} is not looked up in a list; write {hint}.",
            node.left.at,
            found=described(left.type),
            hint=hint.format(name="field"),
        )
        return WRONG
    if left.type.kind == "money":
        left = amount_of(left)
    fit = [
        fitted(checking.report, one, left.type, item.at) for one, item in zip(found, items.items, strict=True)
    ]
    if any(is_unknown(one) for one in fit):
        return WRONG
    values = tuple(one.value for one in fit if isinstance(one, Value))
    return Member(BOOLEAN, left, Value(left.type, values))


def _constant(checking: Checking, node: Node, place: Place) -> Term:
    term = checking.term(node, place)
    if is_unknown(term) or (isinstance(term, Value) and not is_null(term)):
        return term
    checking.report.add(
        "not_constant",
        "{line}:{column}: a list holds constants; compare with other values by == and or.",
        node.at,
    )
    return WRONG
