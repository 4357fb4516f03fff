"""Syntax tree → text that parses to the same tree, with no more parentheses than needed."""

from __future__ import annotations

from core.expressions.nodes import (
    Binary,
    Call,
    Flag,
    Given,
    Items,
    Logic,
    Node,
    Number,
    Path,
    Text,
    Unary,
)
from core.expressions.parser import ATOM, COMPARED, MINUS, NOT, POWERS

_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t"})


def unparse(node: Node) -> str:
    """Write ``node`` as text.

    >>> from core.expressions.parser import parse
    >>> unparse(parse("((a+1)*2) > 3 and not (b == 'x')"))
    "(a + 1) * 2 > 3 and not b == 'x'"
    """
    return _written(node)[0]


def _written(node: Node) -> tuple[str, int]:
    """Return the text and how tightly its outermost operator binds."""
    match node:
        case Logic(op=op, operands=operands):
            power = POWERS[op]
            return f" {op} ".join(_inside(one, power + 1) for one in operands), power
        case Unary(op="not", operand=operand):
            return f"not {_inside(operand, NOT)}", NOT
        case Unary(operand=operand):
            return f"-{_negated(operand)}", MINUS
        case Binary(op=op, left=left, right=right):
            power = POWERS[op]
            return f"{_inside(left, power + (power == COMPARED))} {op} {_inside(right, power + 1)}", power
        case _:
            return _atom(node), ATOM


def _atom(node: Node) -> str:
    match node:
        case Number(value=value):
            # format() writes no exponent; a negative number is an atom to the parser too.
            return str(value) if isinstance(value, int) else format(value, "f")
        case Text(value=text):
            return f"'{text.translate(_ESCAPES)}'"
        case Flag(value=flag):
            return "true" if flag else "false"
        case Path(parts=parts):
            return ".".join(parts)
        case Given(name=name, parts=parts):
            return "$" + ".".join((name, *parts))
        case Items(items=items):
            return f"[{_listed(items)}]"
        case Call(name=name, args=args):
            return f"{name}({_listed(args)})"
        case _:
            return "null"


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(unparse(one) for one in nodes)


def _inside(node: Node, floor: int) -> str:
    text, power = _written(node)
    return f"({text})" if power < floor else text


def _negated(node: Node) -> str:
    """Write the operand of a minus sign: a bare number would become one with the sign."""
    return f"({unparse(node)})" if isinstance(node, Number) else _inside(node, MINUS)
