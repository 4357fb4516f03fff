"""Which cells of a workbook are shown as percent: what is read of them is the ratio, and says nothing of how it looks.

A cell that shows 12.5% holds 0.125, and so does one that shows 0.125: only its format tells them apart.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, TypeAlias

from core.exchange.measuring import XmlGuard, cell_place, row_number
from core.exchange.table import Cells
from core.fields import PercentCell

Places: TypeAlias = "Mapping[int, frozenset[int]]"
"""The columns of percent by the number of their row; columns count from nothing, rows from one."""

_BUILT_IN = frozenset({9, 10})
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""What a format writes as it stands: a percent sign in it multiplies nothing."""

_CHUNK = 2**16
_STYLES, _BOOK, _RELATIONS = "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def percent_cells(file: BinaryIO, sheet: str) -> Places:
    """Return where a checked workbook shows percent on a sheet; its cells are looked at only where any style does."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        names = {entry.filename.lower(): entry.filename for entry in archive.infolist()}
        styles = _Styles()
        _feed(archive, names.get(_STYLES), styles)
        part = _part(archive, names, sheet) if styles.percent else None
        found = _Sheet(styles.percent)
        _feed(archive, names.get(part.lower()) if part else None, found)
    return found.places()


def marked(rows: Callable[[], Iterable[Cells]], places: Places, first: int) -> Iterator[Cells]:
    """Yield the rows of a sheet with their cells of percent as such; ``first`` is the column they begin with."""
    for number, cells in enumerate(rows(), start=1):
        columns = places.get(number)
        yield (
            cells
            if columns is None
            else [
                _percent(cell) if place in columns else cell for place, cell in enumerate(cells, start=first)
            ]
        )


def _percent(cell: Any) -> Any:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return cell
    # A spreadsheet keeps 15 digits; what comes behind is its arithmetic, not what was entered.
    return PercentCell(f"{cell:.15g}")


def _feed(archive: zipfile.ZipFile, name: str | None, reader: XmlGuard) -> None:
    if name is None:
        return
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            reader.feed(chunk)
    reader.finish()


def _part(archive: zipfile.ZipFile, names: Mapping[str, str], sheet: str) -> str | None:
    """Return the part that holds a sheet."""
    book, relations = _Elements("sheet"), _Elements("Relationship")
    _feed(archive, names.get(_BOOK), book)
    _feed(archive, names.get(_RELATIONS), relations)
    wanted = next((one for one in book.found if one.get("name") == sheet), {})
    number = next((value for name, value in wanted.items() if name.rpartition(":")[2] == "id"), "")
    target = next((one.get("Target", "") for one in relations.found if one.get("Id") == number), "")
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") if target else None


class _Elements(XmlGuard):
    """Gathers the attributes of the elements of one name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.found: list[Mapping[str, str]] = []
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == self._name:
            self.found.append(attributes)


class _Styles(XmlGuard):
    """Finds the styles of cells that show percent."""

    def __init__(self) -> None:
        super().__init__()
        self.percent: set[str] = set()
        self._formats = {str(number) for number in _BUILT_IN}
        self._number = -1
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "numFmt" and "%" in _QUOTED.sub("", attributes.get("formatCode", "")):
            self._formats.add(attributes.get("numFmtId", ""))
        elif local == "cellXfs":
            self._number = 0
        elif local == "xf" and self._number >= 0:
            if attributes.get("numFmtId") in self._formats:
                self.percent.add(str(self._number))
            self._number += 1

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            self._number = -1


class _Sheet(XmlGuard):
    """Finds the cells of some styles."""

    def __init__(self, styles: set[str]) -> None:
        super().__init__()
        self._styles = styles
        self._row = self._column = 0
        self._columns: set[int] = set()
        self._found: dict[int, frozenset[int]] = {}
        self._same: dict[frozenset[int], frozenset[int]] = {}
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self._close()
            self._row, self._column = row_number(attributes.get("r"), self._row + 1), 0
        elif local == "c":
            self._column += 1
            if "r" in attributes:
                self._row, self._column = cell_place(attributes["r"])
            if attributes.get("s") in self._styles:
                self._columns.add(self._column - 1)

    def _close(self) -> None:
        """Keep the columns of a row; most rows have the same."""
        if self._columns:
            columns = frozenset(self._columns)
            self._found[self._row] = self._same.setdefault(columns, columns)
            self._columns.clear()

    def places(self) -> Places:
        """Return what was found."""
        self._close()
        return self._found
