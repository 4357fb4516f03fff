"""Phone numbers: any way of writing them to E.164, and the ways in which people look for them."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from core.fields.refusal import FieldRefused, shown
from core.i18n import ascii_digits

_MARKS = re.compile(r"[\s().\-/\u2010-\u2015\u2212]+")
_LOCAL = re.compile("[1-9][0-9]{6,7}")
_SHORT = re.compile("[0-9]{3,14}")

WRITTEN = 4096
"""Numbers of which the written form is kept: lists show the same ones again and again."""


def read_phone(text: str, region: str, area_code: str = "", *, allow_short: bool = False) -> str:
    """Return E.164 for a number of ``region``, or of any country where it says so; refuse anything else.

    With ``allow_short`` service numbers and sender lines, which have no E.164, stay as their digits.
    """
    plain = ascii_digits(text).strip()
    bare = _MARKS.sub("", plain)
    number = _valid(plain, region) or _valid(bare, region)
    if number is None and area_code and _LOCAL.fullmatch(bare):
        number = _valid(area_code + bare, region)
    if number is not None:
        if number.extension:
            raise FieldRefused(
                "extension",
                "Leave out the extension ({extension}); it has no place in this field.",
                extension=shown(number.extension),
            )
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if allow_short and _SHORT.fullmatch(bare):
        return bare
    raise FieldRefused(
        "not_a_phone",
        "{text} is not a phone number; write it with its area code, such as {example}.",
        text=shown(text),
        example=_example(region),
    )


def _valid(text: str, region: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _example(region: str) -> str:
    example = phonenumbers.example_number(region)
    return phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL) if example else "+98 21 8888 8888"


@lru_cache(WRITTEN)
def written_phone(value: str) -> str:
    """Return a stored number in groups, as people read it."""
    number = _stored(value)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else value


def national_form(value: str) -> str | None:
    """Return how the number is dialled inside its country (``09121234567``), where that differs."""
    number = _stored(value)
    if number is None:
        return None
    return _MARKS.sub("", phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))


def _stored(value: str) -> PhoneNumber | None:
    if not value.startswith("+"):
        return None
    try:
        return phonenumbers.parse(value)
    except NumberParseException:
        return None
