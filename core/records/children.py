"""Nested lists: the records of a list field, read for all their owners at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from core.metadata.specs import EntitySpec
from core.records.columns import Columns, listed
from core.records.compiled import Compiler, Statement, number
from core.records.listing import EXPORT, Row, line_column, opened, visible, withheld
from core.records.query import MAX_LIMIT
from core.records.rows import RowReader
from core.records.scopes import Eyes, Scope
from core.records.sources import Sql
from core.records.statements import the_one


@dataclass(frozen=True, kw_only=True, slots=True)
class Children:
    """A compiled nested list; of each owner the first records by id, as many as a page holds at most."""

    statement: Statement
    rows: RowReader
    owner_place: int

    def by_owner(self, rows: Iterable[Row], *, json: bool) -> Mapping[int, list[dict[str, object]]]:
        """Return the records of each owner, in order."""
        found: dict[int, list[dict[str, object]]] = {}
        kept = list(rows)
        for row, item in zip(kept, self.rows.jsons(kept) if json else self.rows.values(kept), strict=True):
            found.setdefault(row[self.owner_place], []).append(item)
        return found


def build_children(
    eyes: Eyes, entity: str, name: str, compiler: Compiler, *, alone: bool, exported: bool = False
) -> Children:
    """Compile the statement of one list field; the owners, or the one ``alone``, come as the parameter ``ids``.

    With ``exported`` it gives the lines, and of them the fields, that may leave the system.
    """
    owner = eyes.catalog.entity(entity)
    spec = eyes.catalog.entity(str(owner.fields[name].option("of")))
    by = str(owner.fields[name].option("by"))
    scope, sources = opened(eyes, spec)
    columns = Columns(sources, scope)
    shown = _columns(eyes, spec, by, exported=exported)
    rows = RowReader([columns.of(field) for field in shown])
    for field, given in withheld(eyes, scope, shown) if exported else ():
        rows.blank(field, given)
    link = scope.table.c[line_column(spec, by, owner)]
    place = rows.add(link)
    select = sa.select(*rows.cells).select_from(sources.clause)
    first = _first_of_one if alone else _first_of_each
    select = select.where(scope.table.c.id.in_(first(eyes, owner, name, spec, by, exported)))
    statement = compiler.compile(select.order_by(link, scope.table.c.id))
    rows.forget()
    return Children(statement=statement, rows=rows, owner_place=place)


def _columns(eyes: Eyes, spec: EntitySpec, by: str, *, exported: bool) -> list[str]:
    """Return the fields of lines that are shown: all that the reader sees but their owner."""
    shown = [field for field in listed(spec) if field in eyes.fields(spec.name).readable and field != by]
    given = eyes.access.exportable(eyes.actor, spec.name, eyes.catalog) if exported else shown
    return [field for field in shown if field in given]


def _first_of_one(
    eyes: Eyes, owner: EntitySpec, name: str, spec: EntitySpec, by: str, exported: bool
) -> sa.Select[Any]:
    """Select the ids of the visible lines of one owner, if the reader sees its list."""
    return _first(eyes, owner, name, spec, by, exported, the_one())


def _first_of_each(
    eyes: Eyes, owner: EntitySpec, name: str, spec: EntitySpec, by: str, exported: bool
) -> sa.Select[Any]:
    """Select the ids of the visible lines of the owners whose list the reader sees."""
    ids = sa.func.unnest(sa.bindparam("ids", type_=ARRAY(sa.BigInteger))).table_valued("id", name="given")
    given = ids.render_derived()
    lines = _first(eyes, owner, name, spec, by, exported, given.c.id).correlate(given).lateral("line")
    return sa.select(lines.c.id).select_from(given.join(lines, sa.true()))


def _first(
    eyes: Eyes,
    owner: EntitySpec,
    name: str,
    spec: EntitySpec,
    by: str,
    exported: bool,
    owner_id: sa.ColumnElement[Any],
) -> sa.Select[Any]:
    line = eyes.tables.of(spec).alias()
    scope = Scope(eyes, spec, line, masked=True)
    inside = sa.select(line.c.id).where(
        line.c[line_column(spec, by, owner)] == owner_id,
        line.c.deleted_at.is_(None),
        *visible(eyes, scope),
        *(visible(eyes, scope, EXPORT) if exported else ()),
        *list_shown(eyes, owner, name, owner_id),
    )
    return inside.order_by(line.c.id).limit(number(MAX_LIMIT))


def list_shown(eyes: Eyes, owner: EntitySpec, name: str, owner_id: Sql) -> list[Sql]:
    """Return the condition that the reader sees a list of a record; none where the reader sees that of all."""
    table = eyes.tables.of(owner).alias()
    mask = Scope(eyes, owner, table, masked=True).mask(name)
    if mask is None:
        return []
    return [sa.exists().where(table.c.id == owner_id, mask).correlate_except(table)]
