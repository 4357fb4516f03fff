"""Text files that spreadsheets open as they should: with a mark of their encoding, and without formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from core.exchange.export_columns import ExportColumn, plain_text
from core.i18n import Style
from core.i18n.formulas import guarded

CSV = "text/csv"
_BOM = "\ufeff"
_ROWS = 200


def write_csv(
    columns: Sequence[ExportColumn], rows: Iterable[Mapping[str, object]], style: Style
) -> Iterator[bytes]:
    """Yield the file in pieces of some rows each."""
    kept = [column for column in columns if not column.sheet_only]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write(_BOM)
    writer.writerow([guarded(column.header) for column in kept])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_written(column.cell(row[column.field.name]), style) for column in kept])
        if number % _ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _written(cell: object, style: Style) -> str:
    text = plain_text(cell, style)
    return text if isinstance(cell, (Decimal, int, float)) else guarded(text)


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
