"""Sorting and going on: ORDER BY with empty values last, and the condition of what comes after a cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from core.errors import BadRequest
from core.fields import FieldTypes
from core.metadata.names import nearest
from core.metadata.specs import EntitySpec, Json
from core.records.columns import title_of
from core.records.scopes import Scope
from core.records.sources import Sql


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One name to sort by."""

    name: str
    descending: bool


def read_orders(
    sort: Sequence[str], entity: EntitySpec, readable: Mapping[str, object], types: FieldTypes
) -> tuple[Order, ...]:
    """Read ``name`` and ``-name``; the id settles ties, so that every order is total."""
    orders = []
    for text in sort:
        name = text.removeprefix("-")
        require_readable(name, entity, readable)
        field = entity.fields[name]
        if not field.system and not types.get(field.type).sortable:
            raise BadRequest("Records cannot be sorted by {name}.", code="not_sortable", name=name)
        orders.append(Order(name=name, descending=text.startswith("-")))
    if any(order.name == "id" for order in orders):
        return tuple(orders)
    return (*orders, Order(name="id", descending=bool(orders) and orders[-1].descending))


def require_readable(name: str, entity: EntitySpec, readable: Mapping[str, object]) -> None:
    """Refuse a name that the reader does not know, whether or not there is such a field."""
    if name in readable and name in entity.fields:
        return
    near = nearest(name[:80], readable)
    if near:
        raise BadRequest(
            "There is no field {name}. Perhaps: {nearest}.",
            code="unknown_field",
            name=name[:80],
            nearest=near,
        )
    raise BadRequest("There is no field {name}.", code="unknown_field", name=name[:80])


@dataclass(frozen=True, kw_only=True, slots=True)
class Sorted:
    """An order in SQL: the cell whose value goes into cursors, and how cells are compared."""

    order: Order
    cell: Sql
    nullable: bool
    kind: str
    choices: tuple[str, ...] = ()
    index: int = 0
    """Which cell of its field is compared: of a reference it is the title."""

    def compared(self, value: Sql) -> Sql:
        """Return what is compared, of a cell or of a value from a cursor."""
        if self.kind == "choice":
            places = sa.literal(list(self.choices), ARRAY(sa.Text))
            known: Sql = sa.func.array_position(places, value, type_=sa.Integer)
            # An option that is no longer declared comes first; it must not count as empty.
            return sa.func.coalesce(known, sa.case((value.is_not(None), 0)), type_=sa.Integer)
        if self.kind == "text":
            return sa.func.sort_key(value, type_=sa.Text)
        return value

    def clause(self) -> Sql:
        """Return the term of ORDER BY."""
        key = self.compared(self.cell)
        ordered = sa.desc(key) if self.order.descending else sa.asc(key)
        # Without NULLS LAST a plain index serves a descending order, too.
        return sa.nulls_last(ordered) if self.nullable else ordered

    def after(self, place: int) -> Sql:
        """Return the condition to come after the cursor's value here, which is not empty."""
        key, value = self.compared(self.cell), self.compared(self._value(place))
        beyond = key < value if self.order.descending else key > value
        return sa.or_(beyond, self.cell.is_(None)) if self.nullable else beyond

    def level(self, place: int, empty: bool) -> Sql:
        """Return the condition to be where the cursor is."""
        if empty:
            return self.cell.is_(None)
        return self.compared(self.cell) == self.compared(self._value(place))

    def bound(self, place: int) -> Sql | None:
        """Return a looser condition that an index understands, where there is one."""
        if self.nullable:
            return None
        key, value = self.compared(self.cell), self.compared(self._value(place))
        return key <= value if self.order.descending else key >= value

    def _value(self, place: int) -> Sql:
        return sa.bindparam(f"c{place}", type_=self.cell.type)


def sorted_by(orders: Sequence[Order], scope: Scope) -> tuple[Sorted, ...]:
    """Return the orders in SQL."""
    return tuple(_sorted(order, scope) for order in orders)


def _sorted(order: Order, scope: Scope) -> Sorted:
    field = scope.entity.fields[order.name]
    if field.type == "reference":
        return Sorted(
            order=order, cell=title_of(scope.follow(order.name)), nullable=True, kind="text", index=1
        )
    cell = scope.column(order.name)
    nullable = scope.mask(order.name) is not None or (field.nullable and order.name not in NEVER_EMPTY)
    kind = (
        "choice"
        if field.type == "choice"
        else "text"
        if isinstance(cell.type, sa.Text | sa.String)
        else "plain"
    )
    return Sorted(
        order=order,
        cell=cell,
        nullable=nullable,
        kind=kind,
        choices=tuple(choice.name for choice in field.choices),
    )


NEVER_EMPTY = frozenset({"id", "version", "created_at", "updated_at"})


def continued(some: Sequence[Sorted], empties: Sequence[bool]) -> Sql:
    """Return the condition of what comes after a cursor with these empty values."""
    branches: list[Sql] = []
    for place, one in enumerate(some):
        if empties[place]:
            continue  # nothing comes after empty values but more of them
        level = [some[i].level(i, empties[i]) for i in range(place)]
        branches.append(sa.and_(*level, one.after(place)))
    beyond = sa.or_(*branches)
    bound = None if empties[0] else some[0].bound(0)
    return beyond if bound is None else sa.and_(bound, beyond)


def cursor_value(value: object) -> Json:
    """Return a cell as a cursor carries it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def cell_value(value: Json, kind: sa.types.TypeEngine[Any]) -> object:
    """Return the cell that a cursor carries."""
    if value is None or not isinstance(value, str):
        return value
    if isinstance(kind, sa.Numeric):
        return Decimal(value)
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, sa.Date) else value
