"""What stands for a person or a company where there is little room: one or two letters on a colour."""

from __future__ import annotations

from functools import lru_cache
from typing import Self

HUES = ("teal", "blue", "violet", "pink", "orange", "amber", "green", "red")


class NameMark(str):
    """A mark that stands for a name in a mould; what is drawn from the name has marks of its own."""

    __slots__ = ("hue", "initials")

    hue: str
    initials: str

    def __new__(cls, name: str, *, hue: str, initials: str) -> Self:
        """Return the mark of a name with those of its colour and its letters."""
        made = super().__new__(cls, name)
        made.hue, made.initials = hue, initials
        return made


def hue_of(name: str) -> str:
    """Return the colour of an avatar: always the same for the same name."""
    return name.hue if isinstance(name, NameMark) else _hue(name)


def initials(name: str) -> str:
    """Return one letter for Persian names, where two would join, and two for others."""
    return name.initials if isinstance(name, NameMark) else _initials(name)


@lru_cache(maxsize=4096)
def _hue(name: str) -> str:
    return HUES[sum(map(ord, name)) % len(HUES)]


@lru_cache(maxsize=4096)
def _initials(name: str) -> str:
    words = [word for word in name.split() if word]
    if not words:
        return "·"
    first = words[0][0]
    if not first.isascii() or len(words) == 1:
        return first
    return (first + words[-1][0]).upper()
