"""The columns of an export: one for most fields, two where a number needs its unit or a date its spelling."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from core.errors import BadRequest
from core.exchange.emptiness import NOTHING, has_mark
from core.exchange.line_text import write_lines
from core.exchange.targets import EMBEDDED, line_fields, lines_of
from core.fields import FieldType, FieldTypes, MoneyCell, PercentCell, typed_text
from core.fields.decimals import plain
from core.i18n import Style, ascii_digits
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.columns import listed

Value: TypeAlias = object
Cell: TypeAlias = object

EVERYTHING = ("*",)
"""As fields of an export: all that an import can take back, lines of lists included."""

HIDDEN = frozenset({"version"})
"""Fields that a list reads for itself and nobody wants in a file."""

_WIDTH, _WIDE = 14, 48
_WIDE_TYPES = frozenset({"long_text", "rich_text", "list"})


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

    @property
    def width(self) -> int:
        """The least width of the column in a workbook, in characters."""
        return _WIDE if self.field.type in _WIDE_TYPES else _WIDTH


def everything(entity: EntitySpec, catalog: Catalog) -> tuple[str, ...]:
    """Return the fields that hold what people have said of a record, and what is derived of it."""
    return tuple(
        field.name
        for field in entity.fields.values()
        if not field.system
        and field.type not in EMBEDDED
        and (field.type != "list" or lines_of(field, catalog) is not None)
    )


def export_columns(
    entity: EntitySpec,
    fields: Iterable[str],
    readable: Container[str],
    types: FieldTypes,
    style: Style,
    catalog: Catalog,
) -> list[ExportColumn]:
    """Return the columns of these fields, or of all that a list shows; of lists only those of parts have a place."""
    names = tuple(fields) or tuple(name for name in listed(entity) if name in readable)
    whole = names == EVERYTHING
    if whole:
        names = tuple(name for name in everything(entity, catalog) if name in readable)
    unknown = next((name for name in names if name not in entity.fields or name not in readable), None)
    if unknown is not None:
        raise BadRequest("There is no field {name}.", code="unknown_field", name=unknown[:80])
    shown = [entity.fields[name] for name in names if name not in HIDDEN]
    return [column for field in shown for column in _columns(field, types, style, catalog, whole=whole)]


def _columns(
    field: FieldSpec, types: FieldTypes, style: Style, catalog: Catalog, *, whole: bool
) -> Iterator[ExportColumn]:
    kind, label = types.get(field.type), style.label(field.label)
    cell = _reader(field, kind, style, whole=whole)
    if field.type == "list":
        lines = lines_of(field, catalog)
        if lines is not None:
            yield ExportColumn(
                header=label, field=field, cell=_lines_reader(field, lines, types, style, whole=whole)
            )
    elif field.type == "money":
        yield ExportColumn(
            header=label, field=field, cell=lambda value: _number(cell(value)), number_format="#,##0.####"
        )
        yield ExportColumn(
            header=f"{label}: {style._('Unit')}", field=field, cell=lambda value: _unit(cell(value))
        )
    elif field.type in ("date", "datetime"):
        yield from _moments(field, label, cell, style)
    else:
        yield ExportColumn(header=label, field=field, cell=cell)


def _moments(
    field: FieldSpec, label: str, cell: Callable[[Value], Cell], style: Style
) -> Iterator[ExportColumn]:
    calendar = style.calendar
    if field.type == "date":
        own, usual = calendar.sheet_format, "yyyy-mm-dd"
    else:
        own, usual = calendar.sheet_moment_format, "yyyy-mm-dd hh:mm"
    yield ExportColumn(header=label, field=field, cell=cell, number_format=own or usual)
    if own:
        yield ExportColumn(
            header=f"{label} ({style._('as text')})",
            field=field,
            sheet_only=True,
            cell=lambda value: spelled(cell(value), style),
        )


def _reader(field: FieldSpec, kind: FieldType, style: Style, *, whole: bool) -> Callable[[Value], Cell]:
    """Return the reading of a field's values as cells; ``whole`` ones lose nothing that an import could take back."""
    if whole and field.type == "rich_text":
        return lambda value: typed_text(str(value)) if value is not None else None
    empty = NOTHING if has_mark(field, kind) else None
    return lambda value: empty if value is None else kind.export(field, value, style)


def _lines_reader(
    field: FieldSpec, lines: EntitySpec, types: FieldTypes, style: Style, *, whole: bool
) -> Callable[[Value], Cell]:
    """Return the reading of a list's lines as one cell."""
    told = [
        (one, _reader(one, types.get(one.type), style, whole=whole), label)
        for one, label in zip(*_labelled(field, lines, style), strict=True)
    ]

    def read(value: Value) -> Cell:
        found = value if isinstance(value, (list, tuple)) else ()
        return write_lines([_line(line, told, style) for line in found if isinstance(line, Mapping)]) or None

    return read


def _labelled(field: FieldSpec, lines: EntitySpec, style: Style) -> tuple[Sequence[FieldSpec], Sequence[str]]:
    """Return the fields of a line with their labels; of two that are called alike each goes by its name."""
    parts = line_fields(field, lines)
    labels = [style.label(one.label) for one in parts]
    return parts, [
        one.name if labels.count(label) > 1 else label for one, label in zip(parts, labels, strict=True)
    ]


def _line(
    line: Mapping[str, object],
    told: Iterable[tuple[FieldSpec, Callable[[Value], Cell], str]],
    style: Style,
) -> list[tuple[str, str]]:
    written = []
    for field, read, label in told:
        value = line.get(field.name)
        # An answer that is there unasked is not worth telling.
        if field.name in line and not (value is False and field.default is False):
            text = plain_text(read(value), style)
            if text:
                written.append((label, text))
    return written


def plain_text(cell: Cell, style: Style) -> str:
    """Return a cell as text that is read again as what it was."""
    match cell:
        case None:
            return ""
        case bool():
            return style._("Yes") if cell else style._("No")
        case MoneyCell():
            return f"{plain(cell.number)} {cell.unit}"
        case PercentCell():
            return str(cell)
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(spelled(cell, style))


def spelled(cell: Cell, style: Style) -> Cell:
    """Return a date as text in the reader's calendar, in digits that every program reads."""
    match cell:
        case datetime():
            moment = cell if cell.tzinfo else cell.replace(tzinfo=style.zone)
            seconds = f":{moment:%S}" if moment.second else ""
            return ascii_digits(style.datetime_digits(moment)) + seconds
        case date():
            return ascii_digits(style.date_digits(cell))
        case _:
            return cell


def _number(cell: Cell) -> Cell:
    return cell.number if isinstance(cell, MoneyCell) else cell


def _unit(cell: Cell) -> Cell:
    return cell.unit if isinstance(cell, MoneyCell) else None
