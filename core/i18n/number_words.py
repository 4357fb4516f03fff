"""Numbers in words, as they stand on paper beside the digits; each language brings its own way."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

NumberWords: TypeAlias = Callable[[Decimal], str]
"""Says a number; the places after the point are those it is written with. Empty where it has no words for it."""

LARGEST = Decimal(10) ** 18
"""From here on there are no words."""

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_GROUPS = ("", "thousand", "million", "billion", "trillion", "quadrillion")


def english_words(number: Decimal) -> str:
    """Return a number in English: ``one hundred twenty-three and 50/100``."""
    if abs(number) >= LARGEST:
        return ""
    whole, part, parts = split_number(number)
    words = " ".join(_groups(whole)) or _SMALL[0]
    if part:
        words = f"{words} and {part}/{parts}"
    return f"minus {words}" if number < 0 else words


def split_number(number: Decimal) -> tuple[int, int, int]:
    """Return the whole of a number, what is left, and of how many parts that is: 1.50 → 1, 50, 100."""
    exponent = number.as_tuple().exponent
    parts = 10 ** (-exponent if isinstance(exponent, int) and exponent < 0 else 0)
    whole, part = divmod(int(abs(number) * parts), parts)
    return whole, part, parts


def thousands(whole: int) -> list[tuple[int, int]]:
    """Return the groups of three digits that are not zero, the greatest first, each with its place."""
    groups = []
    place = 0
    while whole:
        whole, group = divmod(whole, 1000)
        if group:
            groups.append((group, place))
        place += 1
    return groups[::-1]


def _groups(whole: int) -> list[str]:
    return [f"{_below_thousand(group)} {_GROUPS[place]}".strip() for group, place in thousands(whole)]


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{_SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        ten, one = divmod(rest, 10)
        words.append(_TENS[ten - 2] + (f"-{_SMALL[one]}" if one else ""))
    elif rest:
        words.append(_SMALL[rest])
    return " ".join(words)
