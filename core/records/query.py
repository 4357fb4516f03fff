"""`Query`: what a reader asks for, in names; and the limits that hold for everybody."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BadRequest

MAX_LIMIT = 200
MAX_SORTS = 5
MAX_FIELDS = 200
MAX_FILTER = 4096
MAX_CONDITIONS = 50
MAX_WORDS = 5
MAX_SEARCH = 200
MOST_COUNTED = 1000
"""Up to so many records a capped count tells exactly; one more says that there are more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A page of records of one entity.

    ``fields`` empty means every readable field that a list shows (all but nested lists); ``filter`` is an
    expression; ``sort`` holds names, ``-`` first for descending; ``search`` narrows to records one of whose search
    keys holds every word; ``trash`` asks for what was deleted instead. ``count`` asks for the exact total,
    with ``capped`` for one that ends at `MOST_COUNTED` and one more, whatever else is to be seen.
    ``granted`` names an action that must be granted on each record besides reading it, such as export.
    """

    fields: tuple[str, ...] = ()
    filter: str = ""
    sort: tuple[str, ...] = ()
    limit: int = 50
    cursor: str = ""
    count: bool = False
    capped: bool = False
    search: str = ""
    trash: bool = False
    granted: str = ""

    def check(self) -> None:
        """Refuse what is larger than anybody may ask for."""
        if not 0 <= self.limit <= MAX_LIMIT:
            raise BadRequest("limit is between 0 and {maximum}.", code="limit", maximum=MAX_LIMIT)
        if len(self.sort) > MAX_SORTS:
            raise BadRequest("At most {maximum} names in sort.", code="too_many", maximum=MAX_SORTS)
        if len(self.fields) > MAX_FIELDS:
            raise BadRequest("At most {maximum} fields.", code="too_many", maximum=MAX_FIELDS)
        if len(self.filter) > MAX_FILTER:
            raise BadRequest(
                "A filter has at most {maximum} characters.", code="too_long", maximum=MAX_FILTER
            )
        check_search(self.search)


EVERYTHING = Query()


def check_search(text: str) -> None:
    """Refuse a search that is longer than anybody types."""
    if len(text) > MAX_SEARCH:
        raise BadRequest("A search has at most {maximum} characters.", code="too_long", maximum=MAX_SEARCH)
