"""Slips of one letter as patterns: what a misspelt word may have meant, and how an index of trigrams is asked for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.i18n import letters_like
from core.records.asking import pattern

SHORTEST = 4
"""Letters from which on a word may be misspelt; shorter ones would be like too many others."""

LONG = 12
"""Letters from which on a third of a word tells enough to be looked for alone."""

_KNOWN_TO_INDEX = re.compile(r"[^\W_]{3}")
"""Three letters or digits on end: a trigram; other characters part words there."""

_ENOUGH = 2
"""Trigrams that are rare enough together."""


def patterns_of(word: str) -> list[str]:
    """Return the LIKE patterns of a word with one letter wrong, missing, too many, or two letters exchanged."""
    if len(word) < SHORTEST:
        return [pattern(word)]
    gaps = (_like(before, "_", after) for before, after in _gaps(word))
    return list(dict.fromkeys((*map(pattern, _known(word)), *gaps)))


def probes_of(word: str) -> list[str]:
    """Return patterns that find whatever fits one of `patterns_of`, and more; an index answers each of them cheaply.

    An index of trigrams reads the whole of itself for a pattern without three known letters on end, and much of
    itself for one trigram that many names hold: there the open place is tried with each letter of the alphabet. Of a
    long word one slip leaves a third as it is. Nothing comes of a word in which no letters stand together.
    """
    if len(word) < SHORTEST:
        return []
    if len(word) >= LONG:
        return [pattern(part) for part in _thirds(word) if is_known_to_index(part)]
    found = [pattern(one) for one in _known(word)]
    # A slip in the first or last letter is found by what has none there.
    gaps = [(before, after) for before, after in _gaps(word) if before and after]
    loose = [gap for gap in gaps if sum(map(_trigrams, gap)) < _ENOUGH]
    found += [_like(before, "_", after) for before, after in gaps if (before, after) not in loose]
    found += [_like(before, letter, after) for before, after in loose for letter in letters_like(word)]
    return list(dict.fromkeys(filter(is_known_to_index, found)))


def is_known_to_index(like: str) -> bool:
    """Tell whether an index of trigrams can answer a LIKE pattern without reading all of itself."""
    return _KNOWN_TO_INDEX.search(like) is not None


def _known(word: str) -> Iterator[str]:
    """Yield the word, without each of its letters, and with each two neighbours exchanged."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _gaps(word: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before and after a letter that is wrong, and before and after one that is missing."""
    for at in range(len(word)):
        yield word[:at], word[at + 1 :]
    for at in range(1, len(word)):
        yield word[:at], word[at:]


def _like(before: str, between: str, after: str) -> str:
    return f"{pattern(before)[:-1]}{between}{pattern(after)[1:]}"


def _thirds(word: str) -> tuple[str, str, str]:
    third = len(word) // 3
    return word[:third], word[third : 2 * third], word[2 * third :]


def _trigrams(part: str) -> int:
    """Return how many trigrams stand in a part."""
    return sum(_KNOWN_TO_INDEX.match(part, at) is not None for at in range(len(part)))
