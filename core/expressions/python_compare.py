"""Comparisons in the Python reading; a field beside a constant, the commonest, costs one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.expressions.python_values import NORMAL, Reading
from core.expressions.terms import Compare, Constant, Field, Term, Value

_MIRRORED = {"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

_FIELD: Mapping[str, Callable[[str, Any], Reading]] = MappingProxyType(
    {
        "==": lambda name, c: lambda view, _env: view.value(name) == c,
        "<": lambda name, c: lambda view, _env: (x := view.value(name)) is not None and x < c,
        "<=": lambda name, c: lambda view, _env: (x := view.value(name)) is not None and x <= c,
        ">": lambda name, c: lambda view, _env: (x := view.value(name)) is not None and x > c,
        ">=": lambda name, c: lambda view, _env: (x := view.value(name)) is not None and x >= c,
    }
)

_ANY: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "==": lambda a, b: a == b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }
)


def _of_money(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Return a comparison of amounts that is false between two currencies."""
    return lambda a, b: a.currency == b.currency and holds(a.amount, b.amount)


def comparison(term: Compare, value: Callable[[Term], Reading]) -> Reading:
    """Return the reading of a comparison; ``value`` gives those of its sides."""
    left, op, right = term.left, term.op, term.right
    if isinstance(left, Value):
        left, op, right = right, _MIRRORED[op], left
    if isinstance(right, Value) and right.value is not None and _is_plain(left, right.value, op):
        assert isinstance(left, Field)  # told by _is_plain
        made: Reading = _FIELD[op](left.name, right.value)
        return made
    first, last = value(left), value(right)
    holds = _of_money(_ANY[op]) if left.type.kind == right.type.kind == "money" else _ANY[op]

    def compared(view: Any, env: Any) -> bool:
        a = first(view, env)
        if a is None:
            return False
        b = last(view, env)
        return b is not None and holds(a, b)

    return compared


def _is_plain(term: Term, constant: Constant, op: str) -> bool:
    """Tell whether a field's value may be compared as the view gives it."""
    if not isinstance(term, Field) or term.path or term.old:
        return False
    # Empty text equals no constant, but it would be less than any.
    return term.type.kind not in NORMAL or (op == "==" and isinstance(constant, str))
