"""From the cells of a row to the values of a record: each cell as its field's type reads it, for this reader."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from core.errors import Problem
from core.exchange.amounts import AmountReader
from core.exchange.duplicates import Keys
from core.exchange.emptiness import has_mark, is_mark
from core.exchange.line_reading import LineReader
from core.exchange.mapping import Assignment
from core.exchange.references import Named, References
from core.exchange.table import Cell, Cells
from core.exchange.targets import EMBEDDED, EXTERNAL_ID, RECORD_ID, UNIT, Target
from core.fields import FieldRefused, FieldType, FieldTypes, LoadContext
from core.fields.text import cell_text
from core.i18n import ascii_digits
from core.kernel.values import Ref
from core.metadata.catalog import Catalog
from core.metadata.documents import canonical
from core.metadata.specs import EntitySpec, FieldSpec, ImportColumn, Json

_DATES = frozenset({"date", "datetime"})
_WORDS = frozenset({"boolean", "choice", "multi_choice"})
"""Types whose values are words, which each language has its own for."""

_PART = re.compile('[ \t]*"((?:[^"]|"")+)"[ \t]*(?=$|[,;|\n\u060c\u061b])|([^,;|\n\u060c\u061b]+)')
"""One of several records in one cell: in quotation marks, or up to what stands between them."""

_DIVIDED = re.compile(r":::|[\n,;\u060c\u061b]")
"""What stands between several values in one cell, such as the numbers of a person."""

Parse = Callable[[Cell], object]

_REMEMBERED = 4096
"""So many texts of a column are remembered with what they mean: towns, kinds and people come again and again."""

_LONGEST_ID = 255
_MOST_VALUES = 100
_UNKNOWN = object()
LineKey = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class ReadRow:
    """A row on its way: what it says of a record, what is wrong with it, and by what it is recognised.

    ``named`` are references still to be looked up, each with where it goes: the values (or the line) and the field.
    ``keys`` are the values by which it is recognised, ``compared`` what is compared of them.
    """

    number: int
    values: dict[str, object] = field(default_factory=dict)
    lines: dict[LineKey, dict[str, object]] = field(default_factory=dict)
    keys: dict[str, object] = field(default_factory=dict)
    named: list[tuple[dict[str, object], Assignment, tuple[Named, ...]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    compared: Keys = field(default_factory=dict)

    def names(self) -> Iterator[Named]:
        """Yield the records that its cells name."""
        for _, _, several in self.named:
            yield from several

    def record(self) -> dict[str, object]:
        """Return the values as `core.records` takes them, lines in their lists."""
        lists: dict[str, list[Mapping[str, object]]] = {}
        for (into, _fixed), line in self.lines.items():
            lists.setdefault(into, []).append(line)
        return {**self.values, **{name: tuple(lines) for name, lines in lists.items()}}


class RowReader:
    """Reads the rows of one import."""

    def __init__(
        self,
        entity: EntitySpec,
        catalog: Catalog,
        types: FieldTypes,
        assignments: Sequence[Assignment],
        contexts: Sequence[LoadContext],
        references: References,
        keys: frozenset[str],
        parts: Mapping[str, Mapping[str, Target]],
        tongues: Sequence[LoadContext],
    ) -> None:
        self._entity = entity
        self._catalog = catalog
        self._types = types
        self._contexts = contexts
        self._references = references
        self._keys = keys
        self._tongues = tongues
        self._fixed: dict[str, Mapping[str, object]] = {}
        units = {a.target.spec.name: a.place for a in assignments if a.target.part == UNIT}
        self._units = units
        self._columns = [
            (a, _remembering(self._parser(a)), a.target.spec.name in units)
            for a in assignments
            if a.target.part != UNIT and a.target.path not in parts
        ]
        self._lists = [
            (a, LineReader(a, parts[a.target.path], self._parser, types))
            for a in assignments
            if a.target.path in parts
        ]
        self._marked = frozenset(
            a.place
            for a in assignments
            if a.target.store is a.target.spec
            and not a.target.line
            and has_mark(a.target.spec, types.get(a.target.spec.type))
        )

    def read(self, number: int, cells: Cells) -> ReadRow:
        """Return what a row says; problems carry the header of their column."""
        row = ReadRow(number=number)
        for assignment, parse, has_unit in self._columns:
            cell = cells[assignment.place]
            if cell is None:
                continue
            if isinstance(cell, FieldRefused):
                row.problems.append(cell.problem(assignment.header))
                continue
            if assignment.place in self._marked and is_mark(cell):
                row.values[assignment.target.store.name] = None
                continue
            try:
                seen: list[object] = []
                for one in _values(assignment, cell):
                    value = self._amount(assignment, one, cells) if has_unit else parse(one)
                    if value is not None and value not in seen:
                        self._put(row, assignment, one, value, len(seen))
                        seen.append(value)
            except FieldRefused as refused:
                row.problems.append(refused.problem(assignment.header))
        for assignment, lines in self._lists:
            self._read_lines(row, assignment, lines, cells[assignment.place])
        return row

    def _read_lines(self, row: ReadRow, assignment: Assignment, lines: LineReader, cell: Cell) -> None:
        """Read a list in one cell: each of its lines is one of the record's."""
        into = assignment.target.path
        try:
            for number, told in enumerate(lines.read("" if cell is None else str(cell))):
                values = row.lines[into, f"={number}"] = dict[str, object]()
                for one in told:
                    if isinstance(one.value, tuple) and one.value and isinstance(one.value[0], Named):
                        row.named.append((values, one.assignment, one.value))
                    else:
                        values[one.assignment.target.store.name] = one.value
        except FieldRefused as refused:
            row.problems.append(refused.problem(assignment.header))

    def _put(self, row: ReadRow, assignment: Assignment, cell: Cell, value: object, further: int = 0) -> None:
        target = assignment.target
        if target.path in (RECORD_ID, EXTERNAL_ID):
            row.keys[target.path] = value
            return
        values = row.values if target.line is None else self._line(row, assignment, further)
        if isinstance(value, tuple) and value and isinstance(value[0], Named):
            row.named.append((values, assignment, value))
            return
        if target.shows in self._keys and not further:
            row.keys[target.shows] = value
        if target.store is target.spec:
            values[target.store.name] = value
        else:
            # Given as it was written: the line keeps the spelling, the field that shows it has the normal form.
            values[target.store.name] = self._plain_parser(target.store, self._types.get(target.store.type))(
                cell
            )

    def _line(self, row: ReadRow, assignment: Assignment, further: int) -> dict[str, object]:
        """Return the line that a value goes to; each further value of a cell has a line of its own."""
        line = assignment.target.line
        assert line is not None  # asked for lines only
        fixed = (line.more or {}) if further else line.fixed
        key = (line.into, canonical(fixed) + (f"#{line.name}{further}" if further else ""))
        found = row.lines.get(key)
        if found is None:
            found = row.lines[key] = dict(self._fixed_of(line, fixed))
        return found

    def _fixed_of(self, line: ImportColumn, fixed: Mapping[str, Json]) -> Mapping[str, object]:
        """Return what a declaration says of a line, as Python values."""
        place = line.into + canonical(fixed)
        if place not in self._fixed:
            entity = self._catalog.entity(str(self._entity.fields[line.into].option("of")))
            self._fixed[place] = {
                name: self._types.get(entity.fields[name].type).load(
                    entity.fields[name], value, self._contexts[0]
                )
                for name, value in fixed.items()
            }
        return self._fixed[place]

    # How a column is read

    def _parser(self, assignment: Assignment) -> Parse:
        target = assignment.target
        spec, kind = target.spec, self._types.get(target.spec.type)
        if spec.type == "reference":
            return lambda cell: (self._named(spec, target.part, cell),)
        if spec.type == "links":
            return lambda cell: tuple(self._named(spec, "", part) for part in _parts(cell_text(_plain(cell))))
        if spec.type == "money":
            return AmountReader(spec, kind, self._contexts[0], assignment.header).read
        if spec.type in EMBEDDED:
            return _content
        if spec.type in _DATES:
            return self._date_parser(spec, kind)
        if spec.system:
            return _external_id if spec.name == EXTERNAL_ID else _record_id
        return self._plain_parser(spec, kind)

    def _amount(self, assignment: Assignment, cell: Cell, cells: Cells) -> object:
        spec = assignment.target.spec
        reader = AmountReader(spec, self._types.get(spec.type), self._contexts[0], "")
        unit = cells[self._units[spec.name]]
        return reader.read(cell, "" if unit is None else str(unit))

    def _plain_parser(self, spec: FieldSpec, kind: FieldType) -> Parse:
        context = self._contexts[0]
        if spec.type in _WORDS:
            return self._word_parser(spec, kind)
        if not kind.textual:
            return lambda cell: kind.parse(spec, cell, context)
        return lambda cell: kind.parse(
            spec, cell if isinstance(cell, (str, int, float)) else self._as_text(cell), context
        )

    def _as_text(self, cell: Cell) -> str:
        """Return a date or time as a person would have typed it into a field of text."""
        style = self._contexts[0].reader
        match cell:
            case dt.datetime():
                return ascii_digits(style.date_digits(cell.date())) + (
                    f" {cell:%H:%M}" if cell.time() != dt.time() else ""
                )
            case dt.date():
                return ascii_digits(style.date_digits(cell))
            case _:
                return str(cell)

    def _word_parser(self, spec: FieldSpec, kind: FieldType) -> Parse:
        """Read words in the reader's language; a file may have been written in another one of the site's."""

        def parse(cell: Cell) -> object:
            try:
                return kind.parse(spec, cell, self._contexts[0])
            except FieldRefused:
                for context in self._tongues:
                    with suppress(FieldRefused):
                        return kind.parse(spec, cell, context)
                raise

        return parse

    def _date_parser(self, spec: FieldSpec, kind: FieldType) -> Parse:
        """Read dates in the reader's calendar; years that only another calendar has are read in that one."""

        def parse(cell: Cell) -> object:
            refusals: list[FieldRefused] = []
            for context in self._contexts:
                try:
                    return kind.parse(spec, cell, context)
                except FieldRefused as refused:
                    refusals.append(refused)
            # The calendar that has such a year knows best what is wrong with the day.
            raise next((one for one in refusals if one.reason != "year_out_of_range"), refusals[0])

        return parse

    def _named(self, spec: FieldSpec, by: str, cell: Cell) -> Named:
        return self._references.named(str(spec.option("to")), by, " ".join(cell_text(_plain(cell)).split()))

    # References, once they are looked up

    def settle(self, row: ReadRow, made: Mapping[tuple[str, str, str], int]) -> None:
        """Put the records that cells name in their places."""
        for values, assignment, named in row.named:
            target = assignment.target
            try:
                found: tuple[Ref, ...] = tuple(self._references.get(one, made) for one in named)
            except FieldRefused as refused:
                row.problems.append(refused.problem(assignment.header))
                continue
            values[target.store.name] = found if target.spec.type == "links" else found[0]
            if target.shows in self._keys:
                row.keys[target.shows] = values[target.store.name]


def _remembering(parse: Parse) -> Parse:
    """Return the same reading, which remembers what texts mean; refusals are found anew each time."""
    known: dict[str, object] = {}

    def read(cell: Cell) -> object:
        if not isinstance(cell, str):
            return parse(cell)
        value = known.get(cell, _UNKNOWN)
        if value is _UNKNOWN:
            value = parse(cell)
            if len(known) < _REMEMBERED:
                known[cell] = value
        return value

    return read


def _values(assignment: Assignment, cell: Cell) -> Sequence[Cell]:
    """Return the values of a cell: several where its column may have further lines."""
    line = assignment.target.line
    if line is None or line.more is None or not isinstance(cell, str):
        return (cell,)
    values = list(dict.fromkeys(filter(None, map(str.strip, _DIVIDED.split(cell)))))
    if len(values) > _MOST_VALUES:
        raise FieldRefused("too_many", "At most {maximum} values fit into a cell.", maximum=_MOST_VALUES)
    return values


def _plain(cell: Cell) -> object:
    return cell if isinstance(cell, (str, int, float)) else str(cell)


def _parts(text: str) -> list[str]:
    """Return the names in a cell; what stands in quotation marks is one name, whatever it holds."""
    found = (
        quoted.replace('""', '"') if quoted or not plain else plain for quoted, plain in _PART.findall(text)
    )
    return list(dict.fromkeys(part for part in (" ".join(p.split()) for p in found) if part))


def _content(cell: Cell) -> bytes:
    if not isinstance(cell, bytes):
        raise FieldRefused("no_content", "Files do not fit into a cell; leave this column out.")
    return cell


def _external_id(cell: Cell) -> str:
    text = cell_text(_plain(cell)).strip()
    if len(text) > _LONGEST_ID:
        raise FieldRefused("too_long", "At most {maximum} characters.", maximum=_LONGEST_ID)
    return text


def _record_id(cell: Cell) -> int:
    text = ascii_digits(cell_text(_plain(cell))).strip().removeprefix("#")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**63):
        raise FieldRefused("not_an_id", "Name the record by its id, a whole number.")
    return int(text)
