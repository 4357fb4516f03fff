"""Workbooks: numbers as numbers, dates as dates in the reader's calendar, text as text, in the reader's direction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from core.exchange.export_columns import ExportColumn, spelled
from core.exchange.long_cells import continued, pieces
from core.exchange.sheets import drop_drafts, header_cell, safe_row, save, sheet_title
from core.i18n import Style
from core.kernel.disk import told_of_room

_PIECE = 2**16
_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets count days wrongly before this one, and not at all before 1900."""

_ROOM = 4
"""Characters of a column beside those of its header: room for the arrow of the filter."""

Rows = Callable[[], Iterable[Mapping[str, object]]]


class _Longer(Exception):
    """Raised where a text needs more cells than its column has."""

    def __init__(self, place: int, cells: int) -> None:
        super().__init__(place, cells)
        self.place, self.cells = place, cells


def write_workbook(title: str, columns: Sequence[ExportColumn], rows: Rows, style: Style) -> Iterator[bytes]:
    """Yield a workbook; it is written to a file of its own first, because its directory stands at the end.

    ``rows`` gives the rows anew each time: a text that fits into no cell gets further columns, and for these the sheet
    is begun again.
    """
    spread = [1] * len(columns)
    while True:
        with told_of_room(), TemporaryFile() as file:
            try:
                _write(file, title, columns, rows(), style, spread)
            except _Longer as longer:
                spread[longer.place] = longer.cells
                continue
            file.seek(0)
            while piece := file.read(_PIECE):
                yield piece
            return


def _write(
    file: IO[bytes],
    title: str,
    columns: Sequence[ExportColumn],
    rows: Iterable[Mapping[str, object]],
    style: Style,
    spread: Sequence[int],
) -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(sheet_title(title))
    sheet.sheet_view.rightToLeft = style.dir == "rtl"
    sheet.freeze_panes = "A2"
    heads = [
        (continued(column.header, part), column.width)
        for column, cells in zip(columns, spread, strict=True)
        for part in range(1, cells + 1)
    ]
    for number, (text, width) in enumerate(heads, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(width, min(len(text) + _ROOM, 40))
    last = 1
    try:
        sheet.append([header_cell(sheet, text) for text, _ in heads])
        for row in rows:
            last += 1
            sheet.append(safe_row(sheet, _cells(sheet, columns, row, style, spread)))
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{last}"
        save(workbook, file)
    except BaseException:
        drop_drafts(workbook)
        raise


def _cells(
    sheet: Any,
    columns: Sequence[ExportColumn],
    row: Mapping[str, object],
    style: Style,
    spread: Sequence[int],
) -> Iterator[object]:
    for place, (column, cells) in enumerate(zip(columns, spread, strict=True)):
        cell = _cell(sheet, column, column.cell(row[column.field.name]), style)
        parts: Sequence[object] = pieces(cell) if isinstance(cell, str) else (cell,)
        if len(parts) > cells:
            raise _Longer(place, len(parts))
        yield from parts
        yield from [None] * (cells - len(parts))


def _cell(sheet: Any, column: ExportColumn, value: object, style: Style) -> object:
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if day < _FIRST_DAY:
            return spelled(value, style)
    if not column.number_format or value is None or isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = column.number_format
    return cell
