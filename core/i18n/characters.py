"""Clean what people type before it is stored: one code point for one letter, no invisible marks."""

from __future__ import annotations

import re
import unicodedata

ZWNJ = "\u200c"

_LETTERS = {
    **dict.fromkeys("\u064a\u0649\u06d0\u06d2", "\u06cc"),  # Arabic and Urdu forms of yeh
    **dict.fromkeys("\u0643\u06aa", "\u06a9"),  # Arabic forms of kaf
    **dict.fromkeys("\u06d5\u06c1\u06be", "\u0647"),  # forms of heh
}
_SPACES = dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f", " ")
_DROPPED = dict.fromkeys(
    "\u0640"  # tatweel
    "\u00ad\ufeff\u2060"  # soft hyphen, byte order mark, word joiner
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # bidi controls
)
_TABLE = str.maketrans({**_LETTERS, **_SPACES, **_DROPPED})

_RARE = re.compile("[\u00ac\u200b\u200d\ufb50-\ufdff\ufe70-\ufefc]")
_PRESENTATION = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_ARABIC = "\u0621-\u064a\u064b-\u0655\u0670-\u06d3\u06d5"
_NOT_SIGN = re.compile(f"(?<=[{_ARABIC}])\u00ac(?=[{_ARABIC}])")
_JOINER = re.compile(f"(?<=[{_ARABIC}])\u200d+|\u200d+(?=[{_ARABIC}])|^\u200d+|\u200d+$")
_ZWNJ_RUN = re.compile(f"{ZWNJ}+")
_ZWNJ_BESIDE_SPACE = re.compile(rf"{ZWNJ}(?=\s)|(?<=\s){ZWNJ}")
_SPACE_RUN = re.compile(r"[ \t]+")
_DIGIT = re.compile(r"\d")
_EDGE = " \t\r\n"
"""What is stripped at both ends; str.strip() alone would take control characters too, but only from plain ASCII."""


def clean(text: str, *, keep_spaces: bool = False) -> str:
    """Return ``text`` as it is stored: same spelling, one code point a letter, no invisible marks.

    Runs of spaces become one; ``keep_spaces`` leaves them, for texts of several lines.

    >>> clean(" علي  كريمي ")
    'علی کریمی'
    """
    if text.isascii():
        return (text if keep_spaces else _SPACE_RUN.sub(" ", text)).strip(_EDGE)
    rare = _RARE.search(text) is not None  # most texts have none of these, and speed matters here
    if rare:
        # Only the presentation forms are decomposed: NFKC on everything would turn m² into m2.
        text = _PRESENTATION.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
    text = unicodedata.normalize("NFC", text).translate(_TABLE)
    if rare:
        # Old Persian keyboards gave the not sign and the zero-width space where ZWNJ was meant.
        text = _NOT_SIGN.sub(ZWNJ, _JOINER.sub("", text)).replace("\u200b", ZWNJ)
    if ZWNJ in text:
        text = _ZWNJ_BESIDE_SPACE.sub("", _ZWNJ_RUN.sub(ZWNJ, text))
    if not keep_spaces:
        text = _SPACE_RUN.sub(" ", text)
    return unicodedata.normalize("NFC", text.strip(_EDGE + ZWNJ))


def ascii_digits(text: str) -> str:
    """Return ``text`` with every decimal digit of every script as 0-9.

    >>> ascii_digits("۰۹۱۲ ٣٤٥")
    '0912 345'
    """
    if text.isascii():
        return text
    return _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)
