"""`Table`: the rows of an imported file, whatever kind it was: a header, and numbered rows below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

from core.exchange.limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS
from core.exchange.long_cells import continuations
from core.exchange.refusal import no_header, too_long_value, too_many_columns, too_many_rows
from core.fields import FieldRefused, PercentCell
from core.metadata.specs import Label

Cell: TypeAlias = (
    "str | int | float | bool | PercentCell | dt.date | dt.datetime | dt.time | dt.timedelta"
    " | bytes | FieldRefused | None"
)
Cells: TypeAlias = "Sequence[Cell]"
Row: TypeAlias = "tuple[int, Cells]"
"""The number that the spreadsheet shows, and the cells below the header's columns."""

LOOK = 10
"""Titles and empty lines may stand above the header, but no more than these."""


class _TooLong(Exception):
    """A cell holds more than it may; who reads its row says where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One sheet. ``raw`` gives its rows from the first on, as often as it is called; empty cells are None.

    Of a sheet of a program that is known, ``source`` is its name, ``label`` what people call it, and ``columns``
    what each of the columns is imported into.
    """

    sheets: tuple[str, ...]
    sheet: str
    header: tuple[str, ...]
    places: tuple[int, ...]
    header_row: int
    raw: Callable[[], Iterable[Cells]]
    source: str = ""
    label: Label = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Where the text of a place goes on that is too long for a cell of its sheet."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header that hold anything, checking their size."""
        count = 0
        for number, cells in enumerate(self.raw(), start=1):
            if number <= self.header_row:
                continue
            try:
                row = tuple(
                    _cell(self._whole(cells, place)) if place < len(cells) else None for place in self.places
                )
            except _TooLong:
                raise too_long_value(MAX_CELL, number, self._first_too_long(cells)) from None
            if any(cell is not None for cell in row):
                count += 1
                if count > MAX_ROWS:
                    raise too_many_rows(MAX_ROWS)
                yield number, row

    def _first_too_long(self, cells: Cells) -> str:
        """Return the header of the first cell of a row that is too long."""
        for name, place in zip(self.header, self.places, strict=True):
            if (
                place < len(cells)
                and isinstance(cell := self._whole(cells, place), str)
                and len(cell) > MAX_CELL
            ):
                return name
        return ""

    def _whole(self, cells: Cells, place: int) -> Cell:
        cell = cells[place]
        if place in self.further and isinstance(cell, str):
            cell += "".join(
                part
                for one in self.further[place]
                if one < len(cells) and isinstance(part := cells[one], str)
            )
        return cell

    def about(self) -> int:
        """Return how many rows there are, counting without a closer look: good enough to show progress by."""
        return max(sum(1 for cells in self.raw() if any(cells)) - 1, 0)


def make_table(sheets: Sequence[str], sheet: str, raw: Callable[[], Iterable[Cells]]) -> Table:
    """Find the header of a sheet and name its columns."""
    first = [[_short(cell) for cell in row] for row in islice(raw(), LOOK)]
    header_row = _header_row(first)
    cells = first[header_row - 1] if first else ()
    width = max((len(row) for row in first), default=0)
    if width > MAX_COLUMNS:
        raise too_many_columns(MAX_COLUMNS)
    named = _named([_text(_cell(cell)) for cell in cells])
    if not named:
        raise no_header()
    further = {named[name]: places for name, places in continuations(named).items()}
    hidden = {place for places in further.values() for place in places}
    kept = {name: place for name, place in named.items() if place not in hidden}
    return Table(
        sheets=tuple(sheets),
        sheet=sheet,
        header=tuple(kept),
        places=tuple(kept.values()),
        header_row=header_row,
        raw=raw,
        further=further,
    )


def _header_row(first: Sequence[Cells]) -> int:
    """Return the number of the first row that is about as wide as any: a title above it is narrower."""
    filled = [sum(_cell(cell) is not None for cell in row) for row in first]
    most = max(filled, default=0)
    return next((number for number, count in enumerate(filled, start=1) if count and 2 * count >= most), 1)


def _named(texts: Sequence[str]) -> dict[str, int]:
    """Return a name of its own for each column that has a header, and where it stands."""
    names: dict[str, int] = {}
    for place, text in enumerate(texts):
        if not text:
            continue
        name, number = text, 1
        while name in names:
            number += 1
            name = f"{text} ({number})"
        names[name] = place
    return names


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else " ".join(str(cell).split())[:200]


def _short(cell: Cell) -> Cell:
    """Return a cell as the search for the header looks at it: what is too long there is told with its row later."""
    return cell[:MAX_CELL] if isinstance(cell, str) else cell


def _cell(cell: Cell) -> Cell:
    """Return a cell, None where it holds nothing but spaces."""
    if isinstance(cell, str):
        if len(cell) > MAX_CELL:
            raise _TooLong
        return cell if cell and not cell.isspace() else None
    return cell
