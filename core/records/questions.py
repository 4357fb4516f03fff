"""Questions of readers on their way: what was read of one, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.records import cursor
from core.records.blanks import NONE, Blanks
from core.records.filters import Filter
from core.records.listing import Listing, Row, Shape
from core.records.query import Query


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A question whose names are read: its shape, the constants of its filter, and what fills the blanks in it."""

    shape: Shape
    wanted: Filter | None
    patterns: tuple[str, ...]
    limit: int
    blanks: Blanks | None = NONE
    listings: dict[tuple[bool, ...] | None, Listing] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The rows of a question, still as the driver gave them."""

    listing: Listing
    rows: Sequence[Row]
    next: str | None
    total: int | None


def question(entity: str, query: Query) -> bytes:
    """Return what the cursors of a question are bound to."""
    return cursor.digest(entity, query.filter, query.sort, query.search, query.trash)
