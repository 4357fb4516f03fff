"""From the rows of the driver to dictionaries: one reading with Python values, one for orjson."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from core.records.columns import Column, ReadAll
from core.records.sources import Sql

Special: TypeAlias = "tuple[str, ReadAll, tuple[int, ...]]"
"""A field that needs more than its first cell: its name, its reading, and where its cells lie."""


class RowReader:
    """Knows where in a row each field lies.

    The first cells of all fields come first and in order, so that one ``zip`` makes the dictionary; what needs
    more than its cell is put in its place afterwards.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.names = tuple(column.name for column in columns)
        self.cells: list[Sql] = [column.cells[0] for column in columns]
        self.places: dict[str, tuple[int, ...]] = {}
        self._values: list[Special] = []
        self._jsons: list[Special] = []
        self._blanks: list[tuple[str, int]] = []
        for place, column in enumerate(columns):
            taken = self.places[column.name] = self._take(place, column.cells[1:])
            if column.value is not None:
                self._values.append((column.name, column.value, taken))
            if column.json is not None:
                self._jsons.append((column.name, column.json, taken))

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

    def blank(self, name: str, shown: Sql) -> None:
        """Let a field be empty in rows where ``shown`` does not hold, whatever else its cells are used for."""
        self._blanks.append((name, self.add(shown)))

    def forget(self) -> None:
        """Drop the SQL of the cells once it is compiled: what is kept for long should be small."""
        self.cells = []

    def values(self, rows: Sequence[Sequence[Any]]) -> list[dict[str, object]]:
        """Return records with Python values."""
        return self._blanked(_read(self.names, self._values, rows), rows)

    def jsons(self, rows: Sequence[Sequence[Any]]) -> list[dict[str, object]]:
        """Return records as orjson writes them."""
        return self._blanked(_read(self.names, self._jsons, rows), rows)

    def _blanked(
        self, items: list[dict[str, object]], rows: Sequence[Sequence[Any]]
    ) -> list[dict[str, object]]:
        for name, place in self._blanks:
            for item, row in zip(items, rows, strict=True):
                if not row[place]:
                    item[name] = None
        return items


def _read(
    names: Sequence[str], special: Sequence[Special], rows: Sequence[Sequence[Any]]
) -> list[dict[str, object]]:
    # The row is longer than the names: what comes behind belongs to the special ones.
    items: list[dict[str, object]] = [dict(zip(names, row, strict=False)) for row in rows]
    for name, read, places in special:
        for item, value in zip(items, read(rows, places), strict=True):
            item[name] = value
    return items
