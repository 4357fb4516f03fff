"""What people type to find records: words as patterns, numbers as ids."""

from __future__ import annotations

from core.i18n import fold
from core.records.asking import pattern
from core.records.query import MAX_WORDS


def search_patterns(text: str) -> tuple[str, ...]:
    """Return the LIKE patterns of the words of a search, folded as keys are.

    Text of which folding leaves nothing is found nowhere: no key is empty.
    """
    folded = (fold(word) for word in text.split())
    found = tuple(pattern(word) for word in folded if word)[:MAX_WORDS]
    return found or (("",) if text.strip() else ())


def is_id(value: int) -> bool:
    """Tell whether a number can be an id at all."""
    return 0 < value < 2**63
