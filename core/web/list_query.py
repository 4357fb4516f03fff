"""The address of a list ↔ what it asks for: the whole state of a collection is in its URL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from core.expressions import unparse
from core.expressions.nodes import and_all
from core.fields import FieldTypes, LoadContext
from core.metadata.specs import EntitySpec
from core.records.query import Query
from core.views import ListView
from core.web.chips import Chip, condition_of, field_of, read_chip
from core.web.where_filters import expanded

PAGE = 80
PAIRS = 4096
"""Names with values of which the written form is kept."""

NAMED = (
    ("q", "search"),
    ("view", "named"),
    ("where", "where"),
    ("sort", "sort"),
    ("cols", "columns"),
    ("group", "group"),
    ("saved", "saved"),
    ("on", "on"),
    ("span", "span"),
    ("cursor", "cursor"),
    ("trash", "trash"),
)
"""What stands once in an address, by the name that it has there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListState:
    """What a collection shows, whatever kind of view shows it.

    ``named`` is a ready filter of the view, ``chips`` are plain filters, ``where`` an expression; ``group`` is what
    the rows are grouped by, ``open`` are the groups that stand open; ``saved`` is the id of the saved view it came from.
    ``on`` is a day of the time that a calendar shows, ``span`` how long that time is.
    """

    search: str = ""
    named: str = ""
    chips: tuple[Chip, ...] = ()
    where: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""
    open: tuple[str, ...] = ()
    saved: str = ""
    on: str = ""
    span: str = ""
    cursor: str = ""
    trash: bool = False

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> ListState:
        """Read the state from an address; what makes no sense is left out."""
        chips = tuple(chip for text in args.getlist("f") if (chip := read_chip(text)) is not None)
        return cls(
            search=args.get("q", "").strip(),
            named=args.get("view", ""),
            chips=chips,
            where=args.get("where", "").strip(),
            sort=args.get("sort", ""),
            columns=tuple(name for name in args.get("cols", "").split(",") if name),
            group=args.get("group", ""),
            open=tuple(dict.fromkeys(args.getlist("open"))),
            saved=args.get("saved", ""),
            on=args.get("on", ""),
            span=args.get("span", ""),
            cursor=args.get("cursor", ""),
            trash=args.get("trash") == "1",
        )

    def pairs(self, **changes: Any) -> Iterator[tuple[str, str]]:
        """Yield names and values of the address, with changes; what says nothing is left out."""
        yield from (("f", str(chip)) for chip in changes.get("chips", self.chips))
        for name, of in NAMED:
            value = changes[of] if of in changes else getattr(self, of)
            told = value if isinstance(value, str) else _told(value)
            if told:
                yield name, told
        yield from (("open", key) for key in changes.get("open", self.open))

    def address(self, **changes: Any) -> str:
        """Return the query string of this state with changes; a changed question starts on its first page."""
        changes.setdefault("cursor", "")
        return "?" + "&".join([_written(*pair) for pair in self.pairs(**changes)])

    def without(self, chip: Chip) -> str:
        """Return the address without one filter."""
        return self.address(chips=tuple(c for c in self.chips if c != chip))

    @property
    def narrows(self) -> bool:
        """True where the state leaves records out."""
        return bool(self.search or self.named or self.chips or self.where)


def filter_text(
    state: ListState, view: ListView, entity: EntitySpec, types: FieldTypes, context: LoadContext
) -> str:
    """Return the expression of ready filter, chips and ``where``; a value that cannot be read raises `BadRequest`."""
    parts = [f"({f.where})" for f in view.filters if f.name == state.named and f.where]
    conditions = [condition_of(chip, field_of(chip, view, entity), types, context) for chip in state.chips]
    if conditions:
        parts.append(unparse(and_all(conditions)))
    if state.where:
        parts.append(f"({expanded(state.where, entity, context)})")
    return " and ".join(parts)


def build_query(
    state: ListState,
    view: ListView,
    entity: EntitySpec,
    columns: Sequence[str],
    types: FieldTypes,
    context: LoadContext,
) -> Query:
    """Return the question behind a list; a value that cannot be read raises `BadRequest`."""
    sort = (state.sort,) if state.sort else view.sort
    title = (entity.title,) if entity.title in view.known else ()
    return Query(
        fields=tuple(dict.fromkeys(("id", "version", *columns, *title))),
        filter=filter_text(state, view, entity, types, context),
        sort=sort,
        limit=PAGE,
        cursor=state.cursor,
        search=state.search,
        trash=state.trash,
    )


def _told(value: tuple[str, ...] | bool) -> str:
    """Return columns, or whether it is the trash, as an address holds them."""
    return ",".join(value) if isinstance(value, tuple) else "1" if value else ""


@lru_cache(PAIRS)
def _written(name: str, value: str) -> str:
    """Return a name and its value as an address holds them; a page writes the same ones dozens of times."""
    return urlencode(((name, value),))
