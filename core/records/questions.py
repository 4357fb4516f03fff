"""Questions of readers on their way: what was read of one, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.records import cursor
from core.records.blanks import NONE, Blanks
from core.records.filters import Filter
from core.records.listing import Listing, Row, Shape
from core.records.query import Query
from core.records.way_by_way import Places


@dataclass(frozen=True, slots=True)
class Ready:
    """A question whose names are read: its shape, the constants of its filter, and what fills the blanks in it.

    ``by_way`` tells that its pages can be read way by way; see `core.records.way_by_way`.
    """

    shape: Shape
    wanted: Filter | None
    patterns: tuple[str, ...]
    limit: int
    blanks: Blanks | None = NONE
    by_way: bool = False
    listings: dict[tuple[tuple[bool, ...] | None, Places], Listing] = field(default_factory=dict)


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
