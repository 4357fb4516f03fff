"""The first records of several piles: those with each of several values of one field, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core.access import key_of
from core.kernel.actor import Actor
from core.kernel.secrets import Secrets
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, Json
from core.records import cursor
from core.records.asking import Asking, words
from core.records.columns import Columns
from core.records.compiled import Kept, KeptQuestions, Statement, number
from core.records.filters import Filter, read_filter
from core.records.listing import Row, Shape, opened, where
from core.records.orders import cursor_value, read_orders, require_readable, sorted_by
from core.records.page import Page, Values
from core.records.query import Query
from core.records.reading import Reading
from core.records.rows import RowReader
from core.records.scopes import Eyes, Scope
from core.records.sources import Sources, Table
from core.records.wording import search_patterns
from core.storage.reader import Reader
from core.storage.unit import UnitOfWork

PILE = "pile"
"""Names the value of a pile in statements, and the parameter that holds the values of all."""

Value = str | int | bool
QUESTIONS = 512
COMPILED = 512


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question whose names are read: its shape, and the constants of its filter."""

    shape: Shape
    wanted: Filter | None
    patterns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Piled:
    """A compiled question: its statement, how its rows are read, and where what belongs beside the items lies."""

    statement: Statement
    rows: RowReader
    pile_place: int
    key_places: tuple[int, ...]

    def position(self, row: Row) -> list[Json]:
        """Return what a cursor after this row carries."""
        return [cursor_value(row[place]) for place in self.key_places]


class Piles:
    """Reads what a board shows: of each of its columns the first cards, for the records a reader sees.

    Each pile is cut where it is read, so that a long one costs no more than a short one.
    """

    def __init__(self, reading: Reading, asking: Asking, secrets: Secrets) -> None:
        self._reading = reading
        self._asking = asking
        self._secrets = secrets
        self._asked: KeptQuestions[Asked] = KeptQuestions(QUESTIONS)
        self._piled: Kept[Piled] = Kept(COMPILED)

    def first(
        self,
        actor: Actor,
        entity: str,
        query: Query,
        field: str,
        piles: Mapping[Value, str],
        *,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> dict[Value, Page]:
        """Return the first page of each pile, by the value of ``field`` that its records have.

        ``query`` is asked of all of them; it names its fields, nested lists not among them. ``piles`` tells for each
        value the filter under which a list of that pile goes on: ``next`` of its page is a cursor of that question.
        """
        rights = (catalog.version, catalog.digest, key_of(actor), entity, field)
        asked = self._asked.get(
            (*rights, query), query.filter, lambda: self._read(actor, entity, query, field, catalog)
        )
        piled = self._piled.get((*rights, asked.shape), lambda: self._compile(actor, asked, field, catalog))
        if not piles:
            return {}
        with self._asking.reader(uow, reader) as lent:
            given = {
                **self._asking.constants(piled.statement.wants, actor, uow),
                **(asked.wanted.given if asked.wanted else {}),
                **words(asked.patterns),
                PILE: list(piles),
            }
            rows = lent.raw(piled.statement.sql, piled.statement.params(given))
        found: dict[Value, list[tuple[Row, Values]]] = {value: [] for value in piles}
        for row, item in zip(rows, piled.rows.values(rows), strict=True):
            found[row[piled.pile_place]].append((row, item))
        return {value: self._page(piled, entity, query, piles[value], some) for value, some in found.items()}

    def _page(
        self, piled: Piled, entity: str, query: Query, condition: str, found: Sequence[tuple[Row, Values]]
    ) -> Page:
        following, shown = None, found[: query.limit]
        if len(found) > query.limit:
            question = cursor.digest(entity, condition, query.sort, query.search, query.trash)
            following = cursor.encode(self._secrets, question, piled.position(shown[-1][0]))
        return Page(items=[item for _, item in shown], next=following)

    def _read(self, actor: Actor, entity: str, query: Query, field: str, catalog: Catalog) -> Asked:
        query.check()
        spec = catalog.entity(entity)
        self._reading.require_read(actor, entity, catalog)
        eyes = self._reading.eyes(actor, catalog)
        readable = eyes.fields(entity).readable
        for name in (field, *query.fields):
            require_readable(name, spec, readable)
        wanted = None
        if query.filter.strip():
            wanted = read_filter(query.filter, entity, self._reading.reader_schema(eyes))
        patterns = search_patterns(query.search)
        shape = Shape(
            entity=entity,
            fields=query.fields,
            filter=wanted.key if wanted else None,
            orders=read_orders(query.sort, spec, readable, eyes.types),
            limit=query.limit,
            words=len(patterns),
            trash=query.trash,
        )
        return Asked(shape=shape, wanted=wanted, patterns=patterns)

    def _compile(self, actor: Actor, asked: Asked, field: str, catalog: Catalog) -> Piled:
        """Write the statement: each pile is cut in a query of its own, titles are joined to what is left."""
        eyes, shape = self._reading.eyes(actor, catalog), asked.shape
        spec = catalog.entity(shape.entity)
        pile, page = _cut(eyes, spec, asked, field)
        sources = Sources(sa.join(pile, page, sa.true()))
        scope = Scope(eyes, spec, page, masked=True, sources=sources)
        columns = Columns(sources, scope)
        rows = RowReader([columns.of(name) for name in shape.fields])
        orders = sorted_by(shape.orders, scope)
        pile_place = rows.add(pile.c.value)
        key_places = tuple(rows.place(one.order.name, one.cell, one.index) for one in orders)
        select = sa.select(*rows.cells).select_from(sources.clause)
        statement = self._reading.compiler.compile(select.order_by(*(one.clause() for one in orders)))
        rows.forget()
        return Piled(statement=statement, rows=rows, pile_place=pile_place, key_places=key_places)


def _cut(eyes: Eyes, spec: EntitySpec, asked: Asked, field: str) -> tuple[Table, Table]:
    """Return the values of the piles, and the first records of each with all their columns."""
    shape = asked.shape
    scope, sources = opened(eyes, spec)
    cell = scope.column(field)
    values = sa.bindparam(PILE, type_=sa.ARRAY(cell.type))
    pile = sa.func.unnest(values).table_valued(sa.column("value", cell.type))
    pile = pile.render_derived(name=PILE)
    conditions = [*where(eyes, scope, shape, asked.wanted), cell == pile.c.value]
    orders = sorted_by(shape.orders, scope)
    cut = sa.select(*scope.table.c).select_from(sources.clause).where(*conditions)
    cut = cut.order_by(*(one.clause() for one in orders)).limit(number((shape.limit or 0) + 1))
    return pile, cut.correlate(pile).lateral("page")
