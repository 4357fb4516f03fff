"""The cells of a list, rendered: what is equal in a column looks equal to all who read in the same style."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from markupsafe import Markup

from core.kernel.values import Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.compiled import Kept
from core.web.avatars import NameMark, hue_of, initials
from core.web.fields import FieldView, FieldViews
from core.web.moulds import Mould, agreed, escaped, number_mark, text_mark
from core.web.pictures import pictured

PROFILE = "base.user"
"""The public profile, where a module keeps one."""

NUMBERS = ("integer", "decimal", "percent", "money")
COLUMNS = 512
"""Columns of which rendered values are kept, each of them for each style and way to show it."""

VALUES = 256
"""Values of a column that are kept; then all are forgotten."""

LARGEST = 2000
"""Characters of a cell, or of a value, that is kept: long texts are rarely equal, and many of them fill the memory."""

PLAIN = frozenset({str, int, bool, date, datetime, Ref, type(None)})
"""Types of values that are shown alike where they are equal: 1 and 1.0 are not."""

LENGTHS = (1, 99)
"""How long the marks are of which a mould is made: a template that looks at lengths is found out."""

Rendered = dict[object, str]
Draw = Callable[["Column", FieldView], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """How the cells of one column stand in their row."""

    name: str
    is_state: bool
    is_number: bool
    is_editable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What is kept of a column: the mould of its cells where they have one, and rendered cells by value."""

    mould: Mould | None
    rendered: Rendered

    def name(self, value: Ref, title: str) -> str:
        """Return the cell of a record with a title; only where there is a mould."""
        assert self.mould is not None
        named = {"id": str(value.id), "title": escaped(title)}
        if "hue" in self.mould.names or "initials" in self.mould.names:
            named |= {"hue": hue_of(title), "initials": escaped(initials(title))}
        return self.mould.fill(named)

    def fill(self, value: Any, text: str) -> str:
        """Return the cell of any other value that says something; only where there is a mould."""
        assert self.mould is not None
        if "value" not in self.mould.names:
            return self.mould.fill({"text": escaped(text)})
        shown = value.isoformat() if isinstance(value, date) else str(value)
        return self.mould.fill({"text": escaped(text), "value": escaped(shown)})


class KeptCells:
    """Remembers by column what this process has rendered."""

    def __init__(self) -> None:
        self._columns: Kept[Shape] = Kept(COLUMNS)

    def of(self, way: Hashable, mould: Callable[[], Mould | None]) -> Shape:
        """Return what is kept of a column and a way to show it."""
        return self._columns.get(way, lambda: Shape(mould=mould(), rendered={}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """What all cells of a page have in common: what is kept for one page must hold for another with equal looks.

    ``draw`` renders a cell and is told apart by its ``name``; ``root`` is where the site begins in addresses;
    ``prints`` tells of a control that it shows the text of a value, or its parts, as they are.
    """

    kept: KeptCells
    catalog: Catalog
    views: FieldViews
    root: str
    name: str
    draw: Draw
    prints: Callable[[str], bool] = lambda _control: False

    def mould(self, column: Column, spec: FieldSpec) -> Mould | None:
        """Return the mould of a column's cells; None where each value is a template's own business."""
        empty = self.views.cell(spec, None)
        return agreed([self._cast(column, empty, n) for n in LENGTHS]) if self.prints(empty.control) else None

    def _cast(self, column: Column, empty: FieldView, length: int) -> Mould:
        marks = {
            name: text_mark(n, length) for n, name in enumerate(("text", "value", "title", "hue", "initials"))
        }
        number = number_mark(length)
        value: object = _Printed(marks["value"])
        if empty.type == "reference":
            name = NameMark(marks["title"], hue=marks["hue"], initials=marks["initials"])
            value = Ref(id=number, title=name)
        cell = self.draw(column, replace(empty, value=value, text=marks["text"]))
        return Mould(cell, {**marks, "id": str(number)})


class _Printed(str):
    """A mark that stands for any value that is printed: also for a day, as machines read it."""

    __slots__ = ()

    def isoformat(self) -> str:
        """Return the mark."""
        return str(self)


class Cells:
    """Renders values of records, column by column."""

    def __init__(self, looks: Looks, entity: EntitySpec, columns: Sequence[Column]) -> None:
        self._views, self._draw = looks.views, looks.draw
        catalog, views = looks.catalog, looks.views
        way = (
            catalog.version,
            catalog.digest,
            views.style,
            views.currency,
            views.today,
            looks.root,
            looks.name,
            entity.name,
        )
        self._title = entity.title
        self._columns = [
            (column, spec, looks.kept.of((*way, column), partial(looks.mould, column, spec)))
            for column, spec in ((column, entity.fields[column.name]) for column in columns)
        ]

    def cells(self, values: Mapping[str, Any]) -> Markup:
        """Return all cells of a record."""
        return Markup(self.markup(values))  # noqa: S704  # by templates that escape

    def markup(self, values: Mapping[str, Any]) -> str:
        """Return all cells of a record, for a mould."""
        return "".join(
            [
                self._cell(
                    column, spec, shape, pictured(spec, values.get(column.name), values.get(self._title))
                )
                for column, spec, shape in self._columns
            ]
        )

    def markups(self, records: Sequence[Mapping[str, Any]]) -> Iterable[str]:
        """Return all cells of each record: column by column, where what is kept costs no call."""
        if not self._columns:
            return [""] * len(records)
        drawn = [self._column(*column, records) for column in self._columns]
        return map("".join, zip(*drawn, strict=True))

    def _column(
        self, column: Column, spec: FieldSpec, shape: Shape, records: Iterable[Mapping[str, Any]]
    ) -> list[str]:
        name, known = column.name, shape.rendered.get
        if spec.type == "image":
            shown = (pictured(spec, record.get(name), record.get(self._title)) for record in records)
            return [self._cell(column, spec, shape, value) for value in shown]
        return [
            (known(value) if type(value) in PLAIN else None) or self._cell(column, spec, shape, value)
            for value in [record.get(name) for record in records]
        ]

    def _cell(self, column: Column, spec: FieldSpec, shape: Shape, value: Any) -> str:
        plain = type(value) in PLAIN
        if not plain and value and shape.mould is not None:
            return shape.fill(value, self._views.reads(spec, value))
        rendered, key = shape.rendered, value if plain else repr(value)
        found = rendered.get(key)
        if found is None:
            found = self._drawn(column, spec, shape, value)
            if len(found) <= LARGEST and not (isinstance(key, str) and len(key) > LARGEST):
                if len(rendered) >= VALUES:
                    rendered.clear()
                rendered[key] = found
        return found

    def _drawn(self, column: Column, spec: FieldSpec, shape: Shape, value: Any) -> str:
        if shape.mould is not None and type(value) is Ref and value.title:
            return shape.name(value, value.title)
        if shape.mould is not None and value and type(value) is not Ref:
            return shape.fill(value, self._views.reads(spec, value))
        return self._draw(column, self._views.cell(spec, value))


class Table(Cells):
    """The rows of a list: the first cell leads to the record, ``line`` is the mould of what they have in common."""

    def __init__(self, looks: Looks, entity: EntitySpec, columns: Sequence[Column], line: Mould) -> None:
        super().__init__(looks, entity, columns[1:])
        self._line, self._style = line, looks.views.style

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> Markup:
        """Return rows as `rows_of` makes them."""
        cells = self.markups([row["record"] for row in rows])
        return Markup("".join(map(self._row, rows, cells)))  # noqa: S704  # by templates that escape

    def _row(self, row: Mapping[str, Any], cells: str) -> str:
        title = row["title"]
        return self._line.fill(
            {
                "id": str(row["id"]),
                "version": str(row["version"]),
                "title": escaped(self._style.isolated(title)),
                "text": escaped(row["text"] or title),
                "cells": cells,
            }
        )


class CardCells:
    """The fields of cards in the order in which they stand: what it is about, when, how much, and whose."""

    def __init__(self, looks: Looks, entity: EntitySpec, names: Sequence[str]) -> None:
        fields = [entity.fields[name] for name in names]
        amounts = [f for f in fields if f.type == "money"]
        people = [f for f in fields if f.type == "reference" and f.option("to") == PROFILE]
        times = [f for f in fields if f.type in ("date", "datetime")]
        times += [f for f in fields if f.type == "boolean"]
        about = [f for f in fields if f not in amounts and f not in people and f not in times]

        def cells(some: Sequence[FieldSpec]) -> Cells:
            return Cells(looks, entity, columns_of(entity, [f.name for f in some], frozenset()))

        self.about, self.times, self.amounts, self.people = map(cells, (about, times, amounts, people))


def columns_of(entity: EntitySpec, columns: Sequence[str], editable: frozenset[str]) -> Sequence[Column]:
    """Return how each column is shown; the first choice behind the name is what small screens show as the state."""
    state = next((name for name in columns[1:] if entity.fields[name].type == "choice"), "")
    return [
        Column(
            name=name,
            is_state=name == state and place > 0,
            is_number=entity.fields[name].type in NUMBERS,
            is_editable=name in editable,
        )
        for place, name in enumerate(columns)
    ]
