"""Arithmetic as PostgreSQL's numeric does it: exact sums, products and quotients to ten decimals, half away from zero.

None is the empty value; whatever it meets becomes empty. Whole numbers stay ``int`` where they can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

from core.expressions.limits import DECIMALS, TOO_LARGE
from core.kernel.values import Money

Number: TypeAlias = "int | Decimal"

# No expression within the limits makes a number of so many digits; nothing is rounded but by the rules below.
_EXACT = Context(prec=40_000, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
_STEP = Decimal(1).scaleb(-DECIMALS)
_ONE = Decimal(1)


def _rounded(value: Decimal) -> Decimal:
    found = _EXACT.quantize(value, _STEP)
    return value if found == value else found


def add(a: Number, b: Number) -> Number:
    """Return the sum."""
    return a + b if a.__class__ is int and b.__class__ is int else _EXACT.add(a, b)


def subtract(a: Number, b: Number) -> Number:
    """Return the difference."""
    return a - b if a.__class__ is int and b.__class__ is int else _EXACT.subtract(a, b)


def multiply(a: Number, b: Number) -> Number:
    """Return the product."""
    return a * b if a.__class__ is int and b.__class__ is int else _rounded(_EXACT.multiply(a, b))


def divide(a: Number, b: Number) -> Number | None:
    """Return the quotient; nothing is divided by zero."""
    if not b:
        return None
    # One digit more than is kept, cut off and not rounded, so that rounding happens once.
    quotient = _EXACT.divide_int(_EXACT.scaleb(Decimal(a), DECIMALS + 1), b)
    return _rounded(_EXACT.scaleb(quotient, -DECIMALS - 1))


def round_to(value: Number, places: int) -> Number:
    """Return ``value`` rounded to decimals, or to tens and hundreds where ``places`` is negative."""
    if isinstance(value, int) and places >= 0:
        return value
    found = _EXACT.quantize(Decimal(value), _ONE.scaleb(-places))
    return found if places >= 0 else _EXACT.quantize(found, _ONE)


def remainder(a: Number, b: Number) -> Number | None:
    """Return what is left of a division, with the sign of ``a``; nothing of one by zero."""
    return _EXACT.remainder(Decimal(a), Decimal(b)) if b else None


def floor(value: Number) -> Number:
    """Return the whole number at or below."""
    return value if isinstance(value, int) else value.to_integral_value(ROUND_FLOOR, _EXACT)


def ceil(value: Number) -> Number:
    """Return the whole number at or above."""
    return value if isinstance(value, int) else value.to_integral_value(ROUND_CEILING, _EXACT)


def size(value: Number) -> Number:
    """Return a number without its sign."""
    return abs(value) if isinstance(value, int) else value.copy_abs()


def mean(values: list[Number]) -> Number | None:
    """Return the mean; nothing of nothing."""
    return divide(total(values), len(values))


def told(value: Number) -> str:
    """Return a number as text, without an exponent and without idle zeros."""
    text = format(Decimal(value), "f")  # also of whole numbers: Python writes none of more than 4,300 digits
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def bounded(value: Number | None) -> Number | None:
    """Return a result, or nothing where it is too large to be kept anywhere."""
    return value if value is None or -TOO_LARGE < value < TOO_LARGE else None


def bounded_money(value: Money | None) -> Money | None:
    """Return a result, or nothing where its amount is too large to be kept anywhere."""
    return value if value is None or bounded(value.amount) is not None else None


def money(amount: Number | None, currency: str) -> Money | None:
    """Return an amount with its currency."""
    return None if amount is None else Money(Decimal(amount), currency)


def same_currency(step: Callable[[Number, Number], Number]) -> Callable[[Money, Money], Money | None]:
    """Return ``step`` on money; of two currencies it makes nothing."""

    def stepped(a: Money, b: Money) -> Money | None:
        return money(step(a.amount, b.amount), a.currency) if a.currency == b.currency else None

    return stepped


def ratio(a: Money, b: Money) -> Number | None:
    """Return how often one amount goes into another of the same currency."""
    return divide(a.amount, b.amount) if a.currency == b.currency else None


def total(values: Iterable[Number | None]) -> Number:
    """Return the sum of those that are not empty; of none it is 0."""
    found: Number = 0
    for value in values:
        if value is not None:
            found = add(found, value)
    return found


def over_money(
    function: Callable[[list[Number]], Number | None], values: Iterable[Money | None]
) -> Money | None:
    """Return what ``function`` makes of amounts of one currency; nothing of none and of several."""
    found = [value for value in values if value is not None]
    if not found or any(value.currency != found[0].currency for value in found):
        return None
    return money(function([value.amount for value in found]), found[0].currency)
