"""The error file: the rows that were left out as they came, each with its reasons; it can be imported again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO

from openpyxl import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from core.exchange.outcome import DUPLICATE, ERROR, Note
from core.exchange.sheets import drop_drafts, header_cell, safe_row, save, sheet_title
from core.exchange.table import Cell, Table
from core.fields import FieldRefused
from core.i18n import Style
from core.kernel.disk import told_of_room

REASON = "Reason"
SHEETS: tuple[tuple[str, str], ...] = ((ERROR, "To correct"), (DUPLICATE, "There already"))


def _kept(cell: Cell) -> object:
    """Return a cell as it came; one that could not be read is told among the reasons."""
    return None if isinstance(cell, (FieldRefused, bytes)) else cell


def write_problem_file(table: Table, notes: Iterable[Note], style: Style) -> BytesIO:
    """Return a workbook with the rows to correct on its first sheet and the duplicates on its second."""
    by_row: Mapping[int, Note] = {note.row: note for note in notes}
    workbook, file = Workbook(write_only=True), BytesIO()
    try:
        with told_of_room():
            _write(workbook, table, by_row, style)
            save(workbook, file)
    except BaseException:
        drop_drafts(workbook)
        raise
    file.seek(0)
    return file


def _write(workbook: Workbook, table: Table, by_row: Mapping[int, Note], style: Style) -> None:
    sheets: dict[str, WriteOnlyWorksheet] = {}
    for outcome, title in SHEETS:
        sheet = sheets[outcome] = workbook.create_sheet(sheet_title(style._(title)))
        sheet.sheet_view.rightToLeft = style.dir == "rtl"
        sheet.freeze_panes = "A2"
        sheet.append([header_cell(sheet, name) for name in (*table.header, style._(REASON))])
    for number, cells in table.rows():
        note = by_row.get(number)
        if note is not None:
            sheet = sheets[note.outcome]
            sheet.append(safe_row(sheet, [*map(_kept, cells), note.reasons]))
