"""What the database is to refuse by itself: the checks and references that fields need, and building those that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, LiteralString

import sqlalchemy as sa
from psycopg import sql

from core.errors import Param, Problem
from core.fields import FieldTypes
from core.log import get_logger
from core.metadata.catalog import Catalog
from core.storage.constraints import one_target, one_value
from core.storage.identifiers import foreign_key
from core.storage.shapes import FieldNeed, Need, field_needs

REFERENCE, CHECK = "reference", "check"


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """One constraint: its ``rule`` as PostgreSQL writes it, the condition of rows that break it, and what it is missed as."""

    kind: str
    name: str
    table: str
    columns: tuple[str, ...]
    target: str
    rule: sql.Composed
    broken: sql.Composed
    missed: Problem


def promises(catalog: Catalog, types: FieldTypes) -> Iterator[Promise]:
    """Yield all constraints that the fields of the entities need."""
    for entity in catalog.entities.values():
        for field in field_needs(entity, types):
            yield from _of_columns(field)
            if field.one_target:
                yield _one_target(field)


def breaking(connection: sa.Connection, promise: Promise) -> int:
    """Return how many rows stand in the way of a constraint."""
    counted = sql.SQL("SELECT count(*) FROM {} AS r WHERE {}").format(_public(promise.table), promise.broken)
    return int(connection.exec_driver_sql(counted.as_string()).scalar_one())


def promise_again(engine: sa.Engine, promise: Promise) -> None:
    """Build a constraint anew, also one that was left unproven; raise the database's error where rows stand in the way.

    It holds for what is written from the first, short step on; the rows that are there are looked through while everybody works.
    Where one of them breaks it, it is taken back: nobody must be kept from changing such a row to something better.
    """
    drop = _altered("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}", promise)
    add = sql.SQL("{} {} NOT VALID").format(
        _altered("ALTER TABLE {} ADD CONSTRAINT {}", promise), promise.rule
    )
    with engine.begin() as connection:
        connection.exec_driver_sql(drop.as_string())
        connection.exec_driver_sql(add.as_string())
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(_altered("ALTER TABLE {} VALIDATE CONSTRAINT {}", promise).as_string())
    except sa.exc.IntegrityError:
        with engine.begin() as connection:
            connection.exec_driver_sql(drop.as_string())
        raise
    get_logger("storage").info("constraint_built", constraint=promise.name, table=promise.table)


def _of_columns(field: FieldNeed) -> Iterator[Promise]:
    for need in field.columns:
        if need.record.only:
            yield _one_value(field.table, need)
        if need.references:
            yield _reference(field.table, need, need.references)


def _one_value(table: str, need: Need) -> Promise:
    column, value = need.record.column, need.record.only
    name, only = sql.Identifier(column), sql.Literal(value)
    return Promise(
        kind=CHECK,
        name=one_value(table, column),
        table=table,
        columns=(column,),
        target="",
        rule=sql.SQL("CHECK ({} = {})").format(name, only),
        broken=sql.SQL("r.{} <> {}").format(name, only),
        missed=_problem(
            "check_missing",
            "Nothing keeps {field} of {table} from holding another value than {value}.",
            one_value(table, column),
            table=table,
            field=column,
            value=value,
        ),
    )


def _one_target(field: FieldNeed) -> Promise:
    columns = tuple(need.record.column for need in field.columns)
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    of_row = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(column)) for column in columns)
    return Promise(
        kind=CHECK,
        name=one_target(field.table, field.field),
        table=field.table,
        columns=columns,
        target="",
        rule=sql.SQL("CHECK (num_nonnulls({}) <= 1)").format(listed),
        broken=sql.SQL("num_nonnulls({}) > 1").format(of_row),
        missed=_problem(
            "check_missing",
            "Nothing keeps {field} of {table} from pointing to two records at once.",
            one_target(field.table, field.field),
            table=field.table,
            field=field.field,
        ),
    )


def _reference(table: str, need: Need, target: str) -> Promise:
    column = need.record.column
    names = {"column": sql.Identifier(column), "target": _public(target)}
    rule = sql.SQL("FOREIGN KEY ({column}) REFERENCES {target} (id)").format(**names)
    if need.on_delete:
        rule = sql.SQL("{} ON DELETE {}").format(rule, sql.SQL(_rule(need.on_delete)))
    return Promise(
        kind=REFERENCE,
        name=foreign_key(table, column),
        table=table,
        columns=(column,),
        target=target,
        rule=rule,
        broken=sql.SQL(
            "r.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} AS t WHERE t.id = r.{column})"
        ).format(**names),
        missed=_problem(
            "reference_missing",
            "Nothing ties the column {column} of {table} to {target}.",
            foreign_key(table, column),
            table=table,
            column=column,
            target=target,
        ),
    )


def _rule(on_delete: str) -> Literal["SET NULL", "CASCADE"]:
    return "CASCADE" if on_delete == "CASCADE" else "SET NULL"


def _altered(text: LiteralString, promise: Promise) -> sql.Composed:
    return sql.SQL(text).format(_public(promise.table), sql.Identifier(promise.name))


def _public(table: str) -> sql.Identifier:
    return sql.Identifier("public", table)


def _problem(code: str, message: str, constraint: str, **params: Param) -> Problem:
    return Problem(code=code, message=message, params={**params, "constraint": constraint})
