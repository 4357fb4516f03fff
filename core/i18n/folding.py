"""Fold text to the key that search and duplicate checks compare: spelling habits of all scripts go away."""

from __future__ import annotations

import unicodedata

from core.i18n.characters import ZWNJ, ascii_digits, clean

FOLD_VERSION = 1
"""Moves with every change of `fold`; stored keys of another version are written anew by a job."""

_COUNT_AS = str.maketrans(
    {
        "\u0671": "\u0627",  # alef wasla
        "\u0629": "\u0647",  # teh marbuta
        **dict.fromkeys("\u064a\u0649\u06d0\u06d2", "\u06cc"),
        **dict.fromkeys("\u0643\u06aa", "\u06a9"),
        **dict.fromkeys("\u06d5\u06c1\u06be", "\u0647"),
    }
)
_DROPPED = frozenset(f"\u0621{ZWNJ}.,'\"\u060c\u00b7\u2026")
"""Hamza on the line, marks between words and within abbreviations."""
_DROPPED_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Pd", "Pc", "Ps", "Pe", "Pi", "Pf"})
"""Spaces, dashes, connectors, brackets and quotes; controls such as tabs go with ``str.isspace``."""


class _Places(dict[int, int | str | None]):
    """What becomes of each code point, worked out when it is first met."""

    def __missing__(self, code: int) -> int | str | None:
        place = self[code] = _COUNT_AS.get(code, code) if _is_kept(chr(code)) else None
        return place


def _is_kept(char: str) -> bool:
    if char in _DROPPED or unicodedata.combining(char):
        return False
    return char.isalnum() or not (char.isspace() or unicodedata.category(char) in _DROPPED_CATEGORIES)


_PLACES = _Places()


def fold(text: str) -> str:
    """Return the search key of ``text``.

    >>> fold("می‌روم") == fold("ميروم") == fold("می روم")
    True
    """
    return unicodedata.normalize("NFD", ascii_digits(clean(text))).translate(_PLACES).casefold()
