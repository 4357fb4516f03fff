"""Workbooks: checked, then read by calamine, which gives dates as dates and numbers as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core.exchange.percent_cells import Places, marked, percent_cells
from core.exchange.refusal import broken, no_header, refused
from core.exchange.safety import check_workbook
from core.exchange.table import Table, make_table


def read_workbook(file: BinaryIO, sheet: str = "") -> Table:
    """Return the rows of a sheet, by default of the first that is shown and holds anything."""
    check_workbook(file)
    workbook = _opened(file)
    sheets = [
        s.name
        for s in workbook.sheets_metadata
        if s.typ == SheetTypeEnum.WorkSheet and s.visible == SheetVisibleEnum.Visible
    ]
    if sheet and sheet not in sheets:
        raise refused("no_such_sheet", "The workbook has no sheet {name}.", name=sheet[:80])
    for name in (sheet,) if sheet else sheets:
        page = _guarded(workbook.get_sheet_by_name, name)
        if page.total_height:
            return _table(sheets, name, page, percent_cells(file, name))
    raise no_header()


def _table(sheets: Sequence[str], name: str, page: CalamineSheet, percents: Places) -> Table:
    # iter_rows begins with the first row of the sheet, be it empty, so that rows keep their numbers, and with the
    # first column that holds anything.
    first = page.start[1] if page.start else 0
    rows = partial(marked, page.iter_rows, percents, first) if percents else page.iter_rows
    return make_table(sheets, name, rows)


def _opened(file: BinaryIO) -> CalamineWorkbook:
    opened: CalamineWorkbook = _guarded(CalamineWorkbook.from_filelike, file)
    return opened


def _guarded(call: Any, *arguments: Any) -> Any:
    """Call the reader; whatever it stumbles over means that the workbook is damaged."""
    try:
        return call(*arguments)
    except (CalamineError, ValueError, OSError) as failure:
        raise broken() from failure
    except BaseException as failure:
        # A panic of the library is no Exception; it says as little as that about the rest of the process.
        if type(failure).__name__ == "PanicException":
            raise broken() from failure
        raise
