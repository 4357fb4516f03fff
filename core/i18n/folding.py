"""Fold text to the key that search and duplicate checks compare: spelling habits of all scripts go away."""

from __future__ import annotations

import unicodedata

from core.i18n.characters import ZWNJ, ascii_digits, clean

FOLD_VERSION = 1
"""Moves with every change of `fold`; stored keys of another version are written anew by a job."""

_TABLE = str.maketrans({
    "\u0671": "\u0627",  # alef wasla
    "\u0629": "\u0647",  # teh marbuta
    **dict.fromkeys("\u064a\u0649\u06d0\u06d2", "\u06cc"),
    **dict.fromkeys("\u0643\u06aa", "\u06a9"),
    **dict.fromkeys("\u06d5\u06c1\u06be", "\u0647"),
    "\u0621": None,  # hamza on the line
    ZWNJ: None,
})
_DROPPED_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Pd", "Pc", "Ps", "Pe", "Pi", "Pf"})
"""Spaces, dashes, connectors, brackets and quotes; controls such as tabs go with ``str.isspace``."""
_DROPPED = frozenset(".,'\"\u060c\u00b7\u2026")


def fold(text: str) -> str:
    """Return the search key of ``text``.

    >>> fold("می‌روم") == fold("ميروم") == fold("می روم")
    True
    """
    text = unicodedata.normalize("NFD", ascii_digits(clean(text)))
    text = "".join(c for c in text.translate(_TABLE) if _is_kept(c))
    return text.casefold()


def _is_kept(char: str) -> bool:
    if char.isalnum():
        return True
    return not (
        unicodedata.combining(char)
        or char.isspace()
        or char in _DROPPED
        or unicodedata.category(char) in _DROPPED_CATEGORIES
    )
