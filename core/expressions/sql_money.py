"""Money in SQL: an amount, its currency, and the currencies that must agree for the amount to count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.expressions import sql_basics as basics
from core.expressions import sql_parts as parts
from core.expressions.binding import null_of
from core.expressions.terms import Aggregate, Arithmetic, Choose, Field, First, Function, Round, Term
from core.expressions.types import MONEY, TEXT
from core.expressions.views import Sql

if TYPE_CHECKING:
    from core.expressions.sql import SqlReading


@dataclass(frozen=True, slots=True)
class SqlMoney:
    """``amount`` counts where all of ``agreed`` hold; the currency stands beside it, never inside."""

    amount: Sql
    currency: Sql
    agreed: tuple[Sql, ...] = ()

    @property
    def settled(self) -> Sql:
        """The amount, NULL where currencies disagree."""
        return sa.case((sa.and_(*self.agreed), self.amount)) if self.agreed else self.amount


def money_of(reading: SqlReading, term: Term) -> SqlMoney:
    """Return amount and currency of a term that makes money."""
    match term:
        case Field(name=name):
            scope = reading.scope_of(term)
            return SqlMoney(scope.column(name), scope.currency(name))
        case Arithmetic():
            return _arithmetic(reading, term)
        case Function(name=name, args=(operand,)):
            found = reading.money(operand)
            return SqlMoney(parts.AMOUNTS[name](found.amount), found.currency, found.agreed)
        case Round(operand=operand, places=places):
            found = reading.money(operand)
            return SqlMoney(parts.round_to(found.amount, places), found.currency, found.agreed)
        case Choose(condition=condition, then=then, otherwise=otherwise):
            asked = reading.condition(condition, guard=False)
            a, b = reading.money(then), reading.money(otherwise)
            return SqlMoney(
                sa.case((asked, a.settled), else_=b.settled), sa.case((asked, a.currency), else_=b.currency)
            )
        case First(operands=operands):
            found_all = [reading.money(one) for one in operands]
            return SqlMoney(
                sa.func.coalesce(*(m.settled for m in found_all), type_=basics.NUMERIC),
                sa.case(*((m.settled.is_not(None), m.currency) for m in found_all)),
            )
        case Aggregate(function=function, items=items, body=Term() as body):
            return _aggregate(reading, function, items, body)
        case _:  # the literal null
            return SqlMoney(null_of(MONEY), null_of(TEXT))


def _arithmetic(reading: SqlReading, term: Arithmetic) -> SqlMoney:
    if term.op in "+-":
        a, b = reading.money(term.left), reading.money(term.right)
        return SqlMoney(
            parts.step(term.op, a.amount, b.amount),
            a.currency,
            (*a.agreed, *b.agreed, a.currency == b.currency),
        )
    if term.left.type.kind == "money":
        a, number = reading.money(term.left), basics.numeric(reading.value(term.right))
        return SqlMoney(parts.step(term.op, a.amount, number), a.currency, a.agreed)
    b, number = reading.money(term.right), basics.numeric(reading.value(term.left))
    return SqlMoney(parts.step(term.op, number, b.amount), b.currency, b.agreed)


def _aggregate(reading: SqlReading, function: str, items: Field, body: Term) -> SqlMoney:
    def amount(inside: SqlReading) -> tuple[Sql, list[Sql]]:
        found = inside.money(body)
        one = sa.func.count(sa.distinct(found.currency)) == basics.written("1")
        if function == "avg":
            drawn = parts.mean(found.settled)
        else:
            drawn = getattr(sa.func, function)(found.settled, type_=basics.NUMERIC)
        return sa.case((one, drawn)), [found.settled.is_not(None)]

    def currency(inside: SqlReading) -> tuple[Sql, list[Sql]]:
        found = inside.money(body)
        return sa.func.min(found.currency, type_=sa.Text()), [found.settled.is_not(None)]

    return SqlMoney(
        reading.over(items, amount).scalar_subquery(), reading.over(items, currency).scalar_subquery()
    )
