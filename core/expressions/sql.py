"""The SQL reading: a checked expression becomes one clause, true or false and never NULL where it is a condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.errors import BadRequest
from core.expressions import sql_basics as basics
from core.expressions import sql_parts as parts
from core.expressions.binding import bound, env_bound, like_pattern, null_of
from core.expressions.checked import Checked
from core.expressions.sql_dates import OF_BOTH
from core.expressions.sql_money import SqlMoney, money_of
from core.expressions.terms import (
    Aggregate,
    Arithmetic,
    Brought,
    Choose,
    Compare,
    Empty,
    EnvValue,
    Field,
    First,
    Folded,
    Function,
    Holds,
    Linked,
    Logic,
    Member,
    Not,
    Param,
    Refers,
    Round,
    Term,
    Value,
    is_condition,
)
from core.expressions.views import Sql, SqlScope


def to_sql(checked: Checked, scope: SqlScope, *, guarded: bool = True) -> Sql:
    """Return the clause of a condition, or the value of another expression (of money: its amount).

    ``guarded=False`` gives the lighter clause for WHERE, where NULL counts as false; it may not be negated.
    """
    reading = SqlReading(scope)
    match checked.type.kind:
        case "boolean":
            return reading.condition(checked.term, guard=guarded)
        case "number":
            return basics.bounded(basics.numeric(reading.value(checked.term)))
        case "money":
            return basics.bounded(reading.money(checked.term).settled)
        case _:
            return reading.value(checked.term)


def to_sql_money(checked: Checked, scope: SqlScope) -> tuple[Sql, Sql]:
    """Return amount and currency of an expression that makes money; the currency counts where there is an amount."""
    found = SqlReading(scope).money(checked.term)
    return basics.bounded(found.settled), found.currency


class SqlReading:
    """Reads terms about one record."""

    def __init__(self, scope: SqlScope) -> None:
        self._scope = scope

    def condition(self, term: Term, *, guard: bool) -> Sql:
        """Return a boolean term as a clause; without ``guard`` NULL stands for false."""
        make = _CONDITIONS.get(type(term))
        if make is not None and is_condition(term):
            made: Sql = make(self, term, guard)
            return made
        return basics.surely(self.value(term), guard)

    def value(self, term: Term) -> Sql:
        """Return the value of a term, NULL where it is empty."""
        if is_condition(term):
            return self.condition(term, guard=True)
        if term.type.kind == "money":
            return self.money(term).settled
        made: Sql = _VALUES[type(term)](self, term)
        return made

    def money(self, term: Term) -> SqlMoney:
        """Return amount and currency of a term."""
        return money_of(self, term)

    def scope_of(self, field: Field) -> SqlScope:
        """Return the scope of the record whose field is read."""
        if field.old:
            raise BadRequest(
                "$old.{name} exists only while a change is written.", code="no_old", name=field.name
            )
        scope = self._scope
        for step in field.path:
            scope = scope.follow(step)
        return scope

    def own_id(self) -> Sql:
        """Return the id of the record."""
        return self._scope.column("id")

    def over(self, items: Field, make: Callable[[SqlReading], tuple[Sql, list[Sql]]]) -> sa.Select[Any]:
        """Return a SELECT over the records of a list; ``make`` gives what is selected and further conditions."""
        source, tied, inside = self.scope_of(items).items(items.name)
        selected, conditions = make(SqlReading(inside))
        return sa.select(selected).select_from(source).where(tied, *conditions).correlate_except(source)


def _constant(_reading: SqlReading, term: Value, _guard: bool) -> Sql:
    return sa.true() if term.value else sa.false()


def _compare(reading: SqlReading, term: Compare, guard: bool) -> Sql:
    holds = basics.OPERATORS[term.op]
    if term.left.type.kind == term.right.type.kind == "money":
        a, b = reading.money(term.left), reading.money(term.right)
        alike = sa.and_(holds(a.amount, b.amount), a.currency == b.currency, *a.agreed, *b.agreed)
        return basics.surely(alike, guard)
    return _between(reading, holds, term.left, term.right, guard)


def _between(
    reading: SqlReading, holds: Callable[[Sql, Sql], Sql], first: Term, last: Term, guard: bool
) -> Sql:
    """Return what holds between two values, guarded on those that may be empty."""
    a, b = reading.value(first), reading.value(last)
    unsure = [sql for term, sql in ((first, a), (last, b)) if not _is_given(term)]
    return basics.surely(holds(a, b), guard, *unsure) if unsure else holds(a, b)


def _is_given(term: Term) -> bool:
    """Tell whether a value is never empty."""
    if isinstance(term, Value):
        return term.value is not None
    return isinstance(term, Param) or is_condition(term)


def _empty(reading: SqlReading, term: Empty, _guard: bool) -> Sql:
    value = reading.value(term.operand)
    if term.operand.type.kind in ("multi_choice", "ids"):
        return sa.func.coalesce(sa.func.cardinality(value), basics.written("0")) == basics.written("0")
    return value.is_(None)


def _logic(reading: SqlReading, term: Logic, guard: bool) -> Sql:
    clauses = [reading.condition(one, guard=guard) for one in term.operands]
    return sa.and_(*clauses) if term.op == "and" else sa.or_(*clauses)


def _not(reading: SqlReading, term: Not, _guard: bool) -> Sql:
    return sa.not_(reading.condition(term.operand, guard=True))


def _member(reading: SqlReading, term: Member, guard: bool) -> Sql:
    operand, options = reading.value(term.operand), reading.value(term.options)
    return basics.surely(operand == sa.any_(options), guard, operand)


def _holds(reading: SqlReading, term: Holds, guard: bool) -> Sql:
    whole = reading.value(term.operand)
    item = sa.cast(postgresql.array([reading.value(term.item)]), sa.ARRAY(sa.Text()))
    return basics.surely(whole.op("@>", is_comparison=True)(item), guard, whole)


def _linked(reading: SqlReading, term: Linked, guard: bool) -> Sql:
    item = reading.value(term.item)
    if _is_given(term.item):
        found = reading.scope_of(term.items).holders(term.items.name, item)
        if found is not None:  # unknown where the reference before it is empty, or its mask is
            return basics.surely(found, guard)
    return sa.exists(
        reading.over(term.items, lambda inside: (basics.written("1"), [inside.own_id() == item]))
    )


def _refers(reading: SqlReading, term: Refers, guard: bool) -> Sql:
    target = reading.scope_of(term.reference).target(term.reference.name, term.entity)
    if term.item is None:
        return target.is_not(None)
    item = reading.value(term.item)
    return basics.surely(target == item, guard, target, *(() if _is_given(term.item) else (item,)))


def _folded(reading: SqlReading, term: Folded, guard: bool) -> Sql:
    key = reading.scope_of(term.field).key(term.field.name)
    needle = term.needle
    if isinstance(needle, Value) and isinstance(needle.value, str):
        needle = Value(needle.type, like_pattern(needle.value))
    return basics.surely(key.like(reading.value(needle)), guard, key)


def _predicate(reading: SqlReading, term: Function, guard: bool) -> Sql:
    return _between(reading, parts.PREDICATES[term.name], term.args[0], term.args[1], guard)


def _found_once(reading: SqlReading, term: Aggregate) -> Sql | None:
    """Return the condition that the record is among those of which a list holds such a one, found once for all."""
    scope = reading.scope_of(term.items)
    found = scope.gathered(term.items.name) if term.function == "any" and term.body is not None else None
    if found is None or term.body is None:
        return None
    source, key, conditions, inside = found
    held = sa.select(key).select_from(source)
    held = held.where(*conditions, SqlReading(inside).condition(term.body, guard=False)).correlate(None)
    return scope.column("id") == sa.any_(sa.func.array(held.scalar_subquery()))


def _quantified(reading: SqlReading, term: Aggregate, guard: bool) -> Sql:
    def asked(inside: SqlReading) -> tuple[Sql, list[Sql]]:
        if term.body is None:
            return basics.written("1"), []
        if term.function == "all":
            return basics.written("1"), [sa.not_(inside.condition(term.body, guard=True))]
        return basics.written("1"), [inside.condition(term.body, guard=False)]

    once = _found_once(reading, term)
    if once is not None:
        return basics.surely(once, guard)
    found = sa.exists(reading.over(term.items, asked))
    return found if term.function == "any" else sa.not_(found)


def _aggregate(reading: SqlReading, term: Aggregate) -> Sql:
    def drawn(inside: SqlReading) -> tuple[Sql, list[Sql]]:
        if term.function == "count":
            asked = [] if term.body is None else [inside.condition(term.body, guard=False)]
            return sa.func.count(), asked
        assert term.body is not None  # the check lets none through without
        value = inside.value(term.body)
        if term.function == "avg":
            return parts.mean(value), []
        if term.function == "sum":
            return sa.func.coalesce(
                sa.func.sum(basics.numeric(value)), basics.written("0"), type_=basics.NUMERIC
            ), []
        return (sa.func.min if term.function == "min" else sa.func.max)(value), []

    return reading.over(term.items, drawn).scalar_subquery()


def _field(reading: SqlReading, term: Field) -> Sql:
    return reading.scope_of(term).column(term.name)


def _value(_reading: SqlReading, term: Value) -> Sql:
    return null_of(term.type) if term.value is None else bound(term)


def _arithmetic(reading: SqlReading, term: Arithmetic) -> Sql:
    if term.left.type.kind == "money":
        a, b = reading.money(term.left), reading.money(term.right)
        return sa.case(
            (sa.and_(a.currency == b.currency, *a.agreed, *b.agreed), parts.divide(a.amount, b.amount))
        )
    left, right = (basics.numeric(reading.value(side)) for side in (term.left, term.right))
    return parts.step(term.op, left, right)


def _round(reading: SqlReading, term: Round) -> Sql:
    return parts.round_to(reading.value(term.operand), term.places)


def _function(reading: SqlReading, term: Function) -> Sql:
    args = [reading.value(arg) for arg in term.args]
    kind = term.args[0].type.kind
    match term.name:
        case "amount":
            return args[0]
        case "concat":
            return parts.joined(None, args)
        case "join":
            return parts.joined(args[0], args[1:])
        case "length":
            return parts.length(args[0], kind)
        case "least" | "greatest":
            return parts.picked(term.name, args, kind)
        case name if name in OF_BOTH:
            made: Sql = OF_BOTH[name](args[0], args[1], kind)
            return made
        case name:
            return parts.FUNCTIONS[name](*args)


def _brought(reading: SqlReading, term: Brought) -> Sql:
    """Return what a module's function writes; a number that it gets cannot overflow."""
    if term.function.sql is None:
        raise BadRequest(
            "{name} works on the server only; the database cannot be asked by it.",
            code="server_only",
            name=term.function.name,
        )
    args = [reading.value(arg) for arg in term.args]
    return term.function.sql(
        *(
            basics.numeric(arg) if kind == "number" else arg
            for arg, kind in zip(args, term.function.takes, strict=True)
        )
    )


def _choose(reading: SqlReading, term: Choose) -> Sql:
    return sa.case(
        (reading.condition(term.condition, guard=False), reading.value(term.then)),
        else_=reading.value(term.otherwise),
    )


def _first(reading: SqlReading, term: First) -> Sql:
    return sa.func.coalesce(*(reading.value(one) for one in term.operands))


_CONDITIONS: Mapping[type[Term], Callable[[SqlReading, Any, bool], Sql]] = MappingProxyType(
    {
        Value: _constant,
        Compare: _compare,
        Empty: _empty,
        Logic: _logic,
        Not: _not,
        Member: _member,
        Holds: _holds,
        Linked: _linked,
        Refers: _refers,
        Folded: _folded,
        Function: _predicate,
        Aggregate: _quantified,
    }
)
_VALUES: Mapping[type[Term], Callable[[SqlReading, Any], Sql]] = MappingProxyType(
    {
        Field: _field,
        Value: _value,
        Param: lambda _reading, term: bound(term),
        EnvValue: lambda _reading, term: env_bound(term),
        Arithmetic: _arithmetic,
        Round: _round,
        Function: _function,
        Brought: _brought,
        Choose: _choose,
        First: _first,
        Aggregate: _aggregate,
    }
)
