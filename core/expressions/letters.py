"""Small and capital letters by tables that all readings share: their own lower() and upper() differ from version to version."""

from __future__ import annotations

_BLOCKS = (
    range(0x41, 0x5B),  # Latin
    range(0xC0, 0xDF),  # Latin-1
    range(0x100, 0x180),  # Latin Extended-A
    range(0x370, 0x400),  # Greek
    range(0x400, 0x530),  # Cyrillic
)

CAPITALS = "".join(
    char for block in _BLOCKS for char in map(chr, block) if len(char.lower()) == 1 and char.lower() != char
)
SMALL = "".join(char.lower() for char in CAPITALS)  # one by one: a final sigma depends on its neighbours


LOWER_CASE = "".join(
    char
    for block in (range(0x61, 0x7B), range(0xE0, 0x100), *_BLOCKS[2:])
    for char in map(chr, block)
    if len(char.upper()) == 1 and char.upper() != char
)
UPPER_CASE = LOWER_CASE.upper()

_TABLE = str.maketrans(CAPITALS, SMALL)
_RAISED = str.maketrans(LOWER_CASE, UPPER_CASE)


def lowered(text: str) -> str:
    """Return ``text`` in small letters."""
    return text.translate(_TABLE)


def raised(text: str) -> str:
    """Return ``text`` in capital letters."""
    return text.translate(_RAISED)
