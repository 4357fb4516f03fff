"""Text that spreadsheets would run: a mark in front keeps it what it is."""

from __future__ import annotations

import re

_RUN = re.compile(
    "'*(?:[\t\r\n]|[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20])"
)
"""A cell that begins like this is run as a formula by some spreadsheet or other.

Spaces and marks that nobody sees may stand before the sign. Marks of our own in front are looked through, so that
text which has one by itself gets a second and comes back with its own.
"""


def is_run(text: str) -> bool:
    """Tell whether a spreadsheet may take a cell for a formula, or has been kept from it by a mark."""
    return _RUN.match(text) is not None


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; `unguarded` takes the mark away again."""
    return f"'{text}" if is_run(text) else text


def unguarded(text: str) -> str:
    """Return text as it was before it was guarded."""
    return text[1:] if text[:1] == "'" and is_run(text) else text
