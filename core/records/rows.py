"""From the rows of the driver to dictionaries: one reading with Python values, one for orjson."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from core.records.columns import Column, Read
from core.records.sources import Sql


class RowReader:
    """Knows where in a row each field lies.

    The first cells of all fields come first and in order, so that one ``zip`` makes the dictionary; what needs
    more than its cell is put in its place afterwards.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.names = tuple(column.name for column in columns)
        self.cells: list[Sql] = [column.cells[0] for column in columns]
        self.places: dict[str, tuple[int, ...]] = {}
        self._values: list[tuple[str, Read]] = []
        self._jsons: list[tuple[str, Read]] = []
        for place, column in enumerate(columns):
            taken = self.places[column.name] = self._take(place, column.cells[1:])
            if column.value is not None:
                self._values.append((column.name, _picked(taken, column.value)))
            if column.json is not None:
                self._jsons.append((column.name, _picked(taken, column.json)))

    def _take(self, place: int, rest: Iterable[Sql]) -> tuple[int, ...]:
        return (place, *[self.add(cell) for cell in rest])

    def add(self, cell: Sql) -> int:
        """Put one more cell at the end of the row; return its place."""
        self.cells.append(cell)
        return len(self.cells) - 1

    def place(self, name: str, cell: Sql, index: int = 0) -> int:
        """Return where a cell of a field lies, putting it at the end where the field is not among those read."""
        places = self.places.get(name)
        return self.add(cell) if places is None else places[index]

    def forget(self) -> None:
        """Drop the SQL of the cells once it is compiled: what is kept for long should be small."""
        self.cells = []

    def values(self, rows: Iterable[Sequence[Any]]) -> list[dict[str, object]]:
        """Return records with Python values."""
        return _read(self.names, self._values, rows)

    def jsons(self, rows: Iterable[Sequence[Any]]) -> list[dict[str, object]]:
        """Return records as orjson writes them."""
        return _read(self.names, self._jsons, rows)


def _read(
    names: Sequence[str], special: Sequence[tuple[str, Read]], rows: Iterable[Sequence[Any]]
) -> list[dict[str, object]]:
    found = []
    for row in rows:
        # The row is longer than the names: what comes behind belongs to the special ones.
        item: dict[str, object] = dict(zip(names, row, strict=False))
        for name, read in special:
            item[name] = read(row)
        found.append(item)
    return found


def _picked(places: Sequence[int], read: Read) -> Read:
    if len(places) == 1:
        (place,) = places
        return lambda row: read((row[place],))
    pick = itemgetter(*places)
    return lambda row: read(pick(row))
