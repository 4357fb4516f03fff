"""Workbooks: numbers as numbers, dates as dates in the reader's calendar, text as text, in the reader's direction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core.exchange.export_columns import ExportColumn, spelled
from core.exchange.sheets import safe_row, sheet_title
from core.i18n import Style

_PIECE = 2**16
_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets count days wrongly before this one, and not at all before 1900."""

_WIDTH = 18


def write_workbook(
    title: str, columns: Sequence[ExportColumn], rows: Iterable[Mapping[str, object]], style: Style
) -> Iterator[bytes]:
    """Yield a workbook; it is written to a file of its own first, because its directory stands at the end."""
    with TemporaryFile() as file:
        _write(file, title, columns, rows, style)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(
    file: IO[bytes],
    title: str,
    columns: Sequence[ExportColumn],
    rows: Iterable[Mapping[str, object]],
    style: Style,
) -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(sheet_title(title))
    sheet.sheet_view.rightToLeft = style.dir == "rtl"
    sheet.freeze_panes = "A2"
    for number in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    sheet.append([_header(sheet, column.header) for column in columns])
    for row in rows:
        sheet.append(safe_row(sheet, [_cell(sheet, column, row, style) for column in columns]))
    workbook.save(file)


def _header(sheet: Any, text: str) -> object:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, column: ExportColumn, row: Mapping[str, object], style: Style) -> object:
    value = column.cell(row[column.field.name])
    if not isinstance(value, date):
        return value
    day = value.date() if isinstance(value, datetime) else value
    if day < _FIRST_DAY:
        return spelled(value, style)
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = column.number_format
    return cell
