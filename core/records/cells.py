"""Between Python values and the cells of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson

from core.kernel.values import Ref
from core.records.plan import EntityPlan


def to_cells(plan: EntityPlan, values: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """Return the cells of the named stored fields, search keys included."""
    cells: dict[str, object] = {}
    for name in names:
        spec = plan.entity.fields[name]
        cells.update(plan.types[name].to_columns(spec, values.get(name)))
    return cells


def from_row(plan: EntityPlan, row: Mapping[str, Any]) -> dict[str, object]:
    """Return the Python values of a table row, system fields included."""
    values: dict[str, object] = {name: row.get(name) for name in plan.kept}
    for spec in plan.made:
        values[spec.name] = plan.types[spec.name].from_columns(spec, row)
    return values


def to_json(value: object) -> str:
    """Return JSON text for the database; decimals and dates as text, which PostgreSQL reads exactly."""
    return orjson.dumps(value, default=_cell, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _cell(value: object) -> object:
    match value:
        case Ref():
            return value.id
        case Decimal():
            return str(value)
        case set() | frozenset():
            return sorted(value)
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")
