"""Codes as they are compared: numbers of telephones, addresses of mail, ids; and how many slips lie between two texts."""

from __future__ import annotations

import re

from core.i18n import ascii_digits, clean

DIGITS = 10
"""So many last digits tell a number: what stands before them is how one dials from where one is."""

FEWEST_DIGITS = 7
NEAR_DIGITS = 9
"""Numbers from so many digits on may be one slip apart."""

MOST_SLIPS_OF_DOMAIN = 2

_MARKS = re.compile(r"[\s().\-\u2010-\u2015/]+")
_NUMBER = re.compile(r"\+?[0-9]+")


def code_of(value: str) -> str:
    """Return a code in the one spelling in which equal ones are equal; empty where there is none.

    >>> code_of("+98 912 123-4567") == code_of("۰۹۱۲۱۲۳۴۵۶۷") == code_of("0098 9121234567")
    True
    >>> code_of("Ali.R+list@Example.com")
    'ali.r@example.com'
    """
    text = ascii_digits(clean(value)).casefold()
    if "@" in text:
        name, _, host = text.strip().rpartition("@")
        return f"{name.partition('+')[0] or name}@{host}"
    text = _MARKS.sub("", text)
    if _NUMBER.fullmatch(text):
        digits = text.lstrip("+0")
        return digits[-DIGITS:] if len(digits) >= FEWEST_DIGITS else text
    return text


def is_near(one: str, two: str) -> bool:
    """Tell whether two codes that are not the same are one slip apart, or one is the other without its area."""
    if "@" in one and "@" in two:
        name, _, host = one.rpartition("@")
        other, _, other_host = two.rpartition("@")
        return name == other and distance(host, other_host, MOST_SLIPS_OF_DOMAIN) <= MOST_SLIPS_OF_DOMAIN
    if not (one.isdigit() and two.isdigit()):
        return False
    shorter, longer = sorted((one, two), key=len)
    if len(shorter) >= FEWEST_DIGITS and longer.endswith(shorter):
        return True
    return len(longer) >= NEAR_DIGITS and distance(one, two, 1) <= 1


def distance(one: str, two: str, most: int) -> int:
    """Return how many letters are wrong, missing, too many or exchanged with their neighbour; ``most + 1`` for more."""
    if abs(len(one) - len(two)) > most:
        return most + 1
    one, two = _apart(one, two)
    if most == 1:
        # By far most of what is compared ends here.
        swapped = len(one) == 2 and one == two[::-1]
        return max(len(one), len(two)) if max(len(one), len(two)) < 2 else 2 - swapped
    before: list[int] = []
    last = list(range(len(two) + 1))
    for at, letter in enumerate(one, 1):
        row = [at]
        for place, other in enumerate(two, 1):
            best = min(row[place - 1] + 1, last[place] + 1, last[place - 1] + (letter != other))
            if at > 1 and place > 1 and letter == two[place - 2] and one[at - 2] == other:
                best = min(best, before[place - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def _apart(one: str, two: str) -> tuple[str, str]:
    """Return what is left of two texts without the beginning and the end that they share."""
    start, most = 0, min(len(one), len(two))
    while start < most and one[start] == two[start]:
        start += 1
    end = 0
    while end < most - start and one[-1 - end] == two[-1 - end]:
        end += 1
    return one[start : len(one) - end], two[start : len(two) - end]
