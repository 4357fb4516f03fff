"""Sheets of programs that a module knows, and kinds of files of its own: their rows under the columns it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from core.contributions import FileFormat, ImportSource
from core.exchange.table import Cells, Table


def rewritten(table: Table, source: ImportSource) -> Table:
    """Return the table with its rows brought to the columns of the source; rows keep their numbers."""
    header = tuple(source.columns)

    def raw() -> Iterator[Cells]:
        for number, cells in enumerate(table.raw(), start=1):
            if number <= table.header_row:
                yield cells
                continue
            row = {
                name: cells[place]
                for name, place in zip(table.header, table.places, strict=True)
                if place < len(cells) and _holds(cells[place])
            }
            yield _placed(source.read(row), header) if row else ()

    return replace(
        table,
        header=header,
        places=tuple(range(len(header))),
        raw=raw,
        source=source.name,
        label=source.label,
        columns=source.columns,
    )


def read_format(format_: FileFormat, text: str, name: str) -> Table:
    """Return the records of a file as rows, numbered from one."""
    header = tuple(format_.columns)

    def raw() -> Iterable[Cells]:
        assert format_.read is not None  # such a kind is never found
        return (_placed(row, header) for row in format_.read(text))

    return Table(
        sheets=(name,),
        sheet=name,
        header=header,
        places=tuple(range(len(header))),
        header_row=0,
        raw=raw,
        source=format_.name,
        label=format_.label,
        columns=format_.columns,
    )


def _placed(row: Mapping[str, Any], header: tuple[str, ...]) -> Cells:
    return tuple(row.get(name) for name in header)


def _holds(cell: object) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())
