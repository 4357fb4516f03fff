"""Text that spreadsheets would run: a mark in front keeps it what it is."""

from __future__ import annotations

GUARD = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell that begins with one of these is run as a formula by some spreadsheet or other."""


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; `unguarded` takes the mark away again."""
    return f"'{text}" if text.startswith(GUARD) else text


def unguarded(text: str) -> str:
    """Return text as it was before it was guarded."""
    return text[1:] if text.startswith("'") and text[1:].startswith(GUARD) else text
