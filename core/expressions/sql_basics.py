"""Pieces of SQL that all others are built from: guards against NULL, bounds without repetition.

Nothing here writes an operand twice: nested expressions would double with every level.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType

import sqlalchemy as sa

from core.expressions.limits import MAX_INTEGER_DIGITS
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
