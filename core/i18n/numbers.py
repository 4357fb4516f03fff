"""Write and read numbers in a reader's digits, marks and grouping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from babel import Locale

from core.i18n.characters import ascii_digits
from core.i18n.digits import DigitSet
from core.i18n.languages import Language
from core.i18n.unreadable import Unreadable

_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_LONGEST = 60
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACES = "\u00a0\u2009\u202f' \u2019"
_MINUS = "-\u2212\u2010\u2013\ufe63\uff0d"
_PERCENT = re.compile("^[%\u066a\uff05]|[%\u066a\uff05]$")
_NUMBER = re.compile(r"[+-]?(\d+(?:\.\d*)?|\.\d+)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?")

ANY_DECIMAL = "\u066b"
ANY_GROUP = "\u066c\u060c"
"""Marks that mean the same in every language and are therefore always understood."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberForm:
    """How one reader's numbers look: marks, sign, and how many digits a group has (primary, further)."""

    table: Mapping[int, str]
    decimal: str
    group: str
    minus: str
    percent: str
    percent_mark: str = ""
    grouping: tuple[int, int] = (3, 3)


def number_form(language: Language, locale: Locale, digits: DigitSet) -> NumberForm:
    """Return the form of numbers for a language and a set of digits."""
    symbols: Mapping[str, str] = locale.number_symbols["latn"]
    decimal = digits.decimal or symbols["decimal"]
    group = digits.group or symbols["group"]
    table = dict(zip(range(48, 58), digits.digits, strict=True))
    # Without these marks a sign jumps to the other side of its number beside some letters.
    return NumberForm(
        table={**table, ord("."): decimal, ord(","): group},
        decimal=decimal,
        group=group,
        minus="\u200e\u2212" if language.is_rtl else "-",
        percent=digits.percent or "%",
        percent_mark="\u061c" if language.is_rtl else "",
        grouping=locale.decimal_formats[None].grouping,
    )


def write_number(
    form: NumberForm, value: float | Decimal, decimals: int | None = None, grouped: bool = True
) -> str:
    """Return ``value`` as the reader reads it, with ``decimals`` places or as many as it has."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        return str(value)
    if decimals is not None:
        number = _WIDE.quantize(number, Decimal(1).scaleb(-decimals))
    plain = f"{abs(number):,f}" if grouped else f"{abs(number):f}"
    if decimals is None and "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    if grouped and form.grouping != (3, 3):
        plain = _regroup(plain, form.grouping)
    sign = form.minus if number < 0 and plain.strip("0.,") else ""
    return sign + plain.translate(form.table)


def write_percent(form: NumberForm, value: float | Decimal, decimals: int | None = None) -> str:
    """Return ``value`` (50 means fifty percent) with the reader's percent sign."""
    return f"{form.percent_mark}{write_number(form, value, decimals)}{form.percent}"


def _regroup(plain: str, grouping: tuple[int, int]) -> str:
    whole, point, rest = plain.replace(",", "").partition(".")
    primary, further = grouping
    groups = [whole[-primary:]]
    whole = whole[:-primary]
    while whole:
        groups.insert(0, whole[-further:])
        whole = whole[:-further]
    return ",".join(groups) + point + rest


def read_number(form: NumberForm, text: str) -> Decimal:
    """Return the number a reader typed, in any digits; raise `Unreadable` where there is any doubt."""
    plain = _plain(form, text)
    if "," in plain:
        if not _GROUPED.fullmatch(plain):
            raise _unreadable(form)
        plain = plain.replace(",", "")
    if len(plain) > _LONGEST:
        raise Unreadable("This number is too long.", code="number_too_long")
    if not _NUMBER.fullmatch(plain):
        raise _unreadable(form)
    return Decimal(plain)


def read_percent(form: NumberForm, text: str, word: str = "") -> Decimal:
    """Return the number of percent a reader typed, with or without the sign, or the ``word`` for it behind it."""
    plain = _INVISIBLE.sub("", text).strip()
    signed = _PERCENT.sub("", plain, count=1)
    if signed == plain and word:
        signed = plain.removesuffix(word)
    return read_number(form, signed)


def _plain(form: NumberForm, text: str) -> str:
    """Write ``text`` with ``,`` between groups, ``.`` before decimals and ``-`` for the sign."""
    plain = ascii_digits(_INVISIBLE.sub("", text)).strip()
    plain = plain.translate(dict.fromkeys(map(ord, _MINUS), "-"))
    group, decimal = form.group, form.decimal
    if decimal == ",":
        plain = plain.translate({ord(","): ".", ord("."): ","})
    for mark in {group, *ANY_GROUP, *_SPACES} - {",", "."}:
        plain = plain.replace(mark, ",")
    for mark in {decimal, *ANY_DECIMAL} - {",", "."}:
        plain = plain.replace(mark, ".")
    return re.sub("^([+-]),+", r"\1", plain)


def _unreadable(form: NumberForm) -> Unreadable:
    return Unreadable(
        "Write a number like {example}.",
        code="number_unreadable",
        example=write_number(form, Decimal("1234.5")),
    )
