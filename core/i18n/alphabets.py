"""Letters that may stand beside those of a folded word: those of its own alphabet."""

from __future__ import annotations

import sys
import unicodedata

from core.i18n.folding import fold

_DIGITS = "0123456789"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ARABIC_SCRIPT = range(0x600, 0x700)
_ARABIC = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
"""Letters of this script as `fold` leaves them; it takes their other forms for the same."""

_MOST = 64
_AROUND = 32
"""Code points on either side that are taken for one alphabet where none is written down here."""


def letters_like(word: str) -> str:
    """Return the letters and digits that a folded word of these letters may hold as well, at most 64.

    >>> letters_like("ab")
    'abcdefghijklmnopqrstuvwxyz'
    """
    found: dict[str, None] = {}
    for letter in word:
        if letter not in found:
            found.update(dict.fromkeys(_alphabet(letter)))
    return "".join(list(found)[:_MOST])


def _alphabet(letter: str) -> str:
    if letter in _DIGITS:
        return _DIGITS
    if letter.isascii():
        return _LATIN if letter.isalpha() else ""
    if ord(letter) in _ARABIC_SCRIPT:
        return _ARABIC
    around = range(ord(letter) - _AROUND, min(ord(letter) + _AROUND, sys.maxunicode))
    return "".join(filter(_is_folded_letter, map(chr, around)))


def _is_folded_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "L" and fold(letter) == letter
