"""`Scanning`: looks through the records that are there for those that are there twice, a piece at a time.

First what is compared of each record is noted with the keys by which it is found; then each record that is new or has
changed is compared with all that share a key, and the pairs that are likely the same go to the queue. Keys that more
than `MOST` records share make no pairs, so that the work grows with the records and not with their square; how many
there were is told. Each piece is one transaction and safe to repeat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from core.errors import NotFound
from core.i18n import Localization
from core.metadata.catalog import Catalog
from core.metadata.duplicate_specs import DuplicateClue
from core.metadata.specs import EntitySpec
from core.records.conditions import Conditions
from core.records.scan_scoring import THRESHOLD, Reason, Scoring
from core.records.scan_values import Compared, ScanValues, digest, keys, value_key
from core.storage import UnitOfWork
from core.storage.pairs import (
    Pair,
    compared,
    counts,
    forget_gone,
    holders,
    keys_of,
    mark_all,
    often,
    still_waiting,
    waiting,
    write_marks,
    write_pairs,
)

MOST = 100
"""Records that share a key and are compared with each other."""

NOTED_AT_ONCE = 500
COMPARED_AT_ONCE = 200
KEPT = 50_000
"""Records whose compared values are kept in memory on the way."""


@dataclass(slots=True)
class Sight:
    """What a scan knows of all records while it compares: how many there are, and what many of them share."""

    values: ScanValues
    records: int
    words: Mapping[int, int]
    crowds: Mapping[int, int]
    kept: dict[int, Compared] = field(default_factory=dict)


class Scanning:
    """Scans the records of one entity; the caller opens the transactions."""

    def __init__(self, conditions: Conditions, localization: Localization) -> None:
        self._conditions = conditions
        self._localization = localization

    def values(self, catalog: Catalog, entity: str) -> ScanValues:
        """Return the reader of an entity that says what is compared; raise `NotFound` for others."""
        return ScanValues(self._conditions, self._localization.names, catalog, scanned(catalog, entity))

    def begin(self, uow: UnitOfWork, entity: str, *, whole: bool) -> None:
        """Forget what is gone; with ``whole`` all records are compared anew, not only those that have changed."""
        forget_gone(uow, entity, self.values(uow.catalog, entity).table)
        if whole:
            mark_all(uow, entity)

    def note(self, uow: UnitOfWork, entity: str, after: int) -> tuple[int, int] | None:
        """Note what is compared of the next records; return the last of them and how many there were, None at the end."""
        values = self.values(uow.catalog, entity)
        found = values.after(uow, after, NOTED_AT_ONCE)
        if not found:
            return None
        version = values.version
        digests = {record: _signed(digest(version, one)) for record, one in found.items()}
        write_marks(uow, entity, digests, {record: keys(values.clues, one) for record, one in found.items()})
        return max(found), len(found)

    def sight(self, uow: UnitOfWork, entity: str) -> Sight:
        """Return what comparing needs to know of all records."""
        return Sight(
            values=self.values(uow.catalog, entity),
            records=counts(uow, entity)[0],
            words=often(uow, entity, 1, words=True),
            crowds=often(uow, entity, MOST, words=False),
        )

    def compare(self, uow: UnitOfWork, entity: str, sight: Sight) -> int:
        """Compare the next records that wait for it and keep the pairs; return how many there were."""
        anchors = waiting(uow, entity, COMPARED_AT_ONCE)
        if not anchors:
            return 0
        by_key: dict[int, list[int]] = defaultdict(list)
        for record, key in keys_of(uow, entity, anchors):
            if key not in sight.crowds:
                by_key[key].append(record)
        held: dict[int, list[int]] = defaultdict(list)
        for key, record in holders(uow, entity, list(by_key)):
            held[key].append(record)
        others = {record for found in held.values() for record in found}
        later = still_waiting(uow, entity, list(others))
        wanted = set(_pairs(by_key, held, later))
        records = self._load(uow, sight, {*anchors, *(one for two in wanted for one in two)})
        scoring = _scoring(sight, held)
        found: dict[Pair, tuple[int, list[dict[str, object]]]] = {}
        for left, right in wanted:
            if left in records and right in records:
                score, reasons = scoring.score(records[left], records[right])
                if score >= THRESHOLD:
                    found[left, right] = score, list(map(_told, reasons))
        write_pairs(uow, entity, anchors, later, found)
        compared(uow, entity, anchors)
        return len(anchors)

    @staticmethod
    def _load(uow: UnitOfWork, sight: Sight, wanted: set[int]) -> Mapping[int, Compared]:
        missing = [record for record in wanted if record not in sight.kept]
        if len(sight.kept) + len(missing) > KEPT:
            sight.kept.clear()
            missing = list(wanted)
        if missing:
            sight.kept.update(sight.values.of(uow, missing))
        return sight.kept


def scanned(catalog: Catalog, entity: str) -> EntitySpec:
    """Return an entity whose document says what a scan compares; raise `NotFound` for others."""
    spec = catalog.entities.get(entity)
    if spec is None or spec.duplicates is None or not spec.duplicates.scan:
        raise NotFound
    return spec


def clue_fields(spec: EntitySpec) -> Iterator[tuple[str, str]]:
    """Yield the entity and name of each field that a scan looks at, those of lines with the list they are in."""
    assert spec.duplicates is not None  # it is scanned
    for name in (*(n for clue in spec.duplicates.scan for n in clue.of), *spec.duplicates.differ):
        first, _, rest = name.partition(".")
        yield spec.name, first
        if rest:
            yield str(spec.fields[first].option("of")), rest


def _pairs(
    by_key: Mapping[int, Sequence[int]], held: Mapping[int, Sequence[int]], later: set[int]
) -> Iterator[Pair]:
    """Yield who is compared with whom: two that both wait meet when the turn of the later one comes."""
    for key, anchors in by_key.items():
        for anchor in anchors:
            for other in held[key]:
                if other != anchor and (other < anchor or other not in later):
                    yield min(anchor, other), max(anchor, other)


def _scoring(sight: Sight, held: Mapping[int, Sequence[int]]) -> Scoring:
    def count(clue: str, value: str) -> int:
        key = value_key(clue, value)
        return sight.crowds.get(key) or len(held.get(key, ()))

    clues: Sequence[DuplicateClue] = sight.values.clues
    return Scoring(clues, sight.records, lambda key: sight.words.get(key, 1), count)


def _told(reason: Reason) -> dict[str, object]:
    return {**asdict(reason), "points": round(reason.points, 1)}


def _signed(value: int) -> int:
    """Return 64 bits as the database keeps them."""
    return value - 2**64 if value >= 2**63 else value
