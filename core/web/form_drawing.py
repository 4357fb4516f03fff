"""Forms, drawn: what stands around a value is rendered once for all who read alike, and the value put in each time.

A template draws a field with marks in place of what differs from record to record. What it has drawn is cut at the
marks and kept by everything that shapes it: how the field stands on the form, and whether there is a value at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from markupsafe import Markup, escape

from core.kernel.values import Ref
from core.records.compiled import Kept
from core.web.fields import FieldView
from core.web.form_rows import Row, SubTable
from core.web.marks import NUMBERED, SECRET, id_mark, mark
from core.web.moulds import escaped

DRAWN = 8192
"""Fields and rows that are kept, each of them for each style and way in which it can stand."""

Macro: TypeAlias = "Callable[..., Markup]"
Piece: TypeAlias = "tuple[str, int, str]"
"""Text, and what follows it: of which view, and which blank; of none behind the last."""

_Shape: TypeAlias = "tuple[Hashable, tuple[str, ...] | None]"
"""How a field stands on its form, and which blanks it has; None where it is kept for its very value."""

KeptDrawings: TypeAlias = "Kept[tuple[Piece, ...]]"

_MARK = re.compile(rf"\ue000{SECRET} (?P<view>-?\d+) (?P<blank>\w+)\ue000|{NUMBERED}(?P<id>\d{{6}})")


@dataclass(frozen=True, slots=True)
class _Moment:
    """Stands for a day or a moment in a template that writes it for machines."""

    mark: str

    def isoformat(self) -> str:
        return self.mark


TEXTS = frozenset({"text", "textarea", "sequence", "email", "phone", "url"})
LONG = frozenset({"rich"})
"""Controls whose values are too long to be kept with what was drawn."""

FIGURES = frozenset({"number", "percent", "money"})
BLANKS: Mapping[str, Callable[[FieldView], object]] = {
    "raw": lambda f: f.raw,
    "text": lambda f: f.text,
    "own": lambda f: f.own,
    "value": lambda f: f.value,
    "title": lambda f: f.value.title,
    "id": lambda f: f.value.id,
    "iso": lambda f: f.value.isoformat(),
}
"""What is put in, by the name of its blank."""


class Drawing:
    """Draws the fields of one entity's form. ``way`` is everything else that all of them have in common.

    ``known`` tells whether the template of a control is one of the core, which uses values for nothing but to write
    them; what others draw is kept for equal values only.
    """

    def __init__(self, kept: KeptDrawings, way: Hashable, known: Callable[[str], bool]) -> None:
        self._kept = kept
        self._way = way
        self._known = known

    def items(
        self, macros: Any, frame: Any, items: Iterable[FieldView | SubTable], heading: str = ""
    ) -> Markup:
        """Return the fields and sub-tables of a section."""
        return Markup("").join([self.item(macros, frame, item, heading) for item in items])

    def item(self, macros: Any, frame: Any, item: FieldView | SubTable, heading: str = "") -> Markup:
        """Return a field or a sub-table of a section."""
        if isinstance(item, SubTable):
            return self._table(macros, frame, item, heading)
        if item.errors or item.control in LONG:
            return Markup(macros.item(item, frame, heading))  # noqa: S704  # a macro's, which escapes
        shape, blanks = self._shape(item)
        pieces = self._kept.get(
            (self._way, shape), lambda: _pieces(macros.item(_marked(item, 0, blanks), frame, heading))
        )
        return _filled(pieces, (item,), {})

    def _table(self, macros: Any, frame: Any, table: SubTable, heading: str) -> Markup:
        view = table.view
        told = view.read_only or (view.locked and not view.hidden)
        line = macros.told if told else macros.line
        rows = [self._row(line, frame, table, row) for row in table.rows]
        if not told:
            rows.append(self._row(line, frame, table, table.spare, "no-js"))
        extras: dict[str, object] = {
            "rows": Markup("").join(rows),
            "pattern": "" if told else self._row(line, frame, table, table.pattern),
            "next": len(table.rows) + 1,
        }

        def draw(views: Sequence[FieldView], marks: Mapping[str, Markup]) -> Markup:
            shown = replace(table, view=views[0])
            drawn: Markup = macros.item(shown, frame, heading, marks["rows"], marks["pattern"], marks["next"])
            return drawn

        names = tuple(one.name for one in table.headings)
        return self._drawn(("table", heading, names, bool(rows)), (view,), draw, extras)

    def _row(self, line: Macro, frame: Any, table: SubTable, row: Row, kind: str = "") -> Markup:
        extras: dict[str, object] = {"id": row.id, "version": row.version}

        def draw(views: Sequence[FieldView], marks: Mapping[str, Markup]) -> Markup:
            shown = replace(row, cells=tuple(views), id=marks["id"], version=marks["version"])
            return line(table, shown, frame, kind)

        key = (line.name, table.view.input, row.number, kind, row.removed)  # type: ignore[attr-defined]  # macros of Jinja have one
        return self._drawn(key, row.cells, draw, extras)

    def _drawn(
        self,
        key: tuple[Hashable, ...],
        views: Sequence[FieldView],
        draw: Callable[[Sequence[FieldView], Mapping[str, Markup]], Markup],
        extras: Mapping[str, object],
    ) -> Markup:
        """Return what ``draw`` makes of the views, with what differs put into what is kept."""
        if any(view.errors or view.control in LONG for view in views):
            return draw(views, {name: escape(value) for name, value in extras.items()})
        shapes = [self._shape(view) for view in views]
        pieces = self._kept.get(
            (self._way, *key, *(shape for shape, _ in shapes)),
            lambda: _pieces(
                draw(
                    [_marked(view, place, shapes[place][1]) for place, view in enumerate(views)],
                    {name: Markup(_mark(-1, name)) for name in extras},  # noqa: S704  # marks of ours
                )
            ),
        )
        return _filled(pieces, views, extras)

    def _shape(self, f: FieldView) -> _Shape:
        blanks = _blanks(f) if self._known(f.control) else None
        key: tuple[Hashable, ...] = (
            f.name,
            f.input,
            f.label,
            f.control,
            f.unit,
            f.required,
            f.read_only,
            f.span,
            f.conditional,
            f.hidden,
            f.locked,
            f.own is None,
            blanks,
        )
        if blanks is None:
            key = (*key, type(f.value).__name__, repr(f.value), f.raw, f.text, f.own)
        return key, blanks


def _blanks(f: FieldView) -> tuple[str, ...] | None:
    """Return which blanks a field has; None where its value decides on more than what is written in one place."""
    found = [name for name, text in (("raw", f.raw), ("text", f.text), ("own", f.own)) if text]
    value = f.value
    if f.control in TEXTS and (value is None or isinstance(value, str)):
        return (*found, "value") if value else (*found,)
    if f.control in FIGURES:
        return (*found,) if value is None else (*found, "figure")
    if f.control == "date" or (f.control == "datetime" and f.read_only):
        return (*found,) if value is None else (*found, "iso")
    if f.control == "combo" and (value is None or isinstance(value, Ref)):
        return (*found,) if value is None else (*found, "id", *(("title",) if value.title else ()))
    return None


def _marked(f: FieldView, place: int, blanks: tuple[str, ...] | None) -> FieldView:
    """Return a field with marks in its blanks."""
    if blanks is None:
        return f
    texts: dict[str, Any] = {name: _mark(place, name) for name in ("raw", "text", "own") if name in blanks}
    if "value" in blanks:
        texts["value"] = _mark(place, "value")
    elif "iso" in blanks:
        texts["value"] = _Moment(_mark(place, "iso"))
    elif "id" in blanks:
        texts["value"] = Ref(id_mark(place), _mark(place, "title") if "title" in blanks else f.value.title)
    return replace(f, **texts)


def _mark(place: int, blank: str) -> str:
    return mark(f"{place} {blank}")


def _filled(pieces: Sequence[Piece], views: Sequence[FieldView], extras: Mapping[str, object]) -> Markup:
    """Return what was drawn, with what differs put in."""
    written = []
    for text, place, blank in pieces:
        written.append(text)
        if blank:
            value = extras[blank] if place < 0 else BLANKS[blank](views[place])
            written.append(value if isinstance(value, Markup) else escaped(str(value)))
    return Markup("".join(written))  # noqa: S704  # pieces are of templates that escape, and so is what is put in


def _pieces(drawn: Markup) -> tuple[Piece, ...]:
    """Cut what was drawn at its marks."""
    found, begin = list[Piece](), 0
    for at in _MARK.finditer(drawn):
        text = str(drawn[begin : at.start()])
        found.append((text, int(at["id"]), "id") if at["id"] else (text, int(at["view"]), at["blank"]))
        begin = at.end()
    return (*found, (str(drawn[begin:]), 0, ""))
