"""One field in a SELECT: which cells it takes, and how they become a Python value or JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from core.access import reference_targets
from core.access.parts import target_step
from core.fields import FieldType, overrides
from core.fields.decimals import canonical, plain
from core.fields.files import image_urls
from core.kernel.values import AnyRef, FileRef, Money, Ref
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.scopes import Scope
from core.records.sources import Sources, Sql
from core.storage import kernel_tables

Cells: TypeAlias = "Sequence[Any]"
Read: TypeAlias = "Callable[[Cells], object]"
ReadAll: TypeAlias = "Callable[[Sequence[Cells], Sequence[int]], list[Any]]"
"""From all rows and the places of a field's cells in them to its values: no call for each of them."""

NATIVE = frozenset({"date", "datetime"})
"""Types whose cells orjson writes exactly as their ``dump`` would; a test compares them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A field as it is read: its cells, and the two readings of them (None: the one cell as it is)."""

    name: str
    cells: tuple[Sql, ...]
    value: ReadAll | None
    json: ReadAll | None


class Columns:
    """Writes the columns of one statement."""

    def __init__(self, sources: Sources, scope: Scope) -> None:
        self._types = scope.eyes.types
        self._sources = sources
        self._scope = scope

    def of(self, name: str) -> Column:
        """Return how the field ``name`` is read."""
        spec = self._scope.entity.fields[name]
        match spec.type:
            case "reference":
                return self._reference(spec)
            case "reference_any":
                return self._reference_any(spec)
            case "file" | "image":
                return self._file(spec)
            case "links":
                return self._links(spec)
            case _:
                return self._stored(spec)

    def _stored(self, spec: FieldSpec) -> Column:
        if spec.system:
            return Column(name=spec.name, cells=(self._scope.column(spec.name),), value=None, json=None)
        kind = self._types.get(spec.type)
        names = [column.name for column in kind.columns(spec) if column.name != f"{spec.name}_key"]
        cells = tuple(self._scope.cell(spec.name, name) for name in names)
        value, json = _generic(kind, spec, names)
        if spec.type == "money":
            value, json = _moneys, _money_jsons
        same_value = len(names) == 1 and not overrides(kind, "from_columns", "from_column")
        same_json = len(names) == 1 and (
            spec.type in NATIVE or (same_value and not overrides(kind, "dump", "to_json"))
        )
        return Column(
            name=spec.name, cells=cells, value=None if same_value else value, json=None if same_json else json
        )

    def _reference(self, spec: FieldSpec) -> Column:
        title = title_of(self._scope.follow(spec.name))
        return Column(
            name=spec.name, cells=(self._scope.column(spec.name), title), value=_refs, json=_ref_jsons
        )

    def _reference_any(self, spec: FieldSpec) -> Column:
        targets = reference_targets(spec)
        cells: list[Sql] = []
        for target in targets:
            step = target_step(spec.name, target)
            cells += [self._scope.cell(spec.name, step), title_of(self._scope.follow(step))]
        return Column(
            name=spec.name,
            cells=tuple(cells),
            value=each(_any_ref(targets)),
            json=each(_any_ref_json(targets)),
        )

    def _file(self, spec: FieldSpec) -> Column:
        link = self._scope.column(spec.name)
        file = self._sources.join(
            ("file", self._scope.table, spec.name), kernel_tables.file, link, live=False
        )
        return Column(
            name=spec.name,
            cells=(link, file.c.name, file.c.size, file.c.mime),
            value=each(_file),
            json=each(_image_json if spec.type == "image" else _file_json),
        )

    def _links(self, spec: FieldSpec) -> Column:
        """Two arrays in one order; a title out of sight is empty, the id stays."""
        scope, table = self._scope, self._scope.table
        pairs = scope.eyes.tables.links(scope.entity, spec.name).alias()
        target = scope.eyes.catalog.entity(str(spec.option("to")))
        other = scope.eyes.tables.of(target).alias()
        seen = Scope(scope.eyes, target, other, masked=True, visible=scope.eyes.visible(target.name))
        mask = scope.mask(spec.name)
        tied = [pairs.c.source == table.c.id, other.c.deleted_at.is_(None), *([] if mask is None else [mask])]

        def gathered(value: Sql) -> Sql:
            inside: Any = sa.select(sa.func.array_agg(aggregate_order_by(value, pairs.c.target)))
            inside = inside.select_from(pairs.join(other, other.c.id == pairs.c.target)).where(*tied)
            found: Sql = inside.correlate_except(pairs, other).scalar_subquery()
            return found

        return Column(
            name=spec.name,
            cells=(gathered(pairs.c.target), gathered(title_of(seen))),
            value=each(_links),
            json=each(_links_json),
        )


def title_of(scope: Scope) -> Sql:
    """Return the title of a record as text; empty where the reader may not know it."""
    title = scope.entity.title
    readable = scope.eyes.fields(scope.entity.name).readable if scope.masked else {title: True}
    field = scope.entity.fields.get(title)
    if field is None or title not in readable or field.type in ("list", "links"):
        return sa.cast(sa.null(), sa.Text)
    column = scope.column(title)
    return column if isinstance(column.type, sa.Text | sa.String) else sa.cast(column, sa.Text)


def listed(entity: EntitySpec) -> tuple[str, ...]:
    """Return the fields that a list shows unasked: all but nested lists and the mark of the trash."""
    return tuple(f.name for f in entity.fields.values() if f.type != "list" and f.name != "deleted_at")


def each(read: Read) -> ReadAll:
    """Return the reading of all rows of what is read from the cells of one."""

    def read_all(rows: Sequence[Cells], places: Sequence[int]) -> list[Any]:
        if len(places) == 1:
            (place,) = places
            return [read((row[place],)) for row in rows]
        if not places:
            return [read(()) for _ in rows]
        pick = itemgetter(*places)
        return [read(pick(row)) for row in rows]

    return read_all


def _generic(kind: FieldType, spec: FieldSpec, names: Sequence[str]) -> tuple[ReadAll, ReadAll]:
    def value(cells: Cells) -> object:
        return kind.from_columns(spec, dict(zip(names, cells, strict=True)))

    def json(cells: Cells) -> object:
        return kind.dump(spec, value(cells))

    return each(value), each(json)


def _moneys(rows: Sequence[Cells], places: Sequence[int]) -> list[Any]:
    """Return amounts as their type does, without asking it for each."""
    amount, currency = places
    return [
        None if row[amount] is None or row[currency] is None else Money(canonical(row[amount]), row[currency])
        for row in rows
    ]


def _money_jsons(rows: Sequence[Cells], places: Sequence[int]) -> list[Any]:
    """Write money without making it first; a test compares this with its ``dump``."""
    amount, currency = places
    return [
        None
        if row[amount] is None or row[currency] is None
        else {"amount": plain(row[amount]), "currency": row[currency]}
        for row in rows
    ]


def _refs(rows: Sequence[Cells], places: Sequence[int]) -> list[Any]:
    link, title = places
    return [None if row[link] is None else Ref(row[link], row[title]) for row in rows]


def _ref_jsons(rows: Sequence[Cells], places: Sequence[int]) -> list[Any]:
    link, title = places
    return [None if row[link] is None else {"id": row[link], "title": row[title]} for row in rows]


def _any_ref(targets: Sequence[str]) -> Read:
    def read(cells: Cells) -> object:
        for place, target in enumerate(targets):
            if cells[2 * place] is not None:
                return AnyRef(target, cells[2 * place], cells[2 * place + 1])
        return None

    return read


def _any_ref_json(targets: Sequence[str]) -> Read:
    read = _any_ref(targets)

    def write(cells: Cells) -> object:
        found = read(cells)
        return (
            {"entity": found.entity, "id": found.id, "title": found.title}
            if isinstance(found, AnyRef)
            else None
        )

    return write


def _file(cells: Cells) -> object:
    return None if cells[0] is None else FileRef(*cells)


def _file_json(cells: Cells) -> Mapping[str, object] | None:
    return None if cells[0] is None else dict(zip(("id", "name", "size", "mime"), cells, strict=True))


def _image_json(cells: Cells) -> Mapping[str, object] | None:
    known = _file_json(cells)
    return known and {**known, **image_urls(cells[0])}


def _links(cells: Cells) -> object:
    return tuple(map(Ref, cells[0] or (), cells[1] or ()))


def _links_json(cells: Cells) -> object:
    return [{"id": one, "title": title} for one, title in zip(cells[0] or (), cells[1] or (), strict=True)]
