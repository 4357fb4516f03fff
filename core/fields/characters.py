"""Read text as it may be stored: no control characters, clean spelling, bounded length, empty text as nothing."""

from __future__ import annotations

import re

from core.fields.refusal import FieldRefused
from core.i18n import clean

_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
_LINE_CONTROL = re.compile("[\t\n]")


def require_text(value: object) -> str:
    """Return ``value`` if it is text, or refuse it."""
    if not isinstance(value, str):
        raise FieldRefused("wrong_type", "Enter text here.")
    return value


def read_line(text: str, limit: int) -> str | None:
    """Return one clean line of at most ``limit`` characters, or None where nothing is left."""
    text = _storable(text, limit)
    if _LINE_CONTROL.search(text.strip()):
        raise FieldRefused("line_break", "This field holds a single line; remove the line break or tab.")
    return _bounded(clean(text), limit)


def read_lines(text: str, limit: int) -> str | None:
    r"""Return clean text of several lines with ``\\n`` between them, or None where nothing is left."""
    return _bounded(clean(_storable(text, limit), keep_spaces=True), limit)


def one_line(text: str) -> str:
    """Return typed or imported text with its line breaks and tabs as spaces."""
    return _LINE_CONTROL.sub(" ", _BREAKS.sub("\n", text))


def _storable(text: str, limit: int) -> str:
    if len(text) > 4 * limit + 1000:  # before any work is spent on it
        raise _too_long(len(text), limit)
    text = _BREAKS.sub("\n", text)
    found = _UNSTORABLE.search(text)
    if found:
        raise FieldRefused(
            "control_character",
            "This text holds an invisible character that cannot be stored ({character}); remove it.",
            character=f"U+{ord(found[0]):04X}",
        )
    return text


def _bounded(text: str, limit: int) -> str | None:
    if len(text) > limit:
        raise _too_long(len(text), limit)
    return text or None


def _too_long(length: int, limit: int) -> FieldRefused:
    return FieldRefused(
        "too_long", "Enter at most {limit} characters; these are {length}.", limit=limit, length=length
    )
