"""Compiled statements: SQL text once, parameters each time, and a bounded place to keep them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from psycopg.types.numeric import Int8
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from core.storage.reader import Reader, Row

Made = TypeVar("Made")


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A statement as the driver takes it: text with ``$1`` places, constants in theirs, the rest by name.

    ``afresh`` ones are planned for what comes with them each time: how much they read depends on that. ``settled``
    ones are planned once for all: the plan is known when they are written, and takes longer to make than the answer.
    ``plain`` ones have but one plan, however it is made.
    """

    sql: str
    template: tuple[object, ...]
    places: tuple[tuple[int, str], ...]
    afresh: bool = False
    settled: bool = False
    plain: bool = False

    @property
    def wants(self) -> frozenset[str]:
        """Names of the parameters that come with each question."""
        return frozenset(name for _, name in self.places)

    def params(self, given: Mapping[str, object]) -> list[object]:
        """Return the parameters in order."""
        values = list(self.template)
        for place, name in self.places:
            values[place] = sent(given[name])
        return values

    def run(self, reader: Reader, given: Mapping[str, object]) -> list[Row]:
        """Return all rows, planned as the statement wants to be."""
        if self.afresh:
            ask = reader.afresh
        elif self.settled:
            ask = reader.broad
        else:
            ask = reader.plain if self.plain else reader.raw
        return ask(self.sql, self.params(given))


_DIALECT: Dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects are not typed


class Compiler:
    """Turns SQLAlchemy's statements into `Statement`; bind parameters without a value come with each question."""

    def compile(
        self, executable: sa.Executable, *, afresh: bool = False, settled: bool = False, plain: bool = False
    ) -> Statement:
        """Return the statement of what SQLAlchemy has built."""
        assert isinstance(executable, sa.ClauseElement)  # all that are built here are
        compiled = executable.compile(dialect=_DIALECT)
        order: list[str] = list(getattr(compiled, "positiontup", None) or ())
        binds: Mapping[str, sa.BindParameter[Any]] = getattr(compiled, "binds")  # noqa: B009  # only SQLCompiler has them
        open_names = {name for name in order if binds[name].required}
        return Statement(
            sql=str(compiled),
            template=tuple(
                None if name in open_names else sent(binds[name].effective_value) for name in order
            ),
            places=tuple((place, name) for place, name in enumerate(order) if name in open_names),
            afresh=afresh,
            settled=settled,
            plain=plain,
        )


def number(value: int) -> sa.ColumnElement[int]:
    """Return a whole number as part of the text: for limits, which the planner should know, and of which few are used."""
    return sa.literal_column(str(int(value)), sa.Integer)


def sent(value: object) -> object:
    """Return a parameter in the form the driver prepares one statement for, whatever its size.

    Lists of ids go as PostgreSQL writes them: the driver would look for their common type, one by one.
    """
    if type(value) is int:
        return Int8(value)
    if type(value) is list or type(value) is tuple:
        if all(type(one) is int for one in value):
            return f"{{{','.join(map(str, value))}}}"
        return list(value)
    return value


class Kept(Generic[Made]):
    """A bounded memory of two halves: where the new one is full, it becomes the old one, and what nobody has asked
    for since the last time is forgotten. So what is asked for costs one look, and nothing is moved about.
    """

    def __init__(self, size: int) -> None:
        self._half = max(1, size // 2)
        self._new: dict[Hashable, Made] = {}
        self._old: dict[Hashable, Made] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is kept under ``key``, or make and keep it."""
        found = self._new.get(key)
        if found is not None:
            return found
        found = self._old.get(key)
        made = make() if found is None else found
        with self._lock:
            if len(self._new) >= self._half:
                self._old, self._new = self._new, {}
            self._new[key] = made
        return made


LONG = 600
"""Characters of a filter, blanks for what is cut out: what is asked again is shorter, longer ones are mostly lists of ids, asked once."""

LONG_ONES = 32


class KeptQuestions(Generic[Made]):
    """What was made of questions, by a key that holds their filter: of those with a long one only a few are kept.

    A filter is kept with each of its constants and where it stood; thousands of lists of ids would take tens of MiB.
    """

    def __init__(self, size: int) -> None:
        self._short: Kept[Made] = Kept(size)
        self._long: Kept[Made] = Kept(LONG_ONES)

    def get(self, key: Hashable, text: str, make: Callable[[], Made]) -> Made:
        """Return what is kept under ``key``, in which ``text`` is the filter, or make and keep it."""
        return (self._short if len(text) <= LONG else self._long).get(key, make)
