"""Currencies as the CLDR knows them, and arithmetic with amounts that loses no smallest unit and uses no float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_currency_precision

from core.i18n.money import Money

_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
"""Wide enough for every product of an amount and a rate; halves are rounded away from zero."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Currency:
    """A currency: its three letters, its name in a language, and how many decimals its amounts have."""

    code: str
    name: str
    decimals: int


def find_currency(code: str, language: str = "en") -> Currency | None:
    """Return what the CLDR knows of a currency, or None where there is no such code."""
    if code not in get_global("all_currencies"):
        return None
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    name = str(locale.currencies.get(code, code))
    return Currency(code=code, name=name, decimals=get_currency_precision(code))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Return an amount in whole smallest units of its currency; halves go away from zero."""
    return _EXACT.quantize(amount, Decimal(1).scaleb(-get_currency_precision(currency)))


def exchanged(money: Money, rate: Decimal, currency: str) -> Money:
    """Return an amount at a rate (units of ``currency`` for one of its own), rounded once."""
    return Money(round_money(_EXACT.multiply(money.amount, rate), currency), currency)


def crossed(money: Money, rate: Decimal, other: Decimal, currency: str) -> Money:
    """Return an amount over a third currency: ``rate`` and ``other`` are what its own and the wanted one are worth there.

    It is rounded once, at the end.
    """
    worth = _EXACT.divide(_EXACT.multiply(money.amount, rate), other)
    return Money(round_money(worth, currency), currency)


def share_out(total: Decimal, weights: Sequence[Decimal | int], decimals: int) -> list[Decimal]:
    """Return parts of ``total`` in proportion to ``weights``, whose sum is ``total`` exactly.

    Each part is rounded down to ``decimals``; what is left goes, one smallest unit each, to the parts that lost most,
    the earlier first (largest remainder). Weights of which none is above zero share alike.
    """
    if not weights:
        raise ValueError("Nobody is there to share among.")
    if any(weight < 0 for weight in weights):
        raise ValueError("A weight cannot be below zero.")
    unit = Decimal(1).scaleb(-decimals)
    whole = int(_EXACT.divide(abs(total), unit).to_integral_value(ROUND_FLOOR))
    if unit * whole != abs(total):
        raise ValueError(f"{total} has more than {decimals} decimals.")
    exact = [Decimal(weight) for weight in weights]
    scale = -min(0, *(int(weight.as_tuple().exponent) for weight in exact))
    ratios = [int(weight.scaleb(scale)) for weight in exact]
    among = sum(ratios)
    if among == 0:
        ratios, among = [1] * len(ratios), len(ratios)
    parts = [divmod(whole * ratio, among) for ratio in ratios]
    left = whole - sum(part for part, _ in parts)
    first = set(sorted(range(len(parts)), key=lambda n: (-parts[n][1], n))[:left])
    sign = -1 if total < 0 else 1
    return [sign * unit * (part + (n in first)) for n, (part, _) in enumerate(parts)]
