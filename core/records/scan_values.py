"""What a scan for duplicates compares of records: read in sets, with the eyes of the system, and made comparable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from core.i18n import FOLD_VERSION, NAMES_VERSION, Names, Word
from core.metadata.catalog import Catalog
from core.metadata.duplicate_specs import DuplicateClue
from core.metadata.specs import EntitySpec
from core.records.compiled import number
from core.records.conditions import Conditions
from core.records.likeness import DIGITS, code_of
from core.records.statements import one_of
from core.storage import UnitOfWork

LONGEST = 200
"""Letters of a value that are compared."""

MOST_VALUES = 20
MOST_WORDS = 8
"""So many values of a clue and words of a name are compared: a record with hundreds of them would hold up all others."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A record as it is compared: the words of each name, the values of each other clue, and what must not differ."""

    names: Mapping[str, tuple[Word, ...]]
    values: Mapping[str, tuple[str, ...]]
    differ: tuple[str, ...] = ()


@dataclass(slots=True)
class _Raw:
    fields: dict[str, str] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


class ScanValues:
    """Reads records of one entity for a scan."""

    def __init__(self, conditions: Conditions, names: Names, catalog: Catalog, entity: EntitySpec) -> None:
        assert entity.duplicates is not None  # it is scanned
        self.entity = entity
        self.clues = entity.duplicates.scan
        self._differ = entity.duplicates.differ
        self._conditions = conditions
        self._names = names
        self._catalog = catalog
        self.table = conditions.tables.of(entity)
        own = [name for clue in self.clues for name in clue.of if "." not in name]
        self._own = tuple(dict.fromkeys((*own, *(name for name in self._differ if "." not in name))))

    @property
    def version(self) -> str:
        """Return what moves when records are to be compared anew although they have not changed."""
        said = [(c.name, c.of, c.how, c.where, c.weight, c.against) for c in self.clues]
        return repr((said, self._differ, FOLD_VERSION, NAMES_VERSION))

    def after(self, uow: UnitOfWork, record: int, most: int) -> dict[int, Compared]:
        """Return the next records behind one, by id; empty at the end."""
        table = self.table
        rows = self._conditions.statements.run(
            uow,
            ("scan after", table.name, self._own),
            lambda: (
                self._selected()
                .where(table.c.id > sa.bindparam("after", type_=sa.BigInteger), table.c.deleted_at.is_(None))
                .order_by(table.c.id)
                .limit(number(most))
            ),
            {"after": record},
        )
        return self._read(uow, rows)

    def of(self, uow: UnitOfWork, ids: Sequence[int]) -> dict[int, Compared]:
        """Return those of some records that are there."""
        table = self.table
        rows = self._conditions.statements.run(
            uow,
            ("scan some", table.name, self._own),
            lambda: self._selected().where(table.c.id == one_of(), table.c.deleted_at.is_(None)),
            {"ids": list(ids)},
        )
        return self._read(uow, rows)

    def _selected(self) -> sa.Select[Any]:
        columns = [
            sa.cast(self.table.c[self._column(self.entity, name)], sa.Text).label(f"v{place}")
            for place, name in enumerate(self._own)
        ]
        return sa.select(self.table.c.id, *columns)

    def _column(self, entity: EntitySpec, name: str) -> str:
        return self._conditions.types.columns(entity.fields[name])[0].name

    def _read(self, uow: UnitOfWork, rows: Sequence[tuple[Any, ...]]) -> dict[int, Compared]:
        found = {
            int(row[0]): _Raw({n: v[:LONGEST] for n, v in zip(self._own, row[1:], strict=True) if v})
            for row in rows
        }
        for clue in self.clues:
            if found and "." in clue.of[0]:
                for owner, value in self._lines(uow, clue, list(found)):
                    found[owner].lines[clue.name].append(value[:LONGEST])
        return {record: self._compared(raw) for record, raw in found.items()}

    def _lines(self, uow: UnitOfWork, clue: DuplicateClue, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        listed, _, name = clue.of[0].partition(".")
        spec = self.entity.fields[listed]
        line = self._catalog.entity(str(spec.option("of")))
        rows = self._conditions.statements.run(
            uow,
            ("scan lines", self.entity.name, clue.name, clue.of, clue.where),
            partial(self._line_statement, clue, line, str(spec.option("by")), name),
            {**self._conditions.environment(uow), "ids": list(ids)},
        )
        return ((int(owner), value) for owner, value in rows if value)

    def _line_statement(self, clue: DuplicateClue, line: EntitySpec, by: str, name: str) -> sa.Select[Any]:
        table = self._conditions.tables.of(line)
        owner = table.c[self._conditions.reference_column(line.fields[by], self.entity.name)]
        value = sa.cast(table.c[self._column(line, name)], sa.Text)
        asked = sa.select(owner, value).where(owner == one_of(), table.c.deleted_at.is_(None))
        if clue.where:
            rule = self._conditions.checked(self._catalog, line.name, clue.where)
            asked = asked.where(self._conditions.where(self._catalog, line, table, rule))
        return asked.order_by(owner, table.c.id)

    def _compared(self, raw: _Raw) -> Compared:
        names: dict[str, tuple[Word, ...]] = {}
        values: dict[str, tuple[str, ...]] = {}
        for clue in self.clues:
            given = raw.lines[clue.name] if "." in clue.of[0] else [raw.fields.get(n, "") for n in clue.of]
            if clue.how == "name":
                words = [word for text in given for word in self._names.words(text)]
                names[clue.name] = tuple(words[:MOST_WORDS])
            else:
                made = map(code_of, given) if clue.how == "code" else given
                values[clue.name] = tuple(dict.fromkeys(one for one in made if one))[:MOST_VALUES]
        return Compared(names, values, tuple(code_of(raw.fields.get(n, "")) for n in self._differ))


def digest(version: str, compared: Compared) -> int:
    """Return a number that moves with what is compared of a record."""
    return _hash(version, repr((compared.names, compared.values, compared.differ)))


def keys(clues: Sequence[DuplicateClue], compared: Compared) -> set[int]:
    """Return by what a record is found, and, below zero, its words for counting.

    Records with the same code or value, or with the same words in any order, are compared. Beside it a code stands
    with each word, and with each half of its digits: so that those are found, too, who share both in a group that
    would be too large for one of them, or whose number has a slip.
    """
    found: set[int] = set()
    sounds: list[str] = []
    for name, words in compared.names.items():
        sounds += [word.sound for word in words]
        found |= {word_key(name, word) for word in words}
        found |= {_hash(name, "name", _sorted(one)) >> 1 for one in _spellings(words)}
    for clue in clues:
        for value in compared.values.get(clue.name, ()):
            found.add(value_key(clue.name, value))
            for part in _parts(clue, value):
                found |= {_hash(clue.name, "part", part, sound) >> 1 for sound in sounds}
    return found


def value_key(clue: str, value: str) -> int:
    """Return the key of a value of a clue."""
    return _hash(clue, "value", value) >> 1


def word_key(clue: str, word: Word) -> int:
    """Return the key under which records with a word are counted: below zero, so that it makes no pairs."""
    return -(_hash(clue, "word", word.text) >> 1) - 1


def _spellings(words: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Yield the words of a name as they stand, and with each two neighbours as one."""
    if words:
        yield words
    if len(words) > 2:
        for at, (first, second) in enumerate(pairwise(words)):
            yield [*words[:at], first.joined(second), *words[at + 2 :]]


def _sorted(words: Sequence[Word]) -> str:
    return " ".join(sorted(word.sound for word in words))


def _parts(clue: DuplicateClue, value: str) -> tuple[str, ...]:
    if clue.how == "code" and value.isdigit() and len(value) == DIGITS:
        return (f"{value[:5]}?", f"?{value[5:]}")
    if clue.how == "code" and "@" in value:
        return (value.rpartition("@")[0],)
    return (value,)


def _hash(*parts: str) -> int:
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=8).digest())
