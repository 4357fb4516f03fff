"""Rows and heads of a list as its template gets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.metadata.specs import EntitySpec
from core.views import ListView
from core.web.fields import FieldViews
from core.web.list_query import ListState

UNSORTABLE = ("links", "list", "file", "multi_choice", "reference_any", "long_text")
NUMBERS = ("integer", "decimal", "money")


def rows_of(
    views: FieldViews, entity: EntitySpec, columns: Sequence[str], items: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return records as rows: cells in the order of the columns, and what the record is called."""
    return [
        {
            "id": item["id"],
            "version": item["version"],
            "cells": [views.cell(entity.fields[name], item.get(name)) for name in columns],
            "title": _title(views, entity, item),
        }
        for item in items
    ]


def _title(views: FieldViews, entity: EntitySpec, item: Mapping[str, Any]) -> str:
    if entity.has(entity.title):
        text = views.cell(entity.fields[entity.title], item.get(entity.title)).text
        if text:
            return text
    return f"#{views.style.number(item['id'])}"


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
