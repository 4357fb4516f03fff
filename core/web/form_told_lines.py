"""The lines of a form's lists, as the page is handed them: what follows from lines is told while they are typed, too.

A list leaves the server only where the page holds all of its lines, and the reader may read what is asked of them. What
stands in rows that nobody touches comes along; what is worked out of a line alone is worked out there again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access import Access
from core.expressions.tree import written
from core.fields import FieldTypes, fixed_currency
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.query import MAX_LIMIT
from core.records.service import Records
from core.web.form_model import form_columns
from core.web.form_open import OpenForm
from core.web.form_pieces import Piece, pieces_of
from core.web.form_values import FormValues
from core.web.listing import context_of
from core.web.looking import looking

WRITTEN = ("create", "update", "delete")
"""What somebody may do with lines who sees at once what follows from typing them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """A list that is told: its spec, the entity of its lines, which of their fields are asked, what is worked out of them.

    ``columns`` are the fields that have a cell in the table.
    """

    spec: FieldSpec
    child: EntitySpec
    asked: frozenset[str]
    columns: tuple[str, ...]
    worked_out: tuple[Piece, ...]

    @property
    def by(self) -> str:
        """The field by which a line refers to its record."""
        return str(self.spec.option("by"))

    @property
    def env(self) -> frozenset[str]:
        """The constants that are read by what is worked out of a line."""
        return frozenset[str]().union(*(one.env for one in self.worked_out))

    def of_type(self, kind: str) -> list[FieldSpec]:
        """Return the fields of one type that are asked."""
        return [spec for name in sorted(self.asked) if (spec := self.child.fields[name]).type == kind]


def open_lists(form: OpenForm, pieces: Iterable[Piece], typed: FormValues | None) -> Mapping[str, Lines]:
    """Return the lists into which the pieces look and which may be told, by name, with what may be asked of their lines."""
    asked: dict[str, list[frozenset[str]]] = {}
    for piece in pieces:
        for name, fields in piece.lines.items():
            asked.setdefault(name, []).append(fields)
    found = {name: _lines(form, name, fields) for name, fields in asked.items()}
    return {name: lines for name, lines in found.items() if _is_whole(form, lines, typed)}


def are_told(piece: Piece, lists: Mapping[str, Lines]) -> bool:
    """Tell whether the page holds all lines that a piece looks into, and what it asks of them."""
    return all(name in lists and fields <= lists[name].asked for name, fields in piece.lines.items())


def _lines(form: OpenForm, name: str, asking: Iterable[frozenset[str]]) -> Lines:
    """Return a list with what its reader may read on all lines, as far as anything asks for nothing else."""
    catalog, spec = form.present.catalog, form.entity.fields[name]
    child = catalog.entity(str(spec.option("of")))
    rights = form.site.get(Access).fields(form.present.actor, child.name, catalog)
    readable = frozenset(field for field, mask in rights.readable.items() if mask is True)
    # Whether there is a line at all is known by whoever sees the list.
    asked = {"id"}.union(*(fields for fields in asking if fields <= readable))
    worked_out = list[Piece]()
    for piece in reversed(pieces_of(form.site, catalog, child.name)):
        if piece.what == "computed" and piece.name in asked and piece.needs <= readable and not piece.lines:
            worked_out.insert(0, piece)
            asked |= piece.needs
    columns = form_columns(catalog, form.entity, form.rights).get(name, ())
    return Lines(
        spec=spec, child=child, asked=frozenset(asked), columns=columns, worked_out=tuple(worked_out)
    )


def _is_whole(form: OpenForm, lines: Lines, typed: FormValues | None) -> bool:
    """Tell whether the page holds all lines that the record has, and whoever types there may write them."""
    name, actor, catalog = lines.spec.name, form.present.actor, form.present.catalog
    access = form.site.get(Access)
    if name in form.rights.editable:
        if not all(access.may(actor, lines.child.name, action, catalog) for action in WRITTEN):
            return False
        if typed is not None and name in typed.raw and name not in typed.values:
            return False
    if not form.number:
        return True
    if len(form.record.get(name) or ()) >= MAX_LIMIT:
        return False
    with looking(form.site, form.present) as uow:
        return form.site.get(Records).shows_lines(actor, form.entity.name, form.number, name, uow=uow)


def told_lines(form: OpenForm, lines: Lines, typed: FormValues | None) -> dict[str, object]:
    """Return one list for the page: the fields of its lines, what is worked out, and the rows as they stand."""
    known = {piece.name for piece in lines.worked_out}
    names = sorted(lines.asked - known - {lines.by, "id"})
    return {
        "by": lines.by,
        "whole": str(form.number),
        "fields": {name: _field(form, lines.child, name) for name in names},
        "computed": [{"name": one.name, "tree": one.tree} for one in lines.worked_out],
        "rows": list(_rows(form, lines, names, typed)),
    }


def field_type(form: OpenForm, spec: FieldSpec) -> dict[str, object]:
    """Return how what is typed into a field is read."""
    field: dict[str, object] = {"type": "code" if spec.option("code") is True else spec.type}
    if spec.type == "money":
        field["currency"] = currency_of(form, spec)
    return field


def currency_of(form: OpenForm, spec: FieldSpec) -> str:
    """Return the currency of what is typed into a field without naming one."""
    return fixed_currency(spec) or form.site.settings.currency


def _field(form: OpenForm, child: EntitySpec, name: str) -> dict[str, object]:
    """Return a field of lines, with what a new line starts with: ``live`` where that is not known here."""
    spec = child.fields[name]
    field = field_type(form, spec)
    moved = form.present.catalog.workflows_of(child.name)
    if spec.computed or spec.exchanged:
        field["derived"] = True
    elif str(spec.default or "").startswith("$") or any(flow.field == name for flow in moved):
        field["live"] = True
    elif (start := _start(form, spec)) is not None:
        field["start"] = start
    return field


def _start(form: OpenForm, spec: FieldSpec) -> object:
    if spec.rollup is not None:
        counts = spec.rollup.function in ("count", "sum") and spec.type in ("integer", "decimal", "percent")
        return "0" if counts else None
    if spec.default is None:
        return None
    context = context_of(form.site, form.present)
    return written(form.site.get(FieldTypes).get(spec.type).load(spec, spec.default, context))


def _rows(
    form: OpenForm, lines: Lines, names: Sequence[str], typed: FormValues | None
) -> Iterable[dict[str, object]]:
    """Yield what stands in each row of the table: what was typed where that was refused, else what is stored."""
    name = lines.spec.name
    stored: Sequence[Mapping[str, Any]] = form.record.get(name) or ()
    by_id = {line["id"]: line for line in stored}
    again = None if typed is None else typed.values.get(name)
    texts = {} if typed is None else typed.raw
    for number, line in enumerate(stored if again is None else again):
        row = {n: v for n, v in by_id.get(line.get("id"), {}).items() if n in names}
        raw = [n for n in names if n in lines.columns and f"{name}-{number}-{n}" in texts]
        unread = [n for n in raw if n not in line]
        row |= {n: line[n] for n in raw if n in line}
        known = [n for n in sorted(row) if n not in unread and (again is None or not _derived(lines, n))]
        told = {n: written(row[n]) for n in known}
        yield {**told, "id": _number(line.get("id")), **({"unread": unread} if unread else {})}


def _derived(lines: Lines, name: str) -> bool:
    """Tell whether a value followed from others that are not what they were."""
    spec = lines.child.fields[name]
    return bool(spec.computed or spec.exchanged)


def _number(found: object) -> str | None:
    return None if found is None else str(found)
