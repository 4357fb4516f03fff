"""The SQL of one rolled-up field: a scalar subquery for each of its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from core.expressions import to_sql
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec, RollUp
from core.records.conditions import Conditions
from core.records.sources import Sql, Table


def drawn(
    conditions: Conditions, catalog: Catalog, parent: EntitySpec, table: sa.Table, spec: FieldSpec
) -> dict[str, Sql]:
    """Return ``{column: subquery}`` for the columns of a rolled-up field of ``parent``, but for its search key.

    How a value is looked for follows from the type of this field, and is written with the value by Python.
    """
    rollup = spec.rollup
    assert rollup is not None  # only rolled-up fields are drawn
    source = catalog.entity(rollup.source)
    alias = conditions.tables.of(source).alias()
    where = _where(conditions, catalog, parent, table, rollup, alias)
    columns = [c.name for c in conditions.tables.columns(parent, spec.name) if c.name != f"{spec.name}_key"]
    if rollup.function == "count":
        return {columns[0]: _scalar(sa.func.count(), alias, where)}
    from_columns = [c.name for c in conditions.tables.columns(source, rollup.value)]
    if rollup.function == "pick":
        return {
            own: _first(alias.c[drawn_from], alias, where)
            for own, drawn_from in zip(columns, from_columns, strict=False)
        }
    return _aggregated(rollup.function, columns, from_columns, alias, where)


def _where(
    conditions: Conditions,
    catalog: Catalog,
    parent: EntitySpec,
    table: sa.Table,
    rollup: RollUp,
    alias: Table,
) -> Sequence[Sql]:
    source = catalog.entity(rollup.source)
    column = conditions.reference_column(source.fields[rollup.by], parent.name)
    where: list[Sql] = [alias.c[column] == table.c.id, alias.c.deleted_at.is_(None)]
    if rollup.where:
        checked = conditions.checked(catalog, rollup.source, rollup.where)
        where.append(to_sql(checked, conditions.scope(catalog, source, alias)))
    return where


def _aggregated(
    function: str, columns: Sequence[str], from_columns: Sequence[str], alias: Table, where: Sequence[Sql]
) -> dict[str, Sql]:
    """Return sum, min or max; money of several currencies has no sum and stays empty."""
    aggregate: Callable[[Sql], Sql] = getattr(sa.func, function)
    value = alias.c[from_columns[0]]
    if len(from_columns) == 1:
        total = aggregate(value)
        return {columns[0]: _scalar(sa.func.coalesce(total, 0) if function == "sum" else total, alias, where)}
    currency = alias.c[from_columns[1]]
    single = sa.func.count(sa.distinct(currency)) <= 1
    return {
        columns[0]: _scalar(sa.case((single, aggregate(value))), alias, where),
        columns[1]: _scalar(sa.case((single, sa.func.min(currency))), alias, where),
    }


def _scalar(value: Sql, alias: Table, where: Sequence[Sql]) -> Sql:
    return sa.select(value).select_from(alias).where(*where).correlate_except(alias).scalar_subquery()


def _first(value: Sql, alias: Table, where: Sequence[Sql]) -> Sql:
    return (
        sa.select(value).where(*where).order_by(alias.c.id).limit(1).correlate_except(alias).scalar_subquery()
    )
