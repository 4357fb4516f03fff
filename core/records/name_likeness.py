"""How much two names tell that they are of the same: word by word, each by how rare it is among all of them.

A word that hundreds of records share tells little, one that two share tells much: the points of a word are the binary
logarithm of how seldom it is met. Words are the same as written, as they sound, in another script by their consonants,
or but for a slip of the pen; two words that both are met often are two names, however few letters they differ in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.i18n import Word
from core.records.likeness import distance

SAME, SOUNDS, SLIP, SCRIPT, INITIAL = 1.0, 0.95, 0.8, 0.75, 0.3
"""What of a word's points counts where it is the same, sounds the same, is misspelt, is in another script, or is a letter."""

SHORTEST_SLIP = 3
"""Letters of the shorter word that may be the other one with a slip; of two so short ones neither is."""

LONG_WORD = 8
SHORT_BONES = 2
MOST_WORD = 12.0
FEWER, LONGER = 1.0, 5.0
"""Points that are taken away where one name has words more than the other: than a single one, than several."""

ESTABLISHED = 3
"""From so many records on, or one in two thousand, a spelling is a name of its own and no slip."""
ONE_IN = 2000

Count = Callable[[Word], int]
"""Returns how many records hold a word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NameVerdict:
    """What two names tell: points for what they share, none where each holds a word that the other does not."""

    points: float
    contradicts: bool
    exact: bool


class NameLikeness:
    """Compares names among so many records."""

    def __init__(self, records: int, count: Count) -> None:
        self._records = records
        self._asked = count
        self._known: dict[str, int] = {}
        self._established = max(ESTABLISHED, records / ONE_IN)

    def compare(self, one: Sequence[Word], two: Sequence[Word]) -> NameVerdict:
        """Return what the words of two names tell; each word is matched once, the surest first."""
        left, right = list(one), list(two)
        points = self._match(left, right, _same)
        exact = not left and not right
        points += self._match(left, right, _sounds)
        points += self._join(left, right) + self._join(right, left)
        for alike in (self._slip, _script, _initial):
            points += self._match(left, right, alike)
        if left and right:
            # Who has another first name and the same last name is of the family: that tells nothing for them.
            return NameVerdict(points=0.0, contradicts=True, exact=False)
        if left or right:
            points -= FEWER if min(len(one), len(two)) == 1 else LONGER
        return NameVerdict(points=points, contradicts=False, exact=exact)

    def _match(self, left: list[Word], right: list[Word], alike: Callable[[Word, Word], float]) -> float:
        """Take the words that are alike out of both and return their points."""
        points = 0.0
        for mine in list(left):
            best = max(right, key=lambda other: alike(mine, other), default=None)
            if best is None:
                break
            quality = alike(mine, best)
            if quality:
                left.remove(mine)
                right.remove(best)
                points += quality * max(min(self._points(mine), self._points(best)), 1.0)
        return points

    def _join(self, whole: list[Word], apart: list[Word]) -> float:
        """Take words out that are written together in one name and apart in the other."""
        points = 0.0
        for word in list(whole):
            for first, second in pairwise(apart):
                if first.joined(second).sound == word.sound or second.joined(first).sound == word.sound:
                    whole.remove(word)
                    apart.remove(first)
                    apart.remove(second)
                    points += SOUNDS * self._points(word)
                    break
        return points

    def _count(self, word: Word) -> int:
        known = self._known.get(word.text)
        if known is None:
            known = self._known[word.text] = self._asked(word)
        return known

    def _points(self, word: Word) -> float:
        return min(math.log2(max(self._records, 2) / max(self._count(word), 1)), MOST_WORD)

    def _slip(self, one: Word, two: Word) -> float:
        shorter, longer = sorted((len(one.text), len(two.text)))
        if shorter < SHORTEST_SLIP or longer == SHORTEST_SLIP or one.text.isascii() != two.text.isascii():
            return 0.0
        allowed = 2 if shorter >= LONG_WORD else 1
        if min(distance(one.text, two.text, allowed), distance(one.sound, two.sound, allowed)) > allowed:
            return 0.0
        return 0.0 if min(self._count(one), self._count(two)) >= self._established else SLIP


def _same(one: Word, two: Word) -> float:
    return SAME if one.text == two.text else 0.0


def _sounds(one: Word, two: Word) -> float:
    return SOUNDS if one.sound == two.sound else 0.0


def _script(one: Word, two: Word) -> float:
    if one.text.isascii() == two.text.isascii() or not one.bones or one.bones != two.bones:
        return 0.0
    return SCRIPT if len(one.bones) >= SHORT_BONES else SCRIPT / 2


def _initial(one: Word, two: Word) -> float:
    if min(len(one.text), len(two.text)) > 1 or not one.text or not two.text:
        return 0.0
    return INITIAL if one.text[0] == two.text[0] or one.sound[0] == two.sound[0] else 0.0
