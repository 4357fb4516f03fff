"""What reading answers: pages, history entries, hits of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.metadata.specs import Json

Values = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some records in order; ``next`` continues after them, ``total`` is the exact count where it was asked for."""

    items: list[Values]
    next: str | None = None
    total: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One record found by its search keys."""

    entity: str
    id: int
    title: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryPart:
    """The part of a record that an entry of its history is about, by its title of today.

    ``list`` is the field of the record that shows it, if any; ``arrived`` tells that it came from another record.
    """

    entity: str
    id: int
    list: str | None
    title: str | None
    arrived: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEntry:
    """One change as this reader may know it: ``changes`` holds (before, after) of the fields readable today.

    ``part`` is None where the record itself was changed; ``transition`` is the step of a workflow that was taken;
    ``event`` tells what happened to the account of a person, to those who may know.
    """

    id: int
    at: datetime
    actor: int | None
    actor_name: str | None
    channel: str
    reason: str | None
    action: str
    changes: Mapping[str, tuple[Json, Json]]
    part: HistoryPart | None = None
    transition: str = ""
    event: Mapping[str, Json] = field(default_factory=dict)
