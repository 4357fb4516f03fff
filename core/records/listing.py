"""The statement behind a list, a page of a list or one record: rights, filter and search inside one WHERE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from core.access.parts import target_step
from core.expressions import Checked, apart, asks_for_span
from core.expressions.sql import to_sql
from core.metadata.specs import FILE_TYPES, EntitySpec, Json
from core.records.columns import Columns
from core.records.compiled import Compiler, Statement, number
from core.records.filters import Filter
from core.records.orders import Order, cell_value, continued, cursor_value, sorted_by
from core.records.query import MOST_COUNTED
from core.records.rows import RowReader
from core.records.scopes import Eyes, Scope
from core.records.sources import Sources, Sql
from core.records.way_by_way import GATHERED, Places, each_way, is_by_way

Row = Sequence[Any]

BESIDE = FILE_TYPES | {"reference", "reference_any", "links"}
"""Types of fields whose values are told with what stands in other tables."""

EXPORT = "export"
"""The action whose grants name the fields that may leave the system, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Everything about a question that changes its SQL; the values come as parameters.

    ``limit`` None reads one record by its id. ``empties`` tells which values of the cursor are empty. ``among`` tells,
    where a page is read way by way, for how many teams.
    """

    entity: str
    fields: tuple[str, ...]
    filter: object = None
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    empties: tuple[bool, ...] | None = None
    words: int = 0
    count: bool = False
    capped: bool = False
    trash: bool = False
    granted: str = ""
    among: Places = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A compiled list: its statement, how its rows are read, and where what belongs beside the items lies.

    ``nested`` are the lists of lines, each with the place of the cell that tells whether a record has any to show;
    with ``exported`` only what may leave the system is shown of them.
    """

    statement: Statement
    rows: RowReader
    id_place: int
    version_place: int
    keys: tuple[tuple[int, sa.types.TypeEngine[Any]], ...]
    count: Statement | None
    total_place: int | None
    nested: tuple[tuple[str, int], ...]
    exported: bool

    def position(self, row: Row) -> list[Json]:
        """Return what a cursor after this row carries."""
        return [cursor_value(row[place]) for place, _kind in self.keys]

    def given(self, position: Sequence[Json]) -> dict[str, object]:
        """Return the parameters that a cursor brings."""
        return {f"c{i}": cell_value(value, self.keys[i][1]) for i, value in enumerate(position)}


def build_listing(eyes: Eyes, shape: Shape, wanted: Filter | None, compiler: Compiler) -> Listing:
    """Write and compile the statement of a shape."""
    spec = eyes.catalog.entity(shape.entity)
    scope, sources, conditions = _base(eyes, spec, shape, wanted)
    columns = Columns(sources, scope)
    nested = tuple(name for name in shape.fields if spec.fields[name].type == "list")
    rows = RowReader([columns.of(name) for name in shape.fields if name not in nested])
    id_place, version_place = (rows.place(name, scope.table.c[name]) for name in ("id", "version"))
    kept_back = dict(withheld(eyes, scope, shape.fields)) if shape.granted == EXPORT else {}
    for name, shown in kept_back.items():
        if name not in nested:
            rows.blank(name, shown)
    orders = sorted_by(shape.orders, scope)
    keys = tuple((rows.place(one.order.name, one.cell, one.index), one.cell.type) for one in orders)
    count = _count(eyes, spec, shape, wanted) if shape.count else None
    total = rows.add(count.scalar_subquery()) if count is not None else None
    lists = tuple(
        (
            name,
            rows.add(sa.and_(any_lines(eyes, spec, name, scope.table.c.id), kept_back.get(name, sa.true()))),
        )
        for name in nested
    )
    select = sa.select(*rows.cells).select_from(sources.clause).where(*conditions)
    if shape.limit is not None:
        select = select.order_by(*(one.clause() for one in orders)).limit(number(shape.limit + 1))
    afresh = wanted is not None and asks_for_span(wanted.shape)
    statement = compiler.compile(select, afresh=afresh, settled=bool(shape.among), plain=shape.limit is None)
    rows.forget()
    return Listing(
        statement=statement,
        rows=rows,
        id_place=id_place,
        version_place=version_place,
        keys=keys,
        count=compiler.compile(count, afresh=afresh) if count is not None else None,
        total_place=total,
        nested=lists,
        exported=shape.granted == EXPORT,
    )


def withheld(eyes: Eyes, scope: Scope, fields: Iterable[str]) -> Iterator[tuple[str, Sql]]:
    """Yield the fields that may leave the system on some records of a scope only, with the condition of those."""
    given = eyes.access.exportable(eyes.actor, scope.entity.name, eyes.catalog)
    for name in fields:
        mask = given.get(name, False)
        if mask is not True:
            yield name, sa.false() if mask is False else to_sql(mask, scope.unmasked(), guarded=False)


def _base(
    eyes: Eyes, spec: EntitySpec, shape: Shape, wanted: Filter | None
) -> tuple[Scope, Sources, list[Sql]]:
    """Return what to select from, and the conditions that are still open.

    A page is cut before titles are joined to it; otherwise each record that matches would be joined only to be
    sorted away. Where the order needs a title, or no field has one, there is nothing to be cut before.
    """
    eyes = eyes if shape.limit is not None else replace(eyes, many=False)
    scope, sources = opened(eyes, spec)
    conditions = where(eyes, scope, shape, wanted)
    orders = sorted_by(shape.orders, scope)
    conditions += [continued(orders, shape.empties)] if shape.empties is not None else []
    if shape.limit is None:
        return scope, sources, [*conditions, scope.table.c.id == sa.bindparam("id", type_=sa.BigInteger)]
    if shape.among:
        return *_cut(eyes, spec, shape, *_by_way(eyes, spec, shape)), []
    if any(one.index for one in orders) or all(spec.fields[f].type not in BESIDE for f in shape.fields):
        return scope, sources, conditions
    return *_cut(eyes, spec, shape, scope, sources, conditions), []


def _cut(
    eyes: Eyes, spec: EntitySpec, shape: Shape, scope: Scope, sources: Sources, conditions: Sequence[Sql] = ()
) -> tuple[Scope, Sources]:
    """Return the first records in order, as what titles are joined to."""
    assert shape.limit is not None  # one record by its id is not cut
    cut = sa.select(*scope.table.c).select_from(sources.clause).where(*conditions)
    cut = cut.order_by(*(one.clause() for one in sorted_by(shape.orders, scope)))
    page = cut.limit(number(shape.limit + 1)).subquery("page")
    outer = Sources(page)
    return Scope(eyes, spec, page, masked=True, sources=outer), outer


def _by_way(eyes: Eyes, spec: EntitySpec, shape: Shape) -> tuple[Scope, Sources]:
    """Return the first records of each way to see them, in order, each once: in what is in order, alike are neighbours."""
    assert shape.limit is not None  # one record by its id has no order
    some: list[sa.Select[Any]] = []
    for way in each_way(eyes, spec, shape.orders, shape.among):
        scope, sources = opened(eyes, spec, way.candidates)
        orders = sorted_by(shape.orders, scope)
        conditions = [scope.table.c.deleted_at.is_(None), *way.conditions(scope)]
        conditions += [continued(orders, shape.empties)] if shape.empties is not None else []
        first = sa.select(*scope.table.c).select_from(sources.clause).where(*conditions)
        if way.candidates is not None:
            first = first.ext(distinct_on(*(one.compared(one.cell) for one in orders)))
        some.append(first.order_by(*(one.clause() for one in orders)).limit(number(shape.limit + 1)))
    every = sa.union_all(*some).subquery("ways")
    keys = sorted_by(shape.orders, Scope(eyes, spec, every, masked=True, sources=Sources(every)))
    once = sa.select(*every.c).ext(distinct_on(*(one.compared(one.cell) for one in keys)))
    found = once.order_by(*(one.clause() for one in keys)).subquery("once")
    sources = Sources(found)
    return Scope(eyes, spec, found, masked=True, sources=sources), sources


def any_lines(eyes: Eyes, owner: EntitySpec, name: str, owner_id: Sql) -> Sql:
    """Return whether a list of a record has any lines, whoever may see them: without any nobody needs to look."""
    spec = eyes.catalog.entity(str(owner.fields[name].option("of")))
    line = eyes.tables.of(spec).alias()
    link = line.c[line_column(spec, str(owner.fields[name].option("by")), owner)]
    return sa.exists().where(link == owner_id, line.c.deleted_at.is_(None)).correlate_except(line)


def line_column(spec: EntitySpec, by: str, owner: EntitySpec) -> str:
    """Return the column in which the lines of a list name their owner."""
    return target_step(by, owner.name) if spec.fields[by].type == "reference_any" else by


def opened(eyes: Eyes, spec: EntitySpec, among: sa.Subquery | None = None) -> tuple[Scope, Sources]:
    """Begin a statement on an entity: its base table or some of its rows, seen with the reader's eyes."""
    base = eyes.tables.of(spec).alias() if among is None else among
    sources = Sources(base)
    return Scope(eyes, spec, base, masked=True, sources=sources), sources


def _count(eyes: Eyes, spec: EntitySpec, shape: Shape, wanted: Filter | None) -> sa.Select[Any]:
    """Return the exact count: one number, or the sum of those of alternatives; a capped one ends once it is full."""
    cell: Sql = sa.literal_column("1", sa.Integer).label("one") if shape.capped else sa.func.count()
    counts: list[sa.Select[Any]] = []
    for seen in ways(eyes, shape, wanted):
        scope, sources = opened(eyes, spec)
        conditions = where(eyes, scope, shape, wanted, seen)
        counts.append(sa.select(cell).select_from(sources.clause).where(*conditions).correlate(None))
    if shape.capped:
        found = sa.union_all(*counts).subquery() if len(counts) > 1 else counts[0].subquery()
        first = sa.select(found.c.one).limit(number(MOST_COUNTED + 1)).subquery()
        return sa.select(sa.func.count()).select_from(first)
    if len(counts) == 1:
        return counts[0]
    numbers: list[Sql] = [count.scalar_subquery() for count in counts]
    return sa.select(sum(numbers[1:], numbers[0]))


def ways(eyes: Eyes, shape: Shape, wanted: Filter | None) -> tuple[Checked | None, ...]:
    """Return what to add up where everything is asked for that a reader sees: conditions without a record in common.

    Nothing but None, for all that is visible, where something is looked for: that narrows better than rights do.
    """
    rule = eyes.visible(shape.entity)
    if isinstance(rule, bool) or wanted is not None or shape.words or shape.trash or shape.granted:
        return (None,)
    return apart(rule, GATHERED)


def comes_by_way(eyes: Eyes, shape: Shape, wanted: Filter | None) -> bool:
    """Tell whether the pages of a shape are read way by way: where everything is asked for, in an order with indexes."""
    if not shape.limit or wanted is not None or shape.words or shape.trash or shape.granted:
        return False
    return is_by_way(eyes, shape.entity, shape.orders)


def where(
    eyes: Eyes, scope: Scope, shape: Shape, wanted: Filter | None, seen: Checked | None = None
) -> list[Sql]:
    """Return the conditions of a question: not in the trash (or in it), visible (or one of its `ways`), asked for."""
    deleted = scope.table.c.deleted_at
    conditions: list[Sql] = [deleted.is_not(None) if shape.trash else deleted.is_(None)]
    conditions += visible(eyes, scope) if seen is None else [to_sql(seen, scope.unmasked(), guarded=False)]
    if shape.granted:
        conditions += visible(eyes, scope, shape.granted)
    if wanted is not None:
        conditions.append(to_sql(wanted.shape, scope, guarded=False))
    conditions += [matching(scope, f"w{i}") for i in range(shape.words)]
    return conditions


def visible(eyes: Eyes, scope: Scope, action: str = "read") -> list[Sql]:
    """Return the reader's rights on the records of a scope as conditions."""
    granted: Checked | bool = eyes.visible(scope.entity.name, action)
    if granted is True:
        return []
    return [sa.false() if granted is False else to_sql(granted, scope.unmasked(), guarded=False)]


def searched(eyes: Eyes, spec: EntitySpec) -> tuple[str, ...]:
    """Return the fields whose search keys the reader may use."""
    readable: Mapping[str, object] = eyes.fields(spec.name).readable
    return tuple(
        f.name
        for f in spec.fields.values()
        if f.search and f.name in readable and eyes.types.get(f.type).textual
    )


def matching(scope: Scope, word: str) -> Sql:
    """Return the condition that one of the readable keys holds the word bound as ``word``."""
    pattern = sa.bindparam(word, type_=sa.Text)
    found = [scope.key(name).like(pattern) for name in searched(scope.eyes, scope.entity)]
    return sa.or_(*found) if found else sa.false()


def past_index(key: Sql) -> Sql:
    """Return a key so that no index is asked about it: for words of which an index would read all of itself."""
    return key + sa.literal_column("''", sa.Text)
