"""What functions and steps of arithmetic do in the Python reading, and how fields are read from a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from core.expressions import exact
from core.expressions.letters import lowered, raised
from core.expressions.limits import MAX_COUNT
from core.expressions.python_dates import DATES
from core.expressions.terms import Field
from core.expressions.views import Env, View
from core.kernel.values import AnyRef, Money

Reading: TypeAlias = Callable[[View, Env], Any]
"""Returns the value of one term: a record value, None where it is empty."""

AROUND = " \t\r\n"
"""What trim() takes away."""


def _plain(value: Any) -> Any:
    return value


def _filled(value: Any) -> Any:
    return value or None


def _id(value: Any) -> int | None:
    found: int | None = value if value is None or value.__class__ is int else value.id
    return found


def _target(value: Any) -> tuple[str, int] | None:
    return (value.entity, value.id) if isinstance(value, AnyRef) else value


NORMAL: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "text": _filled,
        "choice": _filled,
        "multi_choice": _filled,
        "reference": _id,
        "reference_any": _target,
    }
)
"""How stored values become what is compared: empty text and no choices are empty, references are ids."""


def record(field: Field) -> Callable[[View, Env], View | None]:
    """Return how to reach the record whose field is read."""
    path, old = field.path, field.old

    def reached(view: View, env: Env) -> View | None:
        current = env.old if old else view
        for step in path:
            if current is None:
                return None
            current = current.follow(step)
        return current

    return reached


def field_value(field: Field) -> Reading:
    """Return the reading of a field; the way over references is only walked where there is one."""
    name, normal = field.name, NORMAL.get(field.type.kind, _plain)
    if not field.path and not field.old:
        if normal is _plain:
            return lambda view, _env: view.value(name)
        return lambda view, _env: normal(view.value(name))
    reached = record(field)

    def read(view: View, env: Env) -> Any:
        found = reached(view, env)
        return None if found is None else normal(found.value(name))

    return read


def joined(between: str, texts: tuple[Any, ...]) -> str | None:
    """Return the texts that are not empty with something between them."""
    return between.join([text for text in texts if text]) or None


def _count(value: exact.Number) -> int:
    return max(0, min(int(value), MAX_COUNT))


def _substring(text: str, first: exact.Number, count: exact.Number) -> str | None:
    begin = max(1, min(int(first), MAX_COUNT)) - 1
    return text[begin : begin + _count(count)] or None


def _right(text: str, count: exact.Number) -> str | None:
    return text[max(0, len(text) - _count(count)) :] or None


def _of_amount(function: Callable[[exact.Number], exact.Number]) -> Callable[[Any], Any]:
    """Return a function of numbers that keeps the currency of money."""

    def called(value: exact.Number | Money) -> exact.Number | Money | None:
        return (
            exact.money(function(value.amount), value.currency)
            if isinstance(value, Money)
            else function(value)
        )

    return called


def _negate(value: exact.Number) -> exact.Number:
    return -value if isinstance(value, int) else value.copy_negate()


FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "lower": lowered,
        "upper": raised,
        "trim": lambda text: text.strip(AROUND) or None,
        "left": lambda text, count: text[: _count(count)] or None,
        "right": _right,
        "substring": _substring,
        "length": len,
        "text": exact.told,
        **DATES,
        "negate": _of_amount(_negate),
        "abs": _of_amount(exact.size),
        "floor": _of_amount(exact.floor),
        "ceil": _of_amount(exact.ceil),
        "mod": exact.remainder,
        "amount": lambda value: value.amount,
    }
)
"""Functions that are empty where an argument is."""

PREDICATES: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "contains": lambda text, part: part in text,
        "starts_with": str.startswith,
        "ends_with": str.endswith,
    }
)
"""Functions that are false where an argument is empty."""

STEPS: Mapping[tuple[str, str, str], Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ("number", "+", "number"): exact.add,
        ("number", "-", "number"): exact.subtract,
        ("number", "*", "number"): exact.multiply,
        ("number", "/", "number"): exact.divide,
        ("money", "+", "money"): exact.same_currency(exact.add),
        ("money", "-", "money"): exact.same_currency(exact.subtract),
        ("money", "*", "number"): lambda a, b: exact.money(exact.multiply(a.amount, b), a.currency),
        ("number", "*", "money"): lambda a, b: exact.money(exact.multiply(a, b.amount), b.currency),
        ("money", "/", "number"): lambda a, b: exact.money(exact.divide(a.amount, b), a.currency),
        ("money", "/", "money"): exact.ratio,
    }
)
"""Arithmetic by the kinds of its sides."""


def picked(name: str, values: list[Any]) -> Any:
    """Return the least or the greatest of the values that are not empty."""
    return (min if name == "least" else max)((v for v in values if v is not None), default=None)


def aggregated(function: str, kind: str, values: list[Any]) -> Any:
    """Return the sum, mean, least or greatest of the values that are not empty."""
    if function == "sum":
        return exact.over_money(exact.total, values) if kind == "money" else exact.total(values)
    if function == "avg":
        filled = [value for value in values if value is not None]
        return exact.over_money(exact.mean, filled) if kind == "money" else exact.mean(filled)
    pick = min if function == "min" else max
    if kind == "money":
        return exact.over_money(pick, values)
    return pick((value for value in values if value is not None), default=None)
