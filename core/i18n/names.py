"""Names of people and firms as words that can be compared: without titles, in one spelling, and as they sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.i18n.characters import clean
from core.i18n.folding import fold

NAMES_VERSION = 1
"""Moves with every change of what words are made of a name; what was worked out before is then worked out anew."""

_BETWEEN = re.compile(r"[\s.,;:/\\|()\[\]{}«»\"'_+&\u060c\u061b\u2013\u2014-]+")
_TWICE = re.compile(r"(?<=.)(.)\1+")
"""A letter that is doubled; at the beginning of a word the two are kept apart."""

NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class NameHabits:
    """How names are written in a language; all in folded letters.

    ``before`` and ``after`` are words that go with a name without being part of it, ``attached`` those that are
    written together with what follows as well. ``sounds`` maps letters, or several, to those that sound the same;
    ``bones`` maps them to Latin consonants, by which a name is known in another script (vowels are left out).
    """

    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    attached: tuple[str, ...] = ()
    sounds: Mapping[str, str] = field(default_factory=lambda: NONE)
    bones: Mapping[str, str] = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name: as it is compared, as it sounds, and its consonants in Latin letters."""

    text: str
    sound: str
    bones: str

    def joined(self, other: Word) -> Word:
        """Return the two written as one word."""
        return Word(
            self.text + other.text, _TWICE.sub(r"\1", self.sound + other.sound), self.bones + other.bones
        )


class Names:
    """Reads names with the habits of all languages of a site."""

    def __init__(self, habits: Iterable[NameHabits]) -> None:
        found = tuple(habits)
        self._before = frozenset().union(*(one.before for one in found))
        self._after = frozenset().union(*(one.after for one in found))
        self._attached = tuple(word for one in found for word in one.attached)
        self._sounds = _Replacing(found, "sounds")
        self._bones = _Replacing(found, "bones")

    def words(self, text: str) -> tuple[Word, ...]:
        """Return the words of one field of a name; titles stay where there is nothing else.

        >>> [word.text for word in Names([NameHabits(before=frozenset({"dr"}))]).words("Dr. Anna  Weber")]
        ['anna', 'weber']
        """
        parts = [part for part in map(fold, _BETWEEN.split(clean(text))) if part]
        start, end = 0, len(parts)
        while start < end and parts[start] in self._before:
            start += 1
        while end > start and parts[end - 1] in self._after:
            end -= 1
        return tuple(map(self.word, parts[start:end] or parts))

    def word(self, text: str) -> Word:
        """Return a folded word as it is compared."""
        for head in self._attached:
            if text.startswith(head) and len(text) >= len(head) + 3:
                text = text.removeprefix(head)
                break
        return Word(
            text, _TWICE.sub(r"\1", self._sounds(text)), _TWICE.sub(r"\1", self._bones(text)).rstrip("h")
        )


class _Replacing:
    """Replaces letters, the longer runs first."""

    def __init__(self, habits: Iterable[NameHabits], what: str) -> None:
        self._to: dict[str, str] = {}
        for one in habits:
            self._to.update(getattr(one, what))
        longest = sorted(self._to, key=len, reverse=True)
        self._find = re.compile("|".join(map(re.escape, longest)) or r"(?!)")

    def __call__(self, text: str) -> str:
        return self._find.sub(lambda found: self._to[found[0]], text)
