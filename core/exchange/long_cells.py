"""Text that is longer than a cell of a workbook may be: it goes on in further columns, and comes back in one piece."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core.exchange.sheets import LONGEST

_CONTINUED = re.compile("(.+) \u2026([0-9]+)")


def continued(header: str, part: int) -> str:
    """Return the header of a part of a column, counted from one."""
    return header if part == 1 else f"{header} \u2026{part}"


def pieces(text: str) -> Sequence[str]:
    """Return a text in pieces that fit into cells, which count the halves of what lies outside of the basic plane."""
    if 2 * len(text) <= LONGEST:
        return (text,)
    found, start, length = [], 0, 0
    for place, letter in enumerate(text):
        units = 2 if letter > "\uffff" else 1
        if length + units > LONGEST:
            found.append(text[start:place])
            start, length = place, 0
        length += units
    return (*found, text[start:])


def continuations(places: Mapping[str, int]) -> dict[str, list[int]]:
    """Return where the columns go on that have further parts, by the names of the columns in which they begin."""
    found: dict[str, list[int]] = {}
    for name, place in places.items():
        match = _CONTINUED.fullmatch(name)
        if match and match[1] in places and int(match[2]) == len(found.get(match[1], ())) + 2:
            found.setdefault(match[1], []).append(place)
    return found
