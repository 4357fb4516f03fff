"""What a merge would do, what it did, and what taking it back did."""

from __future__ import annotations

from dataclasses import dataclass

from core.records.merge_values import FieldMerge


@dataclass(frozen=True, kw_only=True, slots=True)
class Follower:
    """How many records of an entity follow by a field, and how many of them the record that stays has already.

    ``entity`` is empty where the person may not see such records.
    """

    entity: str
    field: str
    count: int
    same: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class MergePlan:
    """What a merge would do, before anything is done: the fields that may be shown, and what follows."""

    winner: int
    losers: tuple[int, ...]
    fields: tuple[FieldMerge, ...]
    followers: tuple[Follower, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """What a merge did: its number, by which it is taken back, the record that stays, and what was there already."""

    id: int
    winner: int
    moved: int
    conflicts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmerged:
    """What taking a merge back did: the records that are there again, and fields that somebody has changed since."""

    restored: tuple[int, ...]
    kept: tuple[tuple[str, int, str], ...]
