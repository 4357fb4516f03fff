"""Names that were misspelt: keys that hold the words but for one letter, the most similar first.

The longest word is looked for in the trigram indexes of the keys, by patterns that it fits if one letter of it is
wrong; the others have to be in the same record. Of what they find the shortest keys are put in order by their
similarity, which costs too much for all. The eyes of the reader are the same as in a search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.access import key_of
from core.i18n import fold
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.records.asking import Asking
from core.records.columns import title_of
from core.records.compiled import Kept, Statement, number
from core.records.listing import Shape, opened, past_index, searched, where
from core.records.page import Hit
from core.records.query import MAX_WORDS
from core.records.reading import Reading
from core.records.scopes import Eyes
from core.records.slips import patterns_of, probes_of
from core.records.sources import Sql
from core.storage.reader import Reader

LONGEST = 40

COMPARED = 200
"""Records of an entity whose similarity is worked out: those with the shortest keys, which are more alike."""


class Nearness:
    """Finds what somebody may have meant."""

    def __init__(self, reading: Reading, asking: Asking) -> None:
        self._reading = reading
        self._asking = asking
        self._kept: Kept[tuple[tuple[str, ...], Statement | None]] = Kept(128)

    def near(
        self, actor: Actor, text: str, limit: int = 5, *, catalog: Catalog, reader: Reader | None = None
    ) -> list[Hit]:
        """Return records whose keys are like the words; none where no word is long enough to be misspelt."""
        words = [word[:LONGEST] for word in map(fold, text.split()) if word][:MAX_WORDS]
        longest = sorted(words, key=len, reverse=True)
        probes = probes_of(longest[0]) if words else []
        if not probes:
            return []
        key = (catalog.version, catalog.digest, key_of(actor), limit, len(words))
        entities, statement = self._kept.get(key, lambda: self._compile(actor, limit, len(words), catalog))
        if statement is None:
            return []
        given: dict[str, object] = dict(self._asking.constants(statement.wants, actor, None))
        given |= {f"n{place}": patterns_of(word) for place, word in enumerate(longest)}
        given |= {"probes": probes, "whole": "".join(words)}
        with self._asking.reader(None, reader) as lent:
            rows = lent.broad(statement.sql, statement.params(given))
        return [Hit(entity=entities[row[0]], id=row[1], title=row[2]) for row in rows]

    def _compile(
        self, actor: Actor, limit: int, count: int, catalog: Catalog
    ) -> tuple[tuple[str, ...], Statement | None]:
        eyes = self._reading.eyes(actor, catalog)
        specs = [s for s in catalog.entities.values() if not s.part_of]
        found = [s for s in specs if eyes.visible(s.name) is not False and searched(eyes, s)]
        if not found:
            return (), None
        parts = [_part(eyes, spec, place, limit, count).subquery() for place, spec in enumerate(found)]
        union = sa.union_all(*(sa.select(part) for part in parts)).subquery("found")
        select = sa.select(*union.c).order_by(union.c.likeness.desc(), union.c.place, union.c.id)
        statement = self._reading.compiler.compile(select.limit(number(limit)))
        return tuple(s.name for s in found), statement


def _part(eyes: Eyes, spec: EntitySpec, place: int, limit: int, count: int) -> sa.Select[Any]:
    """Select what is most like the words in one entity."""
    scope, sources = opened(eyes, spec)
    keys = [scope.key(name) for name in searched(eyes, spec)]
    conditions = where(eyes, scope, Shape(entity=spec.name, fields=()), None)
    conditions += [_holds(keys, word) for word in range(count)]
    record = scope.table.c.id
    columns = [record.label("id"), title_of(scope).label("title")]
    columns += [sa.case((_fits(key, 0), key)).label(f"k{i}") for i, key in enumerate(keys)]
    fitting = sa.select(*columns).select_from(sources.clause).where(*conditions).subquery("fitting")
    alike = [fitting.c[f"k{i}"] for i in range(len(keys))]
    shortest = sa.func.least(*map(sa.func.length, alike))
    few = sa.select(fitting).order_by(shortest, fitting.c.id).limit(number(COMPARED)).subquery("few")
    likeness = sa.func.greatest(*(_likeness(few.c[key.name]) for key in alike))
    return (
        sa.select(
            sa.literal(place, sa.Integer).label("place"),
            few.c.id,
            few.c.title,
            likeness.label("likeness"),
        )
        .order_by(likeness.desc(), few.c.id)
        .limit(number(limit))
    )


def _likeness(key: Sql) -> Sql:
    """A part of a key that is alike counts; of two keys with such a part the shorter one is more alike."""
    whole = sa.bindparam("whole", type_=sa.Text)
    alike = sa.func.public.word_similarity(whole, key) + sa.func.public.similarity(whole, key)
    return sa.func.coalesce(alike, 0)


def _holds(keys: Sequence[Sql], word: int) -> Sql:
    """Return that one of the keys holds a word; an index finds the keys of the first one."""
    if word:
        return sa.or_(*(_fits(key, word) for key in keys))
    probes = sa.bindparam("probes", type_=sa.ARRAY(sa.Text))
    return sa.or_(*(sa.and_(key.like(sa.any_(probes)), _fits(key, word)) for key in keys))


def _fits(key: Sql, word: int) -> Sql:
    """Return that a key fits a pattern of a word, said so that no index is asked: some patterns would read all of it."""
    patterns = sa.bindparam(f"n{word}", type_=sa.ARRAY(sa.Text))
    return past_index(key).like(sa.any_(patterns))
