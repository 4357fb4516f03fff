"""Between Python values and the cells of a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from core.kernel.values import Ref
from core.metadata.specs import FieldSpec
from core.records.plan import EntityPlan


def to_cells(plan: EntityPlan, values: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return the cells of the named stored fields, search keys included."""
    cells: dict[str, object] = {}
    for name in names:
        spec = plan.entity.fields[name]
        cells.update(plan.types[name].to_columns(spec, values.get(name)))
    return cells


def from_row(plan: EntityPlan, row: sa.RowMapping) -> dict[str, object]:
    """Return the Python values of a table row, system fields included."""
    values: dict[str, object] = {}
    for name, spec in plan.entity.fields.items():
        kind = plan.types[name]
        if spec.system:
            values[name] = row[name]
        elif kind.storable:
            values[name] = _value(plan, spec, row)
    return values


def _value(plan: EntityPlan, spec: FieldSpec, row: sa.RowMapping) -> object:
    kind = plan.types[spec.name]
    return kind.from_columns(spec, {column.name: row[column.name] for column in kind.columns(spec)})


def record_set(rows: Sequence[Mapping[str, object]], columns: Sequence[sa.Column[object]],
               name: str) -> sa.TableValuedAlias:
    """Return ``rows`` as a table in SQL, by one JSON parameter, typed as the columns they are for."""
    return (
        sa.func.jsonb_to_recordset(sa.cast(sa.literal(to_json(rows)), sa.dialects.postgresql.JSONB))
        .table_valued(*[sa.column(c.name, c.type) for c in columns], name=name)
        .render_derived(with_types=True)
    )


def to_json(value: object) -> str:
    """Return JSON text for the database; decimals and dates as text, which PostgreSQL reads exactly."""
    return json.dumps(value, default=_cell, ensure_ascii=False, separators=(",", ":"))


def _cell(value: object) -> object:
    if isinstance(value, Ref):
        return value.id
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    isoformat = getattr(value, "isoformat", None)
    if isoformat is not None:
        return isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
