"""The cells of a list, rendered: what is equal in a column looks equal to all who read in the same style."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from core.kernel.values import Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.compiled import Kept
from core.web.fields import FieldView, FieldViews

PROFILE = "base.user"
"""The public profile, where a module keeps one."""

NUMBERS = ("integer", "decimal", "money")
COLUMNS = 512
"""Columns of which rendered values are kept, each of them for each style and way to show it."""

VALUES = 256
"""Values of a column that are kept; then all are forgotten."""

PLAIN = frozenset({str, int, bool, date, datetime, Ref, type(None)})
"""Types of values that are shown alike where they are equal: 1 and 1.0 are not."""

Rendered = dict[object, Markup]
Draw = Callable[["Column", FieldView], Markup]


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """How the cells of one column stand in their row."""

    name: str
    is_state: bool
    is_number: bool
    is_editable: bool


class KeptCells:
    """Remembers rendered cells of this process by column and value."""

    def __init__(self) -> None:
        self._columns: Kept[Rendered] = Kept(COLUMNS)

    def of(self, way: Hashable) -> Rendered:
        """Return what is kept of a column and a way to show it."""
        return self._columns.get(way, dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """What all cells of a page have in common: what is kept for one page must hold for another with equal looks.

    ``draw`` renders a cell and is told apart by its ``name``; ``root`` is where the site begins in addresses.
    """

    kept: KeptCells
    catalog: Catalog
    views: FieldViews
    root: str
    name: str
    draw: Draw


class Cells:
    """Renders values of records, column by column."""

    def __init__(self, looks: Looks, entity: EntitySpec, columns: Sequence[Column]) -> None:
        self._views, self._entity, self._draw = looks.views, entity, looks.draw
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
        self._columns = [(column, looks.kept.of((*way, column))) for column in columns]

    def cells(self, values: Mapping[str, Any]) -> Markup:
        """Return all cells of a record."""
        return Markup("").join([self._cell(column, rendered, values) for column, rendered in self._columns])

    def _cell(self, column: Column, rendered: Rendered, values: Mapping[str, Any]) -> Markup:
        value = values.get(column.name)
        key = value if type(value) in PLAIN else repr(value)
        found = rendered.get(key)
        if found is None:
            if len(rendered) >= VALUES:
                rendered.clear()
            view = self._views.cell(self._entity.fields[column.name], value)
            found = rendered[key] = self._draw(column, view)
        return found


class Table(Cells):
    """The cells of a list: those behind the first one, which leads to the record."""

    def __init__(
        self, looks: Looks, entity: EntitySpec, columns: Sequence[str], editable: frozenset[str]
    ) -> None:
        self.first, *others = columns_of(entity, columns, editable)
        self.label = looks.views.style.label(entity.fields[self.first.name].label)
        super().__init__(looks, entity, others)


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
