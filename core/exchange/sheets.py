"""Cells of workbooks that stay what they are: text is never a formula, and never holds what a file cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.writer.excel import ExcelWriter

from core.fields import PercentCell
from core.i18n.formulas import is_run
from core.kernel.disk import told_of_room

_NO_TITLE = re.compile(r"[\\/*?:\[\]\x00-\x1f]")
_TITLE_BEGINS = " '=+-@\uff1d\uff0b\uff0d\uff20"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Workbooks write letters as ``_x0041_``: text that looks like that says that it only looks like it."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

LONGEST = 32_767
"""Characters that a cell of a workbook holds."""

_TITLE = 31
"""Units of UTF-16 that the name of a sheet holds."""


def save(workbook: Workbook, file: IO[bytes]) -> None:
    """Write a workbook as it saves itself; its archive does not stay open where there is no room for it."""
    with told_of_room():
        archive = ZipFile(file, "w", ZIP_DEFLATED)
        try:
            ExcelWriter(workbook, archive).save()
        finally:
            with suppress(OSError, ValueError):  # what broke it is told already, and breaks its end as well
                archive.close()


def drop_drafts(workbook: Workbook) -> None:
    """Remove what was written of a workbook that comes to nothing: openpyxl has a file for each sheet, and would leave it."""
    for sheet in workbook.worksheets:
        writer = getattr(sheet, "_writer", None)
        if writer is not None:
            with suppress(Exception):  # it cannot be ended where there is no room, nor where it has ended
                sheet.close()
            with suppress(FileNotFoundError, ValueError):  # it has been removed
                writer.cleanup()


def safe_row(sheet: Any, cells: Iterable[object]) -> list[object]:
    """Return a row as it may be appended to a sheet."""
    return [_safe(sheet, cell) for cell in cells]


def _safe(sheet: Any, cell: object) -> object:
    if isinstance(cell, str):
        return text_cell(sheet, cell)
    if isinstance(cell, PercentCell):
        ratio = WriteOnlyCell(sheet, value=Decimal(cell))
        ratio.number_format = cell.number_format
        return ratio
    return cell


def text_cell(sheet: Any, text: str) -> Any:
    """Return text as a cell: it is never a formula or an error, not even after somebody has looked into the cell."""
    text = _ESCAPE.sub("_x005F_", _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))[:LONGEST]
    runs = is_run(text)
    if not runs and not text.startswith("#"):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    if runs:
        cell.quotePrefix = True
    return cell


def header_cell(sheet: Any, text: str) -> Any:
    """Return the name of a column as a cell."""
    cell = text_cell(sheet, text)
    cell = WriteOnlyCell(sheet, value=cell) if isinstance(cell, str) else cell
    cell.data_type = "s"
    cell.font = Font(bold=True)
    return cell


def sheet_title(title: str) -> str:
    """Return a title that a sheet may have."""
    plain = _NO_TITLE.sub(" ", _FORBIDDEN.sub(" ", title)).lstrip(_TITLE_BEGINS)
    while len(plain.encode("utf-16-le")) > 2 * _TITLE:
        plain = plain[:-1]
    return plain.strip(" '") or "Sheet"
