"""How likely two records are the same: points for and against from each clue, and a score between 0 and 1.

A point is one binary logarithm: what is shared counts by how seldom it is met, what differs takes away what the
document says. Of all pairs hardly any are the same, so that a pair begins far below zero, the lower the more records
there are. A name alone never makes a pair: many people have the same one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from core.i18n import Word
from core.metadata.duplicate_specs import DuplicateClue
from core.records.likeness import is_near
from core.records.name_likeness import NameLikeness
from core.records.scan_values import Compared, word_key

OTHERS = 2000
"""Records that are thought of besides those that are there: in a small table chance looks rarer than it is."""

SELDOM = 3.3
"""One record in ten or so is there twice; the points by which a pair begins lower for it."""

NEAR = 0.75
"""What a code with a slip counts of the points of a code that is the same."""

MOST_SHARED = 2
"""Values of one clue that count at most: who shares one number often shares the others for the same reason."""

CROWD = 10
"""A value that more records share is that of a house or a firm: it counts only for those who have none of their own."""

SCALE = 1000
THRESHOLD = 500
"""Thousandths from which on a pair is kept."""

HIGHEST = 999


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """What a clue tells of a pair: same, alike, less (one says more than the other) or different."""

    clue: str
    what: str
    points: float


class Scoring:
    """Scores pairs among so many records."""

    def __init__(
        self,
        clues: Sequence[DuplicateClue],
        records: int,
        words: Callable[[int], int],
        values: Callable[[str, str], int],
    ) -> None:
        self._clues = clues
        self._records = records + OTHERS
        self._asked = values
        self._known: dict[tuple[str, str], int] = {}
        self._start = math.log2(self._records) + SELDOM
        self._likeness = {
            clue.name: NameLikeness(self._records, partial(_held, words, clue.name))
            for clue in clues
            if clue.how == "name"
        }

    def score(self, one: Compared, two: Compared) -> tuple[int, list[Reason]]:
        """Return the score in thousandths with its reasons; 0 where they differ in what identifies them."""
        if any(a and b and a != b for a, b in zip(one.differ, two.differ, strict=True)):
            return 0, []
        found = {c.name: self._valued(c, one, two) for c in self._clues if c.how != "name"}
        points = sum(reason.points for reason in found.values() if reason) - self._start
        if points + self._start - 1 < 0:
            return 0, []  # no name can help it any more
        told = {c.name: self._named(c, one, two) for c in self._clues if c.how == "name"}
        points += min(sum(reason.points for reason in told.values() if reason), self._start - 1)
        found |= told
        reasons = [reason for clue in self._clues if (reason := found[clue.name])]
        return min(round(SCALE / (1 + 2.0 ** -max(min(points, 60), -60))), HIGHEST), reasons

    def _named(self, clue: DuplicateClue, one: Compared, two: Compared) -> Reason | None:
        left, right = one.names[clue.name], two.names[clue.name]
        if not left or not right:
            return None
        told = self._likeness[clue.name].compare(left, right)
        points = told.points * clue.weight / 100
        if told.contradicts:
            return Reason(clue=clue.name, what="different", points=points - clue.against)
        return Reason(clue=clue.name, what="same" if told.exact else "alike", points=points)

    def _valued(self, clue: DuplicateClue, one: Compared, two: Compared) -> Reason | None:
        left: Sequence[str] = one.values[clue.name]
        right: Sequence[str] = two.values[clue.name]
        if not left or not right:
            return None
        if len(left) > 1 and len(right) > 1:
            left, right = self._own(clue, left, right)
        shared = [value for value in left if value in right]
        if shared:
            points = sum(sorted((self._points(clue, value) for value in shared), reverse=True)[:MOST_SHARED])
            return Reason(clue=clue.name, what="same", points=points * clue.weight / 100)
        if clue.how == "code":
            near = [value for value in left if any(is_near(value, other) for other in right)]
            if near:
                points = max(self._points(clue, value) for value in near)
                return Reason(clue=clue.name, what="alike", points=NEAR * points * clue.weight / 100)
        return Reason(clue=clue.name, what="different", points=-float(clue.against))

    def _own(
        self, clue: DuplicateClue, left: Sequence[str], right: Sequence[str]
    ) -> tuple[Sequence[str], Sequence[str]]:
        """Leave out what a crowd shares, where both have something of their own."""
        own = [[v for v in side if self._held_by(clue, v) <= CROWD] for side in (left, right)]
        return (own[0], own[1]) if own[0] and own[1] else (left, right)

    def _held_by(self, clue: DuplicateClue, value: str) -> int:
        known = self._known.get((clue.name, value))
        if known is None:
            known = self._known[clue.name, value] = self._asked(clue.name, value)
        return known

    def _points(self, clue: DuplicateClue, value: str) -> float:
        return math.log2(self._records / max(self._held_by(clue, value), 2))


def _held(words: Callable[[int], int], clue: str, word: Word) -> int:
    return words(word_key(clue, word))
