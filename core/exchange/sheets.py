"""Cells of workbooks that stay what they are: text is never a formula, and never holds what a file cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from openpyxl.cell import WriteOnlyCell

_NO_TITLE = re.compile(r"[\\/*?:\[\]\x00-\x1f]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

LONGEST = 32_767
"""Characters that a cell of a workbook holds."""


def safe_row(sheet: Any, cells: Iterable[object]) -> list[object]:
    """Return a row as it may be appended to a sheet."""
    return [_text(sheet, cell) if isinstance(cell, str) else cell for cell in cells]


def _text(sheet: Any, text: str) -> object:
    text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST]
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def sheet_title(title: str) -> str:
    """Return a title that a sheet may have."""
    return _NO_TITLE.sub(" ", title).strip(" '")[:31] or "Sheet"
