"""Conditions seen from a part of the record they speak of: every path begins with the reference to the whole."""

from __future__ import annotations

from dataclasses import replace

from core.expressions import Node, and_all
from core.expressions.nodes import Binary, Call, Items, Logic, Null, Path, Unary

LIST_CALLS = frozenset({"any", "all", "none", "count", "sum", "min", "max"})
"""Functions over a list: what follows the list speaks of its records, not of ours."""


def through(by: str, condition: Node) -> Node:
    """Return ``condition`` as it reads from a record whose reference ``by`` points to the one it speaks of.

    >>> unparse(through("whole", parse("owner == $user")))
    'whole.owner == $user'
    """
    match condition:
        case Path(parts=parts):
            return replace(condition, parts=(by, *parts))
        case Unary(operand=operand):
            return replace(condition, operand=through(by, operand))
        case Binary(left=left, right=right):
            return replace(condition, left=through(by, left), right=through(by, right))
        case Logic(operands=operands):
            return replace(condition, operands=tuple(through(by, one) for one in operands))
        case Items(items=items):
            return replace(condition, items=tuple(through(by, one) for one in items))
        case Call(name=name, args=args):
            moved = args[:1] if name in LIST_CALLS else args
            return replace(condition, args=(*(through(by, one) for one in moved), *args[len(moved) :]))
        case _:
            return condition


def seen_from(by: str, condition: Node) -> Node:
    """Return a condition on what a reference leads to, as it reads from here; where it leads nowhere it does not hold."""
    # Of a record that is not there "not x" would hold.
    return and_all([Binary("!=", Path((by, "id")), Null()), through(by, condition)])
