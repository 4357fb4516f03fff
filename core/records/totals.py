"""The statement of totals: grouped inside by ids and currencies, each way to see records by its own index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.expressions import Checked, one_of, only_equates
from core.metadata.specs import EntitySpec
from core.records.columns import title_of
from core.records.compiled import number
from core.records.filters import Filter
from core.records.listing import Shape, opened, ways, where
from core.records.measures import MAX_GROUPS, Measure
from core.records.scopes import Eyes, Scope
from core.records.sources import Sources, Sql


@dataclass(frozen=True, kw_only=True, slots=True)
class Cells:
    """What an aggregate selects: what it groups by, divided at points or titled, and what it measures."""

    groups: tuple[str, ...]
    cuts: frozenset[str]
    titled: frozenset[str]
    currencies: tuple[str, ...]
    measures: tuple[Measure, ...]


def select_totals(
    eyes: Eyes, spec: EntitySpec, shape: Shape, cells: Cells, wanted: Filter | None
) -> sa.Select[Any]:
    """Group by ids and currencies inside; join the titles to what is left."""
    # Where nothing but values is asked for, an index may hold them beside whose the records are.
    narrow = None if wanted is not None and only_equates(wanted.shape) else wanted
    inside = [_way(eyes, spec, shape, cells, wanted, seen) for seen in ways(eyes, shape, narrow)]
    if len(inside) == 1 and not cells.titled:
        return inside[0]
    grouped = (inside[0] if len(inside) == 1 else sa.union_all(*inside)).subquery("grouped")
    outer = Sources(grouped)
    titles = [
        _title(eyes, spec, outer, grouped.c[f"g{i}"], name)
        for i, name in enumerate(cells.groups)
        if name in cells.titled
    ]
    return sa.select(*grouped.c, *titles).select_from(outer.clause)


def _way(
    eyes: Eyes, spec: EntitySpec, shape: Shape, cells: Cells, wanted: Filter | None, seen: Checked | None
) -> sa.Select[Any]:
    """Return the groups of one of the `ways` to see records; what is in several is added up afterwards.

    Where an index is declared for these totals by what has to be one of several values, as the reader's teams, they
    are made for each value in the order of the index, which compares less than looking each record's group up.
    """
    apart_by = one_of(seen) if seen is not None else ""
    if not any(names[:-1] == (apart_by, *cells.groups) and names[-1][0] == "+" for names in spec.indexes):
        return _grouped(eyes, spec, shape, cells, wanted, seen).limit(number(MAX_GROUPS + 1))
    each = _grouped(eyes, spec, shape, cells, wanted, seen, apart_by).subquery("each")
    count = len(cells.groups) + len(cells.currencies)
    keys, figures = each.c[:count], zip(each.c[count:], _joins(cells.measures), strict=True)
    return (
        sa.select(*keys, *(join(cell).label(cell.name) for cell, join in figures))
        .group_by(*keys)
        .limit(number(MAX_GROUPS + 1))
    )


def _grouped(
    eyes: Eyes,
    spec: EntitySpec,
    shape: Shape,
    cells: Cells,
    wanted: Filter | None,
    seen: Checked | None,
    apart_by: str = "",
) -> sa.Select[Any]:
    """Group what is seen, also by a field that is not told."""
    scope, sources = opened(eyes, spec)
    keys = [_key(scope, name, name in cells.cuts).label(f"g{i}") for i, name in enumerate(cells.groups)]
    keys += [scope.currency(name).label(f"m{i}") for i, name in enumerate(cells.currencies)]
    figures = [cell.label(f"f{i}") for i, cell in enumerate(_figures(scope, cells.measures))]
    conditions = where(eyes, scope, shape, wanted, seen)  # may join, so before the FROM is written
    untold = [scope.unmasked().column(apart_by)] if apart_by else []
    select = sa.select(*keys, *figures).select_from(sources.clause).where(*conditions)
    return select.group_by(*untold, *(key.element for key in keys))


def _key(scope: Scope, name: str, cut: bool) -> Sql:
    """Return what a group stands for: the value, or between which points it lies."""
    cell = scope.column(name)
    if not cut:
        return cell
    points = sa.bindparam(f"cut_{name}", type_=sa.ARRAY(cell.type))
    return sa.func.width_bucket(cell, points, type_=sa.Integer)


def _title(eyes: Eyes, spec: EntitySpec, outer: Sources, link: Sql, name: str) -> Sql:
    target = eyes.catalog.entity(str(spec.fields[name].option("to")))
    joined = outer.join(name, eyes.tables.of(target), link)
    return title_of(
        Scope(eyes, target, joined, masked=True, sources=outer, visible=eyes.visible(target.name))
    )


def _figures(scope: Scope, measures: Iterable[Measure]) -> Iterable[Sql]:
    """Yield the cells of the measures: an average is carried as sum and count, which add up over currencies."""
    for measure in measures:
        if not measure.name:
            yield sa.func.count()
            continue
        cell = scope.column(measure.name)
        if measure.function == "avg":
            yield sa.func.sum(cell)
            yield sa.func.count(cell)
        else:
            yield getattr(sa.func, measure.function)(cell)


def _joins(measures: Iterable[Measure]) -> Iterable[Callable[[Sql], Sql]]:
    """Yield how the cells of `_figures` are joined to those of the same group elsewhere."""
    for measure in measures:
        if measure.function == "avg":
            yield sa.func.sum
        if measure.function in ("count", "avg"):
            yield _count
        else:
            yield getattr(sa.func, measure.function)


def _count(counts: Sql) -> Sql:
    return sa.cast(sa.func.sum(counts), sa.BigInteger)
