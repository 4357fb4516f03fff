"""`Reading`: lists and single records, one statement each, as Python values or straight to JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from core.access import Access, key_of
from core.errors import NotFound
from core.expressions import Schema
from core.fields import FieldTypes
from core.kernel.actor import Actor
from core.kernel.secrets import Secrets
from core.metadata.catalog import Catalog
from core.metadata.specs import Json
from core.records import cursor
from core.records.asking import Asking, Given, words
from core.records.blanks import NONE, Cut, Said, cut, find_blanks
from core.records.children import Children, build_children
from core.records.columns import listed
from core.records.compiled import Compiler, Kept, KeptQuestions, Statement
from core.records.filters import ReaderSchema, read_filter
from core.records.listing import EXPORT, Listing, Row, Shape, build_listing, comes_by_way
from core.records.orders import read_orders, require_readable
from core.records.page import Page, Values
from core.records.query import EVERYTHING, Query
from core.records.questions import Answer, Ready, question
from core.records.scopes import Eyes
from core.records.titles import learn_titles
from core.records.way_by_way import places
from core.records.wording import is_id, search_patterns
from core.storage.reader import Reader
from core.storage.tables import Tables
from core.storage.unit import UnitOfWork

JSON = orjson.OPT_UTC_Z

READY_QUESTIONS = 2048
COMPILED = 1024


class Reading:
    """Reads records for an actor.

    Statements are compiled once for each catalog, entity, set of roles and shape of question; an actor's id and
    teams, the constants of filters and the values of cursors are parameters. A list costs one statement, and one
    more for each nested list that is shown.
    """

    def __init__(
        self,
        *,
        asking: Asking,
        tables: Tables,
        types: FieldTypes,
        access: Access,
        schema_of: Callable[[Catalog], Schema],
        secrets: Secrets,
    ) -> None:
        self._asking = asking
        self._tables = tables
        self._types = types
        self._access = access
        self._schema_of = schema_of
        self._secrets = secrets
        self.compiler = Compiler()
        self._ready: KeptQuestions[Ready] = KeptQuestions(READY_QUESTIONS)
        self._listings: Kept[Listing] = Kept(COMPILED)
        self._children: Kept[Children] = Kept(COMPILED)

    # Lists

    def find(
        self,
        actor: Actor,
        entity: str,
        query: Query = EVERYTHING,
        *,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> Page:
        """Return a page of records as Python values."""
        with self._asking.reader(uow, reader) as lent:
            answer = self._answer(actor, entity, query, catalog, uow, lent)
            items = answer.listing.rows.values(answer.rows)
            self._nest(actor, entity, catalog, answer, items, uow, lent, json=False)
        return Page(items=items, next=answer.next, total=answer.total)

    def find_json(
        self,
        actor: Actor,
        entity: str,
        query: Query = EVERYTHING,
        *,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> bytes:
        """Return a page of records as the API writes it."""
        with self._asking.reader(uow, reader) as lent:
            answer = self._answer(actor, entity, query, catalog, uow, lent)
            items = answer.listing.rows.jsons(answer.rows)
            self._nest(actor, entity, catalog, answer, items, uow, lent, json=True)
        page: dict[str, object] = {"items": items, "next": answer.next}
        if query.count:
            page["total"] = answer.total
        return orjson.dumps(page, option=JSON)

    def _answer(
        self, actor: Actor, entity: str, query: Query, catalog: Catalog, uow: UnitOfWork | None, lent: Reader
    ) -> Answer:
        ready, said = self._prepare(actor, entity, query, catalog)
        position = self._position(ready, entity, query)
        empties = None if position is None else tuple(value is None for value in position)
        listing = self._listing(actor, ready, empties, catalog)
        given = self._given(ready, said, listing, position)
        rows: Sequence[Row] = ()
        if ready.limit:
            rows = self._rows(listing.statement, given, actor, uow, lent)
        nothing = ready.limit and position is None and not rows
        total = 0 if nothing and query.count else self._total(listing, rows, given, actor, uow, lent)
        following = None
        if len(rows) > ready.limit:
            rows = rows[: ready.limit]
            following = cursor.encode(self._secrets, question(entity, query), listing.position(rows[-1]))
        return Answer(listing=listing, rows=rows, next=following, total=total)

    def _rows(
        self, statement: Statement, given: Given, actor: Actor, uow: UnitOfWork | None, lent: Reader
    ) -> Sequence[Row]:
        constants = self._asking.constants(statement.wants, actor, uow)
        return statement.run(lent, {**constants, **given})

    def _total(
        self,
        listing: Listing,
        rows: Sequence[Row],
        given: Given,
        actor: Actor,
        uow: UnitOfWork | None,
        lent: Reader,
    ) -> int | None:
        """Return the exact count, which comes with each row; an empty page behind others has to ask for it."""
        if listing.total_place is None or listing.count is None:
            return None
        if rows:
            return int(rows[0][listing.total_place])
        return int(self._rows(listing.count, given, actor, uow, lent)[0][0])

    # What a question means

    def _prepare(
        self, actor: Actor, entity: str, query: Query, catalog: Catalog
    ) -> tuple[Ready, tuple[Said, ...]]:
        """Return the question and what fills its blanks; where those are no mere values, it is kept word for word."""
        asked = cut(query.filter)
        ready = self._read_once(actor, entity, query, catalog, asked)
        if ready.blanks is None:
            asked = Cut(query.filter, ())
            ready = self._read_once(actor, entity, query, catalog, asked)
        return ready, asked.said

    def _read_once(self, actor: Actor, entity: str, query: Query, catalog: Catalog, asked: Cut) -> Ready:
        key = (
            catalog.version,
            catalog.digest,
            key_of(actor),
            entity,
            query.fields,
            asked.text,
            len(asked.said),
            query.sort,
            query.limit,
            (query.count, query.capped),
            query.search,
            query.trash,
            query.granted,
        )
        return self._ready.get(key, asked.text, lambda: self._read(actor, entity, query, catalog, asked))

    def _read(self, actor: Actor, entity: str, query: Query, catalog: Catalog, asked: Cut) -> Ready:
        query.check()
        spec = catalog.entity(entity)
        self._access.require(actor, entity, "read", catalog)
        eyes = self.eyes(actor, catalog)
        readable = eyes.fields(entity).readable
        wanted, blanks = None, NONE if not asked.said else None
        if query.filter.strip():
            schema = self.reader_schema(eyes)
            wanted = read_filter(query.filter, entity, schema)
            if asked.said:
                blanks = find_blanks(asked, wanted, lambda text: read_filter(text, entity, schema))
        patterns = search_patterns(query.search)
        shape = Shape(
            entity=entity,
            fields=self._fields(eyes, entity, query.fields),
            filter=wanted.key if wanted else None,
            orders=read_orders(query.sort, spec, readable, self._types),
            limit=query.limit,
            words=len(patterns),
            count=query.count,
            capped=query.count and query.capped,
            trash=query.trash,
            granted=query.granted,
        )
        by_way = comes_by_way(eyes, shape, wanted)
        return Ready(shape, wanted, patterns, query.limit, blanks, by_way)

    def _fields(
        self, eyes: Eyes, entity: str, fields: Iterable[str], *, single: bool = False
    ) -> tuple[str, ...]:
        """Return the fields asked for, each once, or all that the reader sees."""
        spec, readable = eyes.catalog.entity(entity), eyes.fields(entity).readable
        asked = tuple(dict.fromkeys(fields))
        for name in asked:
            require_readable(name, spec, readable)
        if asked:
            return asked
        lists = tuple(f.name for f in spec.fields.values() if f.type == "list") if single else ()
        return tuple(name for name in (*listed(spec), *lists) if name in readable)

    def _position(self, ready: Ready, entity: str, query: Query) -> tuple[Json, ...] | None:
        if not query.cursor:
            return None
        return cursor.decode(self._secrets, question(entity, query), query.cursor, len(ready.shape.orders))

    def _listing(
        self, actor: Actor, ready: Ready, empties: tuple[bool, ...] | None, catalog: Catalog
    ) -> Listing:
        """Return the compiled list; questions that differ only in constants share it."""
        among = places(actor) if ready.by_way else ()
        found = ready.listings.get((empties, among))
        if found is None:
            shape = replace(ready.shape, empties=empties, among=among)
            key = (catalog.version, catalog.digest, key_of(actor), shape)
            found = ready.listings[empties, among] = self._listings.get(
                key, lambda: build_listing(self.eyes(actor, catalog), shape, ready.wanted, self.compiler)
            )
        return found

    def _given(
        self, ready: Ready, said: Sequence[Said], listing: Listing, position: Sequence[Json] | None
    ) -> Given:
        given: Given = {**words(ready.patterns), **(ready.wanted.given if ready.wanted else {})}
        if said and ready.blanks is not None:
            given |= ready.blanks.filled(said)
        return given if position is None else {**given, **listing.given(position)}

    # Single records

    def get(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        fields: Sequence[str] = (),
        *,
        catalog: Catalog,
        trash: bool = False,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> Values:
        """Return one record as Python values, nested lists included; raise `NotFound` where it is out of sight."""
        with self._asking.reader(uow, reader) as lent:
            answer = self._one(actor, entity, record_id, fields, catalog, trash, uow, lent)
            items = answer.listing.rows.values(answer.rows)
            self._nest(actor, entity, catalog, answer, items, uow, lent, json=False)
        learn_titles(actor, catalog, entity, items, uow)
        return items[0]

    def get_json(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        fields: Sequence[str] = (),
        *,
        catalog: Catalog,
        trash: bool = False,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> bytes:
        """Return one record as the API writes it."""
        return self.get_versioned(
            actor, entity, record_id, fields, catalog=catalog, trash=trash, uow=uow, reader=reader
        )[1]

    def get_versioned(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        fields: Sequence[str] = (),
        *,
        catalog: Catalog,
        trash: bool = False,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> tuple[int, bytes]:
        """Return the version and the JSON of one record: what an ETag and a body are made of."""
        with self._asking.reader(uow, reader) as lent:
            answer = self._one(actor, entity, record_id, fields, catalog, trash, uow, lent)
            items = answer.listing.rows.jsons(answer.rows)
            self._nest(actor, entity, catalog, answer, items, uow, lent, json=True)
        return answer.rows[0][answer.listing.version_place], orjson.dumps(items[0], option=JSON)

    def _one(
        self,
        actor: Actor,
        entity: str,
        record_id: int,
        fields: Sequence[str],
        catalog: Catalog,
        trash: bool,
        uow: UnitOfWork | None,
        lent: Reader,
    ) -> Answer:
        ready = self._prepare_one(actor, entity, tuple(fields), catalog, trash)
        listing = self._listing(actor, ready, None, catalog)
        rows = self._rows(listing.statement, {"id": record_id}, actor, uow, lent) if is_id(record_id) else ()
        if not rows:
            raise NotFound
        return Answer(listing=listing, rows=rows, next=None, total=None)

    def _prepare_one(
        self, actor: Actor, entity: str, fields: tuple[str, ...], catalog: Catalog, trash: bool
    ) -> Ready:
        key = (catalog.version, catalog.digest, key_of(actor), entity, fields, trash)
        return self._ready.get(key, "", lambda: self._read_one(actor, entity, fields, catalog, trash))

    def _read_one(
        self, actor: Actor, entity: str, fields: tuple[str, ...], catalog: Catalog, trash: bool
    ) -> Ready:
        self._access.require(actor, entity, "read", catalog)
        shape = Shape(
            entity=entity,
            fields=self._fields(self.eyes(actor, catalog), entity, fields, single=True),
            trash=trash,
        )
        return Ready(shape, wanted=None, patterns=(), limit=1)

    # Nested lists

    def _nest(
        self,
        actor: Actor,
        entity: str,
        catalog: Catalog,
        answer: Answer,
        items: list[Values],
        uow: UnitOfWork | None,
        lent: Reader,
        *,
        json: bool,
    ) -> None:
        """Put the lines of nested lists into their owners; a list whose lines are out of sight is empty."""
        for name, told in answer.listing.nested:
            of = str(catalog.entity(entity).fields[name].option("of"))
            ids = [row[answer.listing.id_place] for row in answer.rows if row[told]]
            found: Mapping[int, list[Values]] = {}
            exported = answer.listing.exported
            actions = ("read", EXPORT) if exported else ("read",)
            if ids and all(self._access.may(actor, of, action, catalog) for action in actions):
                # A plan for any number of owners looks dearer to PostgreSQL than one for the only one at hand.
                alone = len(ids) == 1
                children = self._lines(actor, entity, name, catalog, alone=alone, exported=exported)
                given: Given = {"ids": ids[0] if alone else ids}
                rows = self._rows(children.statement, given, actor, uow, lent)
                found = children.by_owner(rows, json=json)
            for row, item in zip(answer.rows, items, strict=True):
                lines: Any = found.get(row[answer.listing.id_place], [])
                item[name] = lines if json else tuple(lines)

    def _lines(self, actor: Actor, entity: str, name: str, catalog: Catalog, **how: bool) -> Children:
        key = (catalog.version, catalog.digest, key_of(actor), entity, name, *sorted(how.items()))
        return self._children.get(
            key, lambda: build_children(self.eyes(actor, catalog), entity, name, self.compiler, **how)
        )

    # For the other readings of this room

    def eyes(self, actor: Actor, catalog: Catalog) -> Eyes:
        """Return the reader's eyes in a catalog."""
        return Eyes(catalog=catalog, tables=self._tables, types=self._types, access=self._access, actor=actor)

    def require_read(self, actor: Actor, entity: str, catalog: Catalog) -> None:
        """Refuse an actor who may read no record of the entity."""
        self._access.require(actor, entity, "read", catalog)

    def may_read(self, actor: Actor, entity: str, catalog: Catalog, fields: Iterable[str] = ()) -> bool:
        """Tell whether the actor may read any record of the entity, and all these fields of it."""
        return self._access.sees(actor, entity, fields, catalog)

    def reader_schema(self, eyes: Eyes) -> ReaderSchema:
        """Return the names that a reader knows."""
        return ReaderSchema(eyes, self._schema_of(eyes.catalog), self._types)
