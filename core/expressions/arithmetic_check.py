"""The type check of ``+ - * /``: numbers, money of one currency, days counted, texts joined."""

from __future__ import annotations

from core.expressions.checking import Checking, Place
from core.expressions.coercion import WRONG, described, fitted, is_null, is_unknown
from core.expressions.function_dates import counted
from core.expressions.nodes import Binary, Unary
from core.expressions.terms import Arithmetic, Function, Term
from core.expressions.types import MONEY, NUMBER, TEXT, TEXTUAL, Type

_RESULTS: dict[tuple[str, str, str], Type] = {
    **{("number", op, "number"): NUMBER for op in "+-*/"},
    ("money", "+", "money"): MONEY,
    ("money", "-", "money"): MONEY,
    ("money", "*", "number"): MONEY,
    ("number", "*", "money"): MONEY,
    ("money", "/", "number"): MONEY,
    ("money", "/", "money"): NUMBER,
}


def arithmetic(checking: Checking, node: Binary, place: Place) -> Term:
    """Return the meaning of a step of arithmetic, of ``+`` between texts, of days counted on."""
    left, right = checking.term(node.left, place), checking.term(node.right, place)
    if is_unknown(left) or is_unknown(right):
        return WRONG
    kinds = (left.type.kind, right.type.kind)
    if node.op == "+" and all(k in TEXTUAL or k == "null" for k in kinds) and kinds != ("null", "null"):
        args = (
            fitted(checking.report, left, TEXT, node.left.at),
            fitted(checking.report, right, TEXT, node.right.at),
        )
        return Function(TEXT, "concat", args)
    result = _RESULTS.get((kinds[0], node.op, kinds[1]))
    if result is not None:
        return Arithmetic(result, node.op, left, right)
    found = counted(node.op, left, right)
    if found is not None:
        return found
    checking.report.add(
        "no_arithmetic",
        "{line}:{column}: {left} {op} {right} means nothing.",
        node.at,
        op=node.op,
        left=described(left.type),
        right=described(right.type),
    )
    return WRONG


def negated(checking: Checking, node: Unary, place: Place) -> Term:
    """Return the meaning of a minus sign."""
    operand = checking.term(node.operand, place)
    if is_unknown(operand):
        return WRONG
    if operand.type.kind not in ("number", "money") or is_null(operand):
        checking.report.add(
            "wrong_type",
            "{line}:{column}: expected {expected}, found {found}.",
            node.operand.at,
            expected=described(NUMBER),
            found=described(operand.type),
        )
        return WRONG
    return Function(operand.type, "negate", (operand,))
