"""`Change`: who does what to one record, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import Problem
from core.metadata.specs import EntitySpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One record's move from ``before`` to ``after``; both hold Python values by field name.

    ``action`` is create, update, delete or restore. ``before`` is empty for a new record.
    """

    entity: EntitySpec
    action: str
    id: int
    before: Mapping[str, object]
    after: Mapping[str, object]
    changed: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a write left behind: the record's id, its version, and which fields moved (none: nothing to do)."""

    id: int
    version: int
    changed: frozenset[str]


@dataclass(slots=True)
class Draft:
    """One record on its way through the write pipeline."""

    row: int
    id: int = 0
    version: int = 1
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    parsed: bool = False
    lists: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)
    links: dict[str, tuple[int, ...]] = field(default_factory=dict)
    links_before: dict[str, tuple[int, ...]] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        """True where nothing about the record itself, its links or its lists would move."""
        return not self.changed and not self.lists
