"""Sub-tables of a form as its template gets them."""

from __future__ import annotations

from dataclasses import dataclass

from core.web.fields import FieldView


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a sub-table."""

    number: str
    id: str
    version: str
    cells: tuple[FieldView, ...]
    removed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SubTable:
    """A list field as a table of inputs: present lines, one spare, and the pattern of further ones."""

    view: FieldView
    headings: tuple[FieldView, ...]
    rows: tuple[Row, ...]
    spare: Row
    pattern: Row
