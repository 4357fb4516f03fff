"""`Change`: who does what to one record, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import Problem
from core.metadata.specs import EntitySpec

if TYPE_CHECKING:
    from core.records.lines import Arranged
    from core.records.view import RecordView


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One record's move from ``before`` to ``after``; both hold Python values by field name.

    ``action`` is create, update, delete or restore. ``before`` is empty for a new record. ``transition`` is the name of
    the step of a workflow by which an update moved the state, empty where it did not. ``links`` holds, of the fields
    of links that are written, the ids before and after. ``elevated`` is the reason where it is written with all rights,
    as what follows from something else: a merge, the way to the trash and back.
    """

    entity: EntitySpec
    action: str
    id: int
    before: Mapping[str, object]
    after: Mapping[str, object]
    changed: frozenset[str]
    transition: str = ""
    links: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)
    elevated: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a write left behind: the record's id, its version, and which fields moved (none: nothing to do)."""

    id: int
    version: int
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list with its values, and with the lines of its own lists where those are known."""

    values: Mapping[str, object]
    lines: Mapping[str, Sequence[Line]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A list before a write, and as it will be after it; None where that is written already."""

    before: Sequence[Line]
    after: Sequence[Line] | None


@dataclass(slots=True)
class Draft:
    """One record on its way through the write pipeline.

    ``transition`` is the step that it takes, ``moving`` the workflow in which it takes it, ``filled`` what
    the workflow fills by itself. ``foreseen`` are those of its ``lists`` into which a condition looks, ``arranged`` what
    is to be done with their lines, and ``whole`` is the record whose line this one is, by the field that refers to it.
    """

    row: int
    id: int = 0
    version: int = 1
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    parsed: bool = False
    lists: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)
    foreseen: dict[str, Foreseen] = field(default_factory=dict)
    arranged: dict[str, Arranged] = field(default_factory=dict)
    whole: tuple[str, RecordView] | None = None
    links: dict[str, tuple[int, ...]] = field(default_factory=dict)
    links_before: dict[str, tuple[int, ...]] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    notes: dict[str, object] = field(default_factory=dict)
    transition: str = ""
    moving: str = ""
    filled: frozenset[str] = frozenset()
    reason: str | None = None

    @property
    def idle(self) -> bool:
        """True where nothing about the record itself, its links or its lists would move, and no step is taken."""
        return not (self.changed or self.lists or self.transition)
