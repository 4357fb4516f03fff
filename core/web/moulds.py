"""Markup that is rendered once with marks where records differ, and filled in for each of them.

A template costs a hundred times what putting texts together does; a list has the same cell five hundred times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import escape

_TEXT: Final = "\ue000{}\ue001"
_FIRST_NUMBER: Final = 9_007_199_254_740_001
_FIRST_SIGN: Final = 0xE100
_SPECIAL: Final = re.compile("[&<>\"']")
_OURS: Final = re.compile("[\ue000-\uf8ff]")
"""Characters for private use: what a template made of a mark is seen by those that are left."""


RECORD: Final = str(_FIRST_NUMBER - 1)
"""Stands for the id of a page's record; addresses take nothing but numbers."""


def text_mark(place: int, length: int = 1) -> str:
    """Return a text that stands nowhere else; ``length`` makes it short or long."""
    return _TEXT.format(chr(_FIRST_SIGN + place) * length)


def number_mark(place: int) -> int:
    """Return a whole number that stands nowhere else."""
    return _FIRST_NUMBER + place


def escaped(text: str | None) -> str:
    """Return a text as it stands in markup; most texts stand there as they are."""
    found = text or ""
    return str(escape(found)) if _SPECIAL.search(found) else found


class Mould:
    """A text with places. ``marks`` tells by name what stands in the places of ``text``."""

    __slots__ = ("_template", "names")

    def __init__(self, text: str, marks: Mapping[str, str]) -> None:
        names = {mark: name for name, mark in marks.items()}
        found = re.split(f"({'|'.join(map(re.escape, names))})", text) if names else [text]
        self.names: tuple[str, ...] = tuple(names[part] for part in found[1::2])
        literals = (part.replace("%", "%%") for part in found[::2])
        places = (*(f"%({name})s" for name in self.names), "")
        self._template = "".join(part for pair in zip(literals, places, strict=True) for part in pair)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mould) and self._template == other._template

    def __hash__(self) -> int:
        return hash(self._template)

    @property
    def is_clean(self) -> bool:
        """True where no piece of a mark is left: the template has printed each as it was, or not at all."""
        return _OURS.search(self._template) is None

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the markup with these values in its places; they must be escaped."""
        return self._template % values


def agreed(moulds: Iterable[Mould]) -> Mould | None:
    """Return the mould that different marks have led to; None where the template looks into what it prints."""
    first, *others = moulds
    return first if first.is_clean and all(one == first for one in others) else None
