"""Search over entities: one statement, each entity by the keys its reader may use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access import key_of
from core.errors import BadRequest
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.records.asking import Asking, words
from core.records.columns import title_of
from core.records.compiled import Kept, Statement, number
from core.records.listing import Shape, opened, past_index, searched, where
from core.records.page import Hit
from core.records.query import MAX_LIMIT, check_search
from core.records.reading import Reading
from core.records.scopes import Eyes
from core.records.slips import is_known_to_index
from core.records.titles import known_titles
from core.records.wording import is_id, search_patterns
from core.storage.reader import Reader
from core.storage.unit import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    entities: tuple[str, ...]
    statement: Statement | None


class Searching:
    """Finds records by what their search keys hold, and names records by their titles."""

    def __init__(self, reading: Reading, asking: Asking) -> None:
        self._reading = reading
        self._asking = asking
        self._kept: Kept[_Search] = Kept(256)

    def search(
        self,
        actor: Actor,
        text: str,
        entities: Sequence[str] | None = None,
        limit: int = 20,
        *,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
        broadly: bool = False,
    ) -> list[Hit]:
        """Return what holds every word: keys that begin with the first word before others, then by title.

        Without ``entities`` all are searched that stand for themselves; parts are found by their whole. ``broadly``
        is for pages: it costs two short statements more, and spares the planning over all entities.
        """
        _check_limits(text, limit)
        patterns = search_patterns(text)
        if not patterns:
            return []
        asked = None if entities is None else tuple(dict.fromkeys(entities))
        broad = asked is None
        how = tuple(not broad or is_known_to_index(one) for one in patterns)
        key = (catalog.version, catalog.digest, key_of(actor), asked, limit, how)
        made = self._kept.get(key, lambda: self._compile(actor, asked, limit, how, catalog))
        if made.statement is None:
            return []
        given = {
            **self._asking.constants(made.statement.wants, actor, uow),
            **words(patterns),
            "first": patterns[0][1:],
        }
        with self._asking.reader(uow, reader) as lent:
            run = lent.broad if broad and broadly else lent.raw
            rows = run(made.statement.sql, made.statement.params(given))
        return [Hit(entity=made.entities[row[0]], id=row[1], title=row[2]) for row in rows]

    def _compile(
        self, actor: Actor, asked: tuple[str, ...] | None, limit: int, how: tuple[bool, ...], catalog: Catalog
    ) -> _Search:
        eyes = self._reading.eyes(actor, catalog)
        if asked is None:
            specs = [s for s in catalog.entities.values() if not s.part_of]
        else:
            specs = [catalog.entity(name) for name in asked]
            for spec in specs:
                self._reading.require_read(actor, spec.name, catalog)
        found = [s for s in specs if eyes.visible(s.name) is not False and searched(eyes, s)]
        if not found:
            return _Search(entities=(), statement=None)
        parts = [_part(eyes, spec, place, limit, how).subquery() for place, spec in enumerate(found)]
        union = sa.union_all(*(sa.select(part) for part in parts)).subquery("found")
        select = sa.select(*union.c).order_by(union.c.rank, union.c.title_key, union.c.place, union.c.id)
        compiled = self._reading.compiler.compile(select.limit(number(limit)))
        return _Search(entities=tuple(s.name for s in found), statement=compiled)

    def titles(
        self,
        actor: Actor,
        entity: str,
        ids: Sequence[int],
        *,
        catalog: Catalog,
        uow: UnitOfWork | None = None,
        reader: Reader | None = None,
    ) -> dict[int, str | None]:
        """Return the titles of those of the records that the reader sees."""
        self._reading.require_read(actor, entity, catalog)
        wanted = [one for one in dict.fromkeys(ids) if is_id(one)]
        if not wanted:
            return {}
        known = known_titles(actor, uow)
        missing = [one for one in wanted if (entity, one) not in known]
        found = {one: known.get((entity, one)) for one in wanted if (entity, one) in known}
        if missing:
            found |= self._asked_titles(actor, entity, missing, catalog, uow, reader)
        return found

    def _asked_titles(
        self,
        actor: Actor,
        entity: str,
        ids: Sequence[int],
        catalog: Catalog,
        uow: UnitOfWork | None,
        reader: Reader | None,
    ) -> dict[int, str | None]:
        key = (catalog.version, catalog.digest, key_of(actor), "titles", entity)
        made = self._kept.get(key, lambda: self._compile_titles(actor, entity, catalog))
        assert made.statement is not None
        given = {**self._asking.constants(made.statement.wants, actor, uow), "ids": ids}
        with self._asking.reader(uow, reader) as lent:
            return dict(lent.raw(made.statement.sql, made.statement.params(given)))

    def _compile_titles(self, actor: Actor, entity: str, catalog: Catalog) -> _Search:
        eyes = self._reading.eyes(actor, catalog)
        scope, sources = opened(eyes, catalog.entity(entity))
        title = title_of(scope)
        ids = sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger))
        conditions = [
            scope.table.c.id == sa.any_(ids),
            *where(eyes, scope, Shape(entity=entity, fields=()), None),
        ]
        select = sa.select(scope.table.c.id, title).select_from(sources.clause).where(*conditions)
        return _Search(entities=(entity,), statement=self._reading.compiler.compile(select))


def _part(eyes: Eyes, spec: EntitySpec, place: int, limit: int, how: tuple[bool, ...]) -> sa.Select[Any]:
    """Select the best hits of one entity; ``how`` tells of each word whether an index is to be asked for it."""
    scope, sources = opened(eyes, spec)
    title = title_of(scope)
    first = sa.bindparam("first", type_=sa.Text)
    keys = [scope.key(name) for name in searched(eyes, spec)]
    rank = sa.case((sa.or_(*(key.like(first) for key in keys)), 0), else_=1)
    conditions = where(eyes, scope, Shape(entity=spec.name, fields=()), None)
    for place_of_word, indexed in enumerate(how):
        word = sa.bindparam(f"w{place_of_word}", type_=sa.Text)
        asked = keys if indexed else [past_index(key) for key in keys]
        conditions.append(sa.or_(*(key.like(word) for key in asked)))
    ordered = sa.func.sort_key(title, type_=sa.Text)
    select = sa.select(
        sa.literal(place, sa.Integer).label("place"),
        scope.table.c.id.label("id"),
        title.label("title"),
        rank.label("rank"),
        ordered.label("title_key"),
    )
    return (
        select.select_from(sources.clause)
        .where(*conditions)
        .order_by(rank, ordered, scope.table.c.id)
        .limit(number(limit))
    )


def _check_limits(text: str, limit: int) -> None:
    if not 0 < limit <= MAX_LIMIT:
        raise BadRequest("limit is between 0 and {maximum}.", code="limit", maximum=MAX_LIMIT)
    check_search(text)
