"""The columns of an export: one for most fields, two where a number needs its unit or a date its spelling."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from core.errors import BadRequest
from core.fields import FieldType, FieldTypes, MoneyCell
from core.i18n import Style, ascii_digits
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.columns import listed

Value: TypeAlias = object
Cell: TypeAlias = object

HIDDEN = frozenset({"version"})
"""Fields that a list reads for itself and nobody wants in a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportColumn:
    """A column: its header, the field it is read from, and its cell; ``sheet_only`` ones are left out of text files.

    ``number_format`` is how a workbook shows the cells, empty where it decides itself.
    """

    header: str
    field: FieldSpec
    cell: Callable[[Value], Cell]
    number_format: str = ""
    sheet_only: bool = False


def export_columns(
    entity: EntitySpec, fields: Iterable[str], readable: Container[str], types: FieldTypes, style: Style
) -> list[ExportColumn]:
    """Return the columns of these fields, or of all that a list shows; nested lists have no place in a cell."""
    names = tuple(fields) or tuple(name for name in listed(entity) if name in readable)
    unknown = next((name for name in names if name not in entity.fields or name not in readable), None)
    if unknown is not None:
        raise BadRequest("There is no field {name}.", code="unknown_field", name=unknown[:80])
    shown = [entity.fields[name] for name in names if name not in HIDDEN]
    return [
        column
        for field in shown
        if field.type != "list"
        for column in _columns(field, types.get(field.type), style)
    ]


def _columns(field: FieldSpec, kind: FieldType, style: Style) -> Iterator[ExportColumn]:
    label = style.label(field.label)

    def cell(value: Value) -> Cell:
        return kind.export(field, value, style)

    if field.type == "money":
        yield ExportColumn(header=label, field=field, cell=lambda value: _number(cell(value)))
        yield ExportColumn(
            header=f"{label}: {style._('Unit')}", field=field, cell=lambda value: _unit(cell(value))
        )
    elif field.type in ("date", "datetime"):
        own = style.calendar.sheet_format
        plain = "yyyy-mm-dd" if field.type == "date" else "yyyy-mm-dd hh:mm"
        yield ExportColumn(header=label, field=field, cell=cell, number_format=own or plain)
        if own:
            yield ExportColumn(
                header=f"{label} ({style._('as text')})",
                field=field,
                sheet_only=True,
                cell=lambda value: spelled(cell(value), style),
            )
    else:
        yield ExportColumn(header=label, field=field, cell=cell)


def spelled(cell: Cell, style: Style) -> Cell:
    """Return a date as text in the reader's calendar, in digits that every program reads."""
    match cell:
        case datetime():
            return ascii_digits(
                style.datetime_digits(cell if cell.tzinfo else cell.replace(tzinfo=style.zone))
            )
        case date():
            return ascii_digits(style.date_digits(cell))
        case _:
            return cell


def _number(cell: Cell) -> Cell:
    return cell.number if isinstance(cell, MoneyCell) else cell


def _unit(cell: Cell) -> Cell:
    return cell.unit if isinstance(cell, MoneyCell) else None
