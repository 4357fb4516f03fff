"""Rows and heads of a list as its template gets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.metadata.specs import FILE_TYPES, EntitySpec, FieldSpec
from core.views import ListView
from core.web.fields import FieldViews
from core.web.list_query import ListState
from core.web.moulds import number_mark, text_mark
from core.web.rendering import Renderer
from core.web.table_cells import NUMBERS, Table, columns_of
from core.web.visit import Visit

ROW = "_row.html"
"""The template of cells."""

LINE = "_line.html"
"""The template of a row without its cells."""

UNSORTABLE = FILE_TYPES | {"links", "list", "multi_choice", "reference_any", "long_text", "rich_text"}


def table_of(
    renderer: Renderer,
    present: Visit,
    views: FieldViews,
    entity: EntitySpec,
    columns: Sequence[str],
    editable: frozenset[str],
) -> Table:
    """Return what renders the rows of a list."""
    parts = columns_of(entity, columns, editable)
    texts = {name: text_mark(n) for n, name in enumerate(("title", "text", "cells"))}
    numbers = {name: number_mark(n) for n, name in enumerate(("id", "version"))}
    line = renderer.mould(
        present,
        LINE,
        (entity.name, parts[0]),
        texts | {name: str(number) for name, number in numbers.items()},
        entity=entity,
        first=parts[0],
        label_of_first=present.style.label(entity.fields[parts[0].name].label),
        marks=texts | numbers,
    )
    return Table(renderer.looks(present, views, ROW), entity, parts, line)


def rows_of(
    views: FieldViews, entity: EntitySpec, columns: Sequence[str], items: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return records as rows: what they are called, and what stands in their first column."""
    items = list(items)
    texts = _texts_of(views, entity.fields[columns[0]], items)
    titles = texts
    if columns[0] != entity.title:
        spec = entity.fields[entity.title] if entity.has(entity.title) else None
        titles = _texts_of(views, spec, items) if spec else [""] * len(items)
    return [
        {
            "id": item["id"],
            "version": item["version"],
            "record": item,
            "text": text,
            "title": title or f"#{views.style.number(item['id'])}",
        }
        for item, text, title in zip(items, texts, titles, strict=True)
    ]


def _texts_of(views: FieldViews, spec: FieldSpec, items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return how the values of a field read, record by record."""
    return [views.text(spec, item.get(spec.name)) for item in items]


def heading(entity: EntitySpec, view: ListView, state: ListState, name: str) -> dict[str, Any]:
    """Return a column's head: its label, whether and how it is sorted, and where a click leads."""
    spec = entity.fields[name]
    present = state.sort or (view.sort[0] if view.sort else "")
    direction = {name: "ascending", f"-{name}": "descending"}.get(present, "")
    following = f"-{name}" if direction == "ascending" else name
    return {
        "name": name,
        "label": spec.label,
        "sort": direction,
        "url": state.address(sort=following),
        "sortable": spec.type not in UNSORTABLE,
        "number": spec.type in NUMBERS,
    }
