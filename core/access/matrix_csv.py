"""The matrix of rights as a text file: to be looked at in a spreadsheet, and to be compared with later."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from core.access.matrix import Cell, Reach
from core.errors import BadRequest
from core.i18n.formulas import guarded, unguarded

COLUMNS = ("role", "entity", "action", "field", "reach", "where")
_BOM = "\ufeff"
_REACHES: Mapping[str, Reach] = {"all": "all", "some": "some"}


def write(cells: Iterable[Cell]) -> Iterator[str]:
    """Yield the lines of the file; names are those of the definitions, so that files of all readers compare."""
    yield _BOM + _line(COLUMNS)
    for cell in cells:
        yield _line((cell.role, cell.entity, cell.action, cell.field, cell.reach, cell.where))


def read(text: str) -> Iterator[Cell]:
    """Yield the cells of such a file, or refuse another one."""
    rows = csv.reader(io.StringIO(text.removeprefix(_BOM), newline=""))
    if tuple(next(rows, ())) != COLUMNS:
        raise BadRequest(
            "This is no file of rights: {known} are its columns.", code="no_matrix", known=COLUMNS
        )
    for row in rows:
        named = dict(zip(COLUMNS, map(unguarded, row), strict=False))
        reach = _REACHES.get(named.get("reach", ""))
        if len(row) != len(COLUMNS) or reach is None:
            raise BadRequest(
                "Line {number} of the file of rights is broken.", code="no_matrix", number=rows.line_num
            )
        yield Cell(
            role=named["role"],
            entity=named["entity"],
            action=named["action"],
            field=named["field"],
            reach=reach,
            where=named["where"],
        )


def _line(values: Iterable[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([guarded(value) for value in values])
    return buffer.getvalue()
