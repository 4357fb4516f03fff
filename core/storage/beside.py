"""Values of records kept beside the parts by which they are reached, in tables of their own, by triggers.

Whoever is given records one by one wants to read them in an order, and the parts that give them know nothing of it: all
would be fetched to be sorted. So beside each part stands the value that its record is sorted by, with an index for each
way to look for the part. The database keeps them itself: whatever writes a part or a record, nothing can forget them.
A reader takes them as candidates in order; whether a record is to be seen, its parts are asked still.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from core.storage.identifiers import identifier
from core.storage.physical import BESIDE, TEXT, UNTIL, IndexSpec

ALL = "SELECT name, table_name, columns FROM core_index WHERE kind = 'beside' ORDER BY name"

VALUE, RECORD = "value", "record"
"""Columns of such a table that readers ask for, beside those by which the parts are looked for."""


FILLING = """SELECT p.id AS part, r.id AS record, r.{column} AS value, {p_by}
FROM {parts} p JOIN {records} r ON r.id = p.{link} WHERE p.deleted_at IS NULL"""

FOLLOW_PART = """CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF TG_OP = 'TRUNCATE' THEN TRUNCATE {here}; RETURN NULL; END IF;
IF TG_OP <> 'INSERT' THEN DELETE FROM {here} WHERE part = OLD.id; END IF;
IF TG_OP <> 'DELETE' THEN IF NEW.deleted_at IS NULL AND NEW.{link} IS NOT NULL THEN
INSERT INTO {here} (part, record, value, {by})
SELECT NEW.id, r.id, r.{column}, {new_by} FROM {records} r WHERE r.id = NEW.{link} FOR SHARE; END IF; END IF;
RETURN NULL; END $$"""
"""The record stays as it is till the part is committed (FOR SHARE): a change of it that does not see the part yet would
pass the part by.
"""

AT_PART = """CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {parts}
FOR EACH ROW EXECUTE FUNCTION public.{name}()"""

AT_ALL_PARTS = "CREATE TRIGGER {all} AFTER TRUNCATE ON {parts} EXECUTE FUNCTION public.{name}()"

FOLLOW_RECORD = """CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
UPDATE {here} SET value = NEW.{column} WHERE record = NEW.id; RETURN NULL; END $$"""

IN_ORDER = "CREATE INDEX {name} ON {here} ({one}, value, record) INCLUDE ({carried}) WHERE {one} IS NOT NULL"
IN_ORDER_OF_TEXT = """CREATE INDEX {name} ON {here} ({one}, public.sort_key(value), record)
INCLUDE ({carried}) WHERE {one} IS NOT NULL"""

AT_RECORD = """CREATE TRIGGER {name} AFTER UPDATE OF {column} ON {records} FOR EACH ROW
WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION public.{name}()"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """One such table: the ``column`` of ``table`` in it, and the columns of the ``parts`` that are copied beside their
    ``link``.
    """

    name: str
    index: str
    table: str
    column: str
    is_text: bool
    parts: str
    link: str
    by: tuple[str, ...]
    until: str

    def written(self, text: LiteralString, **names: str) -> sql.Composed:
        """Return a statement with the names in it: those of this table, and others."""
        by = [sql.Identifier(one) for one in (*self.by, *([self.until] if self.until else []))]
        return sql.SQL(text).format(
            here=_public(self.name),
            index=sql.Identifier(self.index),
            records=_public(self.table),
            parts=_public(self.parts),
            column=sql.Identifier(self.column),
            link=sql.Identifier(self.link),
            by=sql.SQL(", ").join(by),
            p_by=sql.SQL(", ").join(sql.SQL("p.{}").format(one) for one in by),
            new_by=sql.SQL(", ").join(sql.SQL("NEW.{}").format(one) for one in by),
            **{key: sql.Identifier(name) for key, name in names.items()},
        )


def table_beside(table: str, order: str) -> str:
    """Return the name of the table that keeps the values of a column."""
    return identifier(table, "beside", order)


def spec_of(row: tuple[Any, ...]) -> IndexSpec:
    """Return what is recorded of one, from a row of `ALL`."""
    name, table, columns = row
    return IndexSpec(name=name, table=table, kind="beside", columns=tuple(columns))


def keep_beside(spec: IndexSpec) -> Iterator[sql.Composed]:
    """Yield the statements that make the table, keep it from now on, and fill it.

    Writers of both tables wait till the end of the transaction: what they write before is in it, what they write
    afterwards comes by the triggers.
    """
    kept = kept_of(spec)
    yield kept.written("LOCK TABLE {records}, {parts} IN SHARE ROW EXCLUSIVE MODE")
    yield kept.written("CREATE TABLE {here} AS " + FILLING)
    yield kept.written("ALTER TABLE {here} ADD CONSTRAINT {index} PRIMARY KEY (part)")
    yield kept.written("CREATE INDEX {name} ON {here} (record)", name=identifier(kept.index, "record"))
    for column in kept.by:
        yield kept.written(
            IN_ORDER_OF_TEXT if kept.is_text else IN_ORDER,
            name=identifier(kept.index, column),
            one=column,
            carried=kept.until or "part",
        )
    part, record = _functions(kept)
    yield kept.written(FOLLOW_PART, name=part)
    yield kept.written(AT_PART, name=part)
    yield kept.written(AT_ALL_PARTS, name=part, all=identifier(part, "all"))
    yield kept.written(FOLLOW_RECORD, name=record)
    yield kept.written(AT_RECORD, name=record)


def forget_beside(spec: IndexSpec) -> Iterator[sql.Composed]:
    """Yield the statements that remove the table and all that keeps it."""
    kept = kept_of(spec)
    for function in _functions(kept):
        yield kept.written("DROP FUNCTION IF EXISTS public.{name}() CASCADE", name=function)
    yield kept.written("DROP TABLE IF EXISTS {here}")


def filled(spec: IndexSpec) -> Iterator[sql.Composed]:
    """Yield the statements that fill the table anew, whatever is in it."""
    kept = kept_of(spec)
    yield kept.written("TRUNCATE {here}")
    yield kept.written("INSERT INTO {here} (part, record, value, {by}) " + FILLING)


def kept_of(spec: IndexSpec) -> Kept:
    """Return what is kept, as `IndexSpec` records it."""
    order, *parts = spec.columns
    column, _, how = order.partition(" ")
    table = parts[0].removeprefix(BESIDE).partition(".")[0]
    link, *by = (part.partition(".")[2] for part in parts)
    until = by.pop().removesuffix(f" {UNTIL}") if by[-1].endswith(f" {UNTIL}") else ""
    return Kept(
        name=table_beside(spec.table, column),
        index=spec.name,
        table=spec.table,
        column=column,
        is_text=how == TEXT,
        parts=table,
        link=link,
        by=tuple(by),
        until=until,
    )


def kept_names(kept: Kept) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the triggers that keep such a table, and of its indexes."""
    part, record = _functions(kept)
    indexes = (kept.index, *(identifier(kept.index, name) for name in (RECORD, *kept.by)))
    return frozenset({part, identifier(part, "all"), record}), frozenset(indexes)


def _functions(kept: Kept) -> tuple[str, str]:
    return identifier(kept.index, "part"), identifier(kept.index, "record", "moved")


def _public(table: str) -> sql.Identifier:
    return sql.Identifier("public", table)
