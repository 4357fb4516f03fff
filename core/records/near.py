"""Names that were misspelt: keys that hold the words but for one letter, the most similar first.

Each word becomes patterns with one place left open, which the trigram indexes of the keys answer; what they find is put
in order by its similarity. The eyes of the reader are the same as in a search.
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
from core.records.asking import Asking, pattern
from core.records.columns import title_of
from core.records.compiled import Kept, Statement, number
from core.records.listing import Shape, opened, searched, where
from core.records.page import Hit
from core.records.query import MAX_WORDS
from core.records.reading import Reading
from core.records.scopes import Eyes
from core.records.sources import Sql
from core.storage.reader import Reader

SHORTEST = 4
"""Letters from which on a word may be misspelt; shorter ones would be like too many others."""

LONGEST = 40


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
        words = [word for word in map(fold, text.split()) if word][:MAX_WORDS]
        if not any(len(word) >= SHORTEST for word in words):
            return []
        key = (catalog.version, catalog.digest, key_of(actor), limit, len(words))
        entities, statement = self._kept.get(key, lambda: self._compile(actor, limit, len(words), catalog))
        if statement is None:
            return []
        given: dict[str, object] = dict(self._asking.constants(statement.wants, actor, None))
        for place, word in enumerate(words):
            given[f"n{place}"] = patterns_of(word[:LONGEST])
        given["whole"] = "".join(words)
        with self._asking.reader(None, reader) as lent:
            rows = lent.raw(statement.sql, statement.params(given))
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


def patterns_of(word: str) -> list[str]:
    """Return the LIKE patterns of a word with one letter wrong, missing, too many, or two letters exchanged."""
    if len(word) < SHORTEST:
        return [pattern(word)]
    places = range(len(word))
    gaps = [(word[:at], word[at + 1 :]) for at in places] + [(word[:at], word[at:]) for at in places if at]
    whole = [word, *(word[:at] + word[at + 1 :] for at in places)]
    whole += [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places[:-1]]
    open_ones = (f"{pattern(before)[:-1]}_{pattern(after)[1:]}" for before, after in gaps)
    return list(dict.fromkeys((*map(pattern, whole), *open_ones)))


def _part(eyes: Eyes, spec: EntitySpec, place: int, limit: int, count: int) -> sa.Select[Any]:
    """Select what is most like the words in one entity."""
    scope, sources = opened(eyes, spec)
    title = title_of(scope)
    keys = [scope.key(name) for name in searched(eyes, spec)]
    likeness = sa.func.greatest(*(_likeness(key) for key in keys))
    conditions = where(eyes, scope, Shape(entity=spec.name, fields=()), None)
    conditions += [_like(keys, word) for word in range(count)]
    select = sa.select(
        sa.literal(place, sa.Integer).label("place"),
        scope.table.c.id.label("id"),
        title.label("title"),
        likeness.label("likeness"),
    )
    return (
        select.select_from(sources.clause)
        .where(*conditions)
        .order_by(likeness.desc(), scope.table.c.id)
        .limit(number(limit))
    )


def _likeness(key: Sql) -> Sql:
    """A part of a key that is alike counts; of two keys with such a part the shorter one is more alike."""
    whole = sa.bindparam("whole", type_=sa.Text)
    alike = sa.func.public.word_similarity(whole, key) + sa.func.public.similarity(whole, key)
    return sa.func.coalesce(alike, 0)


def _like(keys: Sequence[Sql], word: int) -> Sql:
    patterns = sa.bindparam(f"n{word}", type_=sa.ARRAY(sa.Text))
    return sa.or_(*(key.like(sa.any_(patterns)) for key in keys))
