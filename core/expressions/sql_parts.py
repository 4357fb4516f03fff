"""Pieces of SQL that the reading is built from: arithmetic, functions of numbers and texts.

Nothing here writes an operand twice: nested expressions would double with every level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import sqlalchemy as sa

from core.expressions.letters import CAPITALS, LOWER_CASE, SMALL, UPPER_CASE
from core.expressions.limits import DECIMALS, MAX_COUNT
from core.expressions.sql_basics import NUMERIC, numeric, written
from core.expressions.sql_dates import PARTS
from core.expressions.views import Sql


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


def joined(between: Sql | None, texts: list[Sql]) -> Sql:
    """Return the texts that are not NULL with something between them; no text at all is NULL."""
    found = sa.func.concat(*texts) if between is None else sa.func.concat_ws(between, *texts)
    return sa.func.nullif(found, written("''"), type_=sa.Text())


def _translated(text: Sql, letters: str, others: str) -> Sql:
    return sa.func.translate(text, written(f"'{letters}'"), written(f"'{others}'"), type_=sa.Text())


def _filled(text: Sql) -> Sql:
    return sa.func.nullif(text, written("''"), type_=sa.Text())


def _place(number: Sql, least: int) -> Sql:
    """Return a whole number that counts characters, not less than ``least``; NULL stays NULL, as in no LEAST()."""
    low, buckets = written(str(least + 1)), written(str(MAX_COUNT - least - 1))
    found = sa.func.width_bucket(sa.func.trunc(numeric(number)), low, written(str(MAX_COUNT)), buckets)
    return sa.type_coerce(found, sa.Integer()) + written(str(least))


def _substring(text: Sql, first: Sql, count: Sql) -> Sql:
    return _filled(sa.func.substr(text, _place(first, 1), _place(count, 0)))


def picked(name: str, values: list[Sql], kind: str) -> Sql:
    """Return the least or the greatest of the values that are not NULL."""
    if kind == "number":
        values = [numeric(value) for value in values]
    function = sa.func.least if name == "least" else sa.func.greatest
    return function(*values, type_=values[0].type)


def mean(values: Sql) -> Sql:
    """Return the mean of numbers, rounded once."""
    count = sa.func.count(values)
    return divide(sa.func.sum(numeric(values), type_=NUMERIC), numeric(count))


def length(value: Sql, kind: str) -> Sql:
    """Return how many characters a text has, or choices a multiple choice; NULL where it has none."""
    if kind == "multi_choice":
        return sa.func.nullif(sa.func.cardinality(value), written("0"), type_=sa.Integer())
    return sa.func.char_length(value, type_=sa.Integer())


AMOUNTS: Mapping[str, Callable[[Sql], Sql]] = MappingProxyType(
    {
        "negate": lambda number: -numeric(number),
        "abs": lambda number: sa.func.abs(numeric(number), type_=NUMERIC),
        "floor": lambda number: sa.func.floor(numeric(number), type_=NUMERIC),
        "ceil": lambda number: sa.func.ceil(numeric(number), type_=NUMERIC),
    }
)
"""Functions of numbers that keep the currency of money."""

FUNCTIONS: Mapping[str, Callable[..., Sql]] = MappingProxyType(
    {
        "lower": lambda text: _translated(text, CAPITALS, SMALL),
        "upper": lambda text: _translated(text, LOWER_CASE, UPPER_CASE),
        "trim": lambda text: _filled(sa.func.btrim(text, written("E' \\t\\r\\n'"))),
        "left": lambda text, count: _filled(sa.func.left(text, _place(count, 0))),
        "right": lambda text, count: _filled(sa.func.right(text, _place(count, 0))),
        "substring": _substring,
        "text": lambda number: sa.cast(sa.func.trim_scale(numeric(number)), sa.Text()),
        "mod": lambda number, divisor: sa.func.mod(
            numeric(number), sa.func.nullif(numeric(divisor), written("0")), type_=NUMERIC
        ),
        **AMOUNTS,
        **PARTS,
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
