"""Results of expressions and roll-ups as field values: rounded to the column, empty where they do not fit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from core.fields.decimals import canonical

_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)


def rounded(value: object, digits: int, decimals: int) -> Decimal | None:
    """Return a worked-out number with so many decimals, or None where the column has no room for it."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite() or abs(number) >= Decimal(10) ** (digits - decimals):
        return None
    number = _WIDE.quantize(number, Decimal(1).scaleb(-decimals))
    return canonical(number) if abs(number) < Decimal(10) ** (digits - decimals) else None
