"""Pieces of SQL that the reading is built from: guards against NULL, bounds without repetition, functions.

Nothing here writes an operand twice: nested expressions would double with every level.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType

import sqlalchemy as sa

from core.expressions.letters import CAPITALS, SMALL
from core.expressions.limits import DECIMALS, MAX_DAYS, MAX_INTEGER_DIGITS
from core.expressions.views import Sql

NUMERIC = sa.Numeric()
OPERATORS: Mapping[str, Callable[[Sql, Sql], Sql]] = MappingProxyType(
    {
        "==": operator.eq,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)


def written(text: str) -> Sql:
    """Return a constant of this file as it stands; nothing that anybody typed comes here."""
    return sa.literal_column(text)


def surely(clause: Sql, guard: bool, *operands: Sql) -> Sql:
    """Return ``clause`` as true or false where one of ``operands``, or all of it, may be NULL.

    Plain columns are guarded one by one, which leaves the comparison to indexes.
    """
    if not guard:
        return clause
    if operands and all(isinstance(one, (sa.ColumnClause, sa.BindParameter)) for one in operands):
        return sa.and_(clause, *(one.is_not(None) for one in operands))
    return clause.is_(sa.true())


def within(value: Sql, below: Sql, above: Sql) -> Sql:
    """Return ``value``, or NULL where it is ``below`` or lower, ``above`` or higher."""
    inside = sa.func.greatest(sa.func.least(value, above), below)
    return sa.func.nullif(sa.func.nullif(inside, above), below)


def bounded(value: Sql) -> Sql:
    """Return a number, or NULL where it is too large to be kept anywhere."""
    limit = f"1e{MAX_INTEGER_DIGITS}"
    return sa.type_coerce(within(value, written(f"-{limit}"), written(limit)), NUMERIC)


def numeric(value: Sql) -> Sql:
    """Return a number of any type as one that cannot overflow."""
    return sa.cast(value, NUMERIC)


def multiply(a: Sql, b: Sql) -> Sql:
    """Return the product, rounded."""
    return sa.func.round(a * b, written(str(DECIMALS)), type_=NUMERIC)


def divide(a: Sql, b: Sql) -> Sql:
    """Return the quotient, rounded once; nothing is divided by zero."""
    raised, lowered = written(f"1e{DECIMALS + 1}"), written(f"1e-{DECIMALS + 1}")
    whole = sa.func.div(a * raised, sa.func.nullif(b, written("0")), type_=NUMERIC)
    return sa.func.round(whole * lowered, written(str(DECIMALS)), type_=NUMERIC)


def step(op: str, left: Sql, right: Sql) -> Sql:
    """Return one step of arithmetic between numbers."""
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return multiply(left, right)
        case _:
            return divide(left, right)


def round_to(value: Sql, places: int) -> Sql:
    """Return ``value`` rounded to decimals."""
    return sa.func.round(numeric(value), written(str(places)), type_=NUMERIC)


def _days(days: Sql) -> Sql:
    edge = MAX_DAYS + 1
    return sa.cast(
        within(sa.func.trunc(numeric(days)), written(f"-{edge}"), written(str(edge))), sa.Integer()
    )


def add_days_to_date(start: Sql, days: Sql) -> Sql:
    """Return the date so many days later, NULL outside the years 1 to 9999."""
    later = start.op("+", return_type=sa.Date())(_days(days))
    return sa.type_coerce(
        within(later, written("DATE '0001-12-31 BC'"), written("DATE '10000-01-01'")), sa.Date()
    )


def add_days_to_moment(start: Sql, days: Sql) -> Sql:
    """Return the moment so many times 24 hours later, NULL outside the years 1 to 9999."""
    zero, moment = written("0"), sa.TIMESTAMP(timezone=True)
    hours = sa.func.make_interval(zero, zero, zero, zero, _days(days) * written("24"))
    later = start.op("+", return_type=moment)(hours)
    return sa.type_coerce(
        within(
            later,
            written("TIMESTAMPTZ '0001-12-31 23:59:59.999999+00 BC'"),
            written("TIMESTAMPTZ '10000-01-01 00:00:00+00'"),
        ),
        moment,
    )


def days_between_dates(first: Sql, last: Sql) -> Sql:
    """Return how many days lie between two dates."""
    return last.op("-", return_type=sa.Integer())(first)


def days_between_moments(first: Sql, last: Sql) -> Sql:
    """Return how many whole days lie between two moments."""
    seconds = sa.extract("epoch", last) - sa.extract("epoch", first)
    return sa.func.div(seconds, written("86400"), type_=NUMERIC)


def joined(between: Sql | None, texts: list[Sql]) -> Sql:
    """Return the texts that are not NULL with something between them; no text at all is NULL."""
    found = sa.func.concat(*texts) if between is None else sa.func.concat_ws(between, *texts)
    return sa.func.nullif(found, written("''"), type_=sa.Text())


FUNCTIONS: Mapping[str, Callable[[Sql], Sql]] = MappingProxyType(
    {
        "lower": lambda text: sa.func.translate(
            text, written(f"'{CAPITALS}'"), written(f"'{SMALL}'"), type_=sa.Text()
        ),
        "length": lambda text: sa.func.char_length(text, type_=sa.Integer()),
        "year": lambda day: sa.extract("year", day),
        "month": lambda day: sa.extract("month", day),
        "day": lambda day: sa.extract("day", day),
        "negate": lambda number: -numeric(number),
    }
)
PREDICATES: Mapping[str, Callable[[Sql, Sql], Sql]] = MappingProxyType(
    {
        "contains": lambda text, part: sa.func.strpos(text, part) > written("0"),
        "starts_with": lambda text, part: sa.func.starts_with(text, part, type_=sa.Boolean()),
        "ends_with": lambda text, part: sa.func.starts_with(
            sa.func.reverse(text), sa.func.reverse(part), type_=sa.Boolean()
        ),
    }
)
