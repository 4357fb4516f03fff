"""Exact numbers: from strict JSON, from typed text, and into one canonical form."""

from __future__ import annotations

import re
from decimal import Decimal

from core.fields.context import LoadContext
from core.fields.refusal import FieldRefused, shown
from core.i18n import Unreadable

_PLAIN = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")
_FLOAT_DIGITS = 15
"""Decimal digits that a JSON number surely keeps on its way through a binary float."""


def exact_number(value: object) -> Decimal:
    """Return a JSON number, or a number in quotation marks, without losing a digit."""
    match value:
        case bool():
            raise not_a_number()
        case int():
            if value.bit_length() > 200:
                raise FieldRefused("too_large", "This number is too large.")
            return Decimal(value)
        case float():
            return _from_float(value)
        case str() if _PLAIN.fullmatch(value):
            return Decimal(value)
        case str():
            raise FieldRefused(
                "not_a_number", "{text} is not a number; write one like 1250000 or 12.5.", text=shown(value)
            )
        case _:
            raise not_a_number()


def _from_float(value: float) -> Decimal:
    number = Decimal(repr(value))
    if not number.is_finite():
        raise not_a_number()
    if len(number.as_tuple().digits) > _FLOAT_DIGITS:
        raise FieldRefused(
            "inexact", "Write this number in quotation marks, so that none of its digits is lost."
        )
    return number


def typed_number(text: str, context: LoadContext) -> Decimal:
    """Return a number typed in the reader's digits and marks."""
    try:
        return context.reader.parse_number(text)
    except Unreadable as unreadable:
        raise unreadable_refusal(unreadable) from None


def unreadable_refusal(unreadable: Unreadable) -> FieldRefused:
    """Return the refusal for typed text that the reader's style could not take."""
    return FieldRefused(unreadable.code, unreadable.message, **unreadable.params)


def fit(number: Decimal, digits: int, decimals: int) -> Decimal:
    """Return ``number`` in canonical form if it has room in numeric(digits, decimals); never round."""
    if not number.is_finite():
        raise not_a_number()
    whole = digits - decimals
    if abs(number) >= Decimal(10) ** whole:
        raise FieldRefused(
            "too_large", "Enter a number of at most {digits} digits before the decimal point.", digits=whole
        )
    if _places(number) > decimals:
        raise FieldRefused(
            "too_many_decimals", "Enter at most {decimals} digits after the decimal point.", decimals=decimals
        )
    return canonical(number)


def within(number: Decimal, least: object, most: object) -> None:
    """Refuse a number outside of the declared bounds."""
    if isinstance(least, (int, float)) and number < Decimal(str(least)):
        raise FieldRefused("too_small", "Enter {least} or more.", least=least)
    if isinstance(most, (int, float)) and number > Decimal(str(most)):
        raise FieldRefused("too_large", "Enter {most} or less.", most=most)


def canonical(number: Decimal) -> Decimal:
    """Return the same number without exponent, without idle zeros, and without a negative zero."""
    return Decimal(plain(number))


def plain(number: Decimal) -> str:
    """Return the canonical text of a number: ``1250000``, ``12.5``, ``-0.01``."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def not_a_number() -> FieldRefused:
    """Return the refusal of what is no number at all."""
    return FieldRefused("not_a_number", "Enter a number here.")


def _places(number: Decimal) -> int:
    """Return how many digits after the point are needed; `Decimal.normalize` would round long numbers."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    places = -exponent
    for digit in reversed(digits):
        if digit or places <= 0:
            break
        places -= 1
    return places if number else 0
