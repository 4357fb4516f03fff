"""Marks in drawn fields, for the values that are put in each time.

Each process has marks of its own: fields are kept with values in them that somebody has written.
"""

from __future__ import annotations

from secrets import randbelow, token_hex

SECRET = token_hex(8)
_FIRST = 10**11 + randbelow(8 * 10**11)

NUMBERED = str(_FIRST)
"""With six digits behind it stands for an id: addresses take nothing but numbers."""


def mark(name: str) -> str:
    """Return the mark of a value by its name."""
    return f"\ue000{SECRET} {name}\ue000"


def id_mark(place: int) -> int:
    """Return the mark of an id by its place."""
    return _FIRST * 10**6 + place
