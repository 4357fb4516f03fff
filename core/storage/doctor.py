"""Compare three things that must agree: what the catalog needs, what is recorded, what PostgreSQL has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from core.errors import Param, Problem
from core.fields import FieldTypes
from core.metadata.catalog import Catalog
from core.storage.beside_check import is_kept
from core.storage.constraints import links_index
from core.storage.migrate import check_revision
from core.storage.physical import Physical, read_physical
from core.storage.plan import plan
from core.storage.promises import REFERENCE, breaking, promises
from core.storage.shapes import FieldNeed, Need, field_needs

COLUMNS = sa.text("""
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped""")

INDEXES = sa.text("""
SELECT c.relname, i.indisvalid AND i.indisready
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public'""")

CONSTRAINTS = sa.text("""
SELECT r.relname, a.attname, f.relname
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.convalidated AND cardinality(c.conkey) = 1""")

CHECKS = sa.text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND convalidated")

KEYED = sa.text("""
SELECT c.relname FROM pg_constraint p JOIN pg_class c ON c.oid = p.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND p.contype = 'p'""")

TYPE_NAMES = {"varchar": "character varying", "char": "character", "int": "integer"}
"""How PostgreSQL itself writes the types that SQLAlchemy writes otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What PostgreSQL has."""

    columns: Mapping[tuple[str, str], str]
    indexes: Mapping[str, bool]
    references: frozenset[tuple[str, str, str]]
    checks: frozenset[str]
    keyed: frozenset[str]


def inspect_physical(connection: sa.Connection, catalog: Catalog, types: FieldTypes) -> list[Problem]:
    """Return everything in which catalog, records and database differ; nothing where all is well."""
    check_revision(connection)
    physical, found = read_physical(connection, types), _look(connection)
    return [
        *_recorded(physical, found),
        *_needed(catalog, types, found),
        *_promised(connection, catalog, types, found),
        *_planned(catalog, physical),
        *_built(connection, physical, found),
    ]


def _look(connection: sa.Connection) -> Found:
    return Found(
        columns={(table, column): kind for table, column, kind in connection.execute(COLUMNS).all()},
        indexes={name: bool(valid) for name, valid in connection.execute(INDEXES).all()},
        references=frozenset((t, c, f) for t, c, f in connection.execute(CONSTRAINTS).all()),
        checks=frozenset(connection.scalars(CHECKS)),
        keyed=frozenset(connection.scalars(KEYED)),
    )


def _recorded(physical: Physical, found: Found) -> Iterator[Problem]:
    """Look for columns that are recorded but missing, or there but not recorded."""
    tables = {table for table, _ in physical.columns}
    for table, column in sorted(physical.columns.keys() - found.columns.keys()):
        yield _problem(
            "column_missing",
            "The column {column} of {table} is recorded but does not exist.",
            table=table,
            column=column,
        )
    for table, column in sorted(found.columns.keys() - physical.columns.keys()):
        if table in tables:
            yield _problem(
                "column_unknown",
                "The column {column} of {table} belongs to no field, not even in the trash.",
                table=table,
                column=column,
            )


def _needed(catalog: Catalog, types: FieldTypes, found: Found) -> Iterator[Problem]:
    """Look whether the columns of fields have their types, and tables of links and records what finds their rows."""
    for entity in catalog.entities.values():
        if (entity.table, "id") in found.columns and entity.table not in found.keyed:
            yield _problem(
                "key_missing", "Nothing keeps two records of {table} from having one id.", table=entity.table
            )
        for field in field_needs(entity, types):
            for need in field.columns:
                yield from _needed_column(field.table, need, found)
            yield from _needed_links(field, found)


def _needed_links(field: FieldNeed, found: Found) -> Iterator[Problem]:
    index = links_index(field.table)
    if field.links and (field.table, "target") in found.columns and not found.indexes.get(index, False):
        yield _problem(
            "links_index_missing",
            "The index {index} of {table} is missing or broken.",
            index=index,
            table=field.table,
        )


def _needed_column(table: str, need: Need, found: Found) -> Iterator[Problem]:
    """Look at one column; that it is missing altogether tells the planner."""
    column = need.record.column
    has, wanted = found.columns.get((table, column)), plain_type(need.record.sql_type)
    if has is not None and has != wanted:
        yield _problem(
            "wrong_type",
            "The column {column} of {table} is {has} instead of {wanted}.",
            table=table,
            column=column,
            has=has,
            wanted=wanted,
        )


def _promised(
    connection: sa.Connection, catalog: Catalog, types: FieldTypes, found: Found
) -> Iterator[Problem]:
    """Look whether the database refuses by itself what it is to refuse; what stands in the way is counted."""
    for promise in promises(catalog, types):
        if any((promise.table, column) not in found.columns for column in promise.columns):
            continue  # that they are missing tells the planner
        if promise.kind == REFERENCE:
            kept = (promise.table, promise.columns[0], promise.target) in found.references
        else:
            kept = promise.name in found.checks
        if kept:
            continue
        count = breaking(connection, promise)
        if not count:
            yield promise.missed
        else:
            yield _problem(
                "records_in_the_way",
                "{count} rows of {table} stand in the way of the constraint {constraint}, which is missing; correct them first.",
                count=count,
                table=promise.table,
                constraint=promise.name,
            )


def _planned(catalog: Catalog, physical: Physical) -> Iterator[Problem]:
    """Ask the planner: whatever it would do has been left undone."""
    todo = plan(None, catalog, physical)
    yield from todo.problems
    for step in todo.steps:
        yield _problem("not_applied", "The tables are behind the definitions: {step}.", step=step.sentence)


def _built(connection: sa.Connection, physical: Physical, found: Found) -> Iterator[Problem]:
    rows = connection.execute(sa.text("SELECT name, state FROM core_index WHERE kind <> 'keys'"))
    states = {row.name: row.state for row in rows}
    for name, state in sorted(states.items()):
        table = physical.indexes[name].table
        if state == "failed":
            yield _problem(
                "index_failed", "The index {index} of {table} could not be built.", index=name, table=table
            )
        elif physical.indexes[name].kind == "beside":
            if not is_kept(connection, physical.indexes[name]):
                yield _problem(
                    "beside_broken",
                    "What {index} keeps of {table} for those it is shared with is not right any more.",
                    index=name,
                    table=table,
                )
        elif state == "built" and not found.indexes.get(name, False):
            yield _problem(
                "index_missing", "The index {index} of {table} is missing or broken.", index=name, table=table
            )


def plain_type(recorded: str) -> str:
    """Return a recorded type as PostgreSQL's ``format_type`` writes it.

    >>> plain_type("CHAR(3)"), plain_type("BIGINT REFERENCES shop"), plain_type("TEXT[]")
    ('character(3)', 'bigint', 'text[]')
    """
    text = recorded.partition(" REFERENCES ")[0].lower().replace(", ", ",")
    name, bracket, rest = text.partition("(")
    return TYPE_NAMES.get(name, name) + bracket + rest


def _problem(code: str, message: str, **params: Param) -> Problem:
    return Problem(code=code, message=message, params=params)
