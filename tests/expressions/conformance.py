"""Runs random expressions in all readings over the same rows and tells every difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import sqlalchemy as sa

from core.expressions import (
    Checked,
    ExpressionInvalid,
    check,
    compile_python,
    env_parameters,
    parameters,
    parametrize,
    parse,
    to_sql,
    to_sql_money,
    unparse,
)
from core.kernel.values import Money
from tests.expressions.browser import Browser
from tests.expressions.rows import random_world
from tests.expressions.unsaved import looks_at_typed_lines, random_typing
from tests.expressions.world import ENV, TABLES, World, WorldSchema, WorldScope
from tests.expressions.writer import KINDS, Writer

ENTITY = "w.thing"
WEIGHTS = (8, 3, 3, 3, 2, 2)


@dataclass(frozen=True)
class Difference:
    """One record on which a reading disagrees with Python's (``how``: which of the SQL forms, or the browser)."""

    text: str
    how: str
    record: int
    python: object
    other: object


@dataclass
class Outcome:
    """What came of a run: how many expressions were compared, refused by a limit, and where they differed.

    ``told`` are those that a page with typed lines tells by itself.
    """

    compared: int
    refused: int
    differences: list[Difference]
    empty: int
    true: int
    told: int = 0


class Conformance:
    """One world in one database, and in the browser's interpreter where there is one."""

    def __init__(
        self, engine: sa.Engine, seed: int, browser: Browser | None = None, *, typing: bool = False
    ) -> None:
        """Make a random world; with ``typing`` the readings before saving see lines that are typed, SQL sees them saved."""
        self._engine = engine
        self._browser = browser
        self._random = Random(seed)
        stored = random_world(self._random)
        self._typing = random_typing(stored, self._random) if typing else None
        self.world: World = stored if self._typing is None else self._typing.saved
        with engine.begin() as connection:
            self.world.fill(connection)
        if browser is not None:
            browser.shows(stored)
            if self._typing is not None:
                browser.types(self._typing.rows())

    def run(self, count: int, progress: Callable[[int], None] = lambda done: None) -> Outcome:
        """Compare ``count`` random expressions."""
        outcome = Outcome(0, 0, [], 0, 0)
        writer = Writer(self._random)
        with self._engine.connect() as connection:
            while outcome.compared < count:
                text = unparse(
                    writer.expression(
                        self._random.choices(KINDS, WEIGHTS)[0], depth=self._random.choice((2, 3, 4, 5))
                    )
                )
                try:
                    checked = check(parse(text), WorldSchema(), ENTITY)
                except ExpressionInvalid as refused:
                    if not {p.code for p in refused.problems} <= REFUSABLE:
                        raise
                    outcome.refused += 1
                    continue
                if self._typing is not None and not looks_at_typed_lines(checked):
                    continue
                outcome.differences += self._compare(connection, text, checked, outcome)
                outcome.compared += 1
                progress(outcome.compared)
        return outcome

    def _compare(
        self, connection: sa.Connection, text: str, checked: Checked, outcome: Outcome
    ) -> list[Difference]:
        expected = self.python(checked)
        outcome.empty += sum(value is None for value in expected.values())
        outcome.true += sum(value is True for value in expected.values())
        others = [*self.sql(connection, checked)]
        if self._typing is not None:
            others += [("unsaved", id_, value) for id_, value in self._typing.python(checked).items()]
        if self._browser is not None and self._typing is not None:
            found = self._browser.tells(checked)
            outcome.told += bool(found)
            others += [("form", id_, value) for id_, value in found.items()]
        elif self._browser is not None:
            others += [("browser", id_, value) for id_, value in self._browser.reads(checked).items()]
        return [
            Difference(text, how, id_, expected[id_], value)
            for how, id_, value in others
            if not same(expected[id_], value)
        ]

    def python(self, checked: Checked) -> Mapping[int, object]:
        """Return the value for each record in the Python reading."""
        read = compile_python(checked)
        return {id_: read(self.world.view(ENTITY, id_), ENV) for id_ in self.world.rows[ENTITY]}

    def sql(self, connection: sa.Connection, checked: Checked) -> Iterator[tuple[str, int, object]]:
        """Yield (form, record, value) for each record: as written, with constants taken out, and as WHERE reads it."""
        table = TABLES[ENTITY]
        scope = WorldScope(ENTITY, table)
        shape, values = parametrize(checked)
        forms: dict[str, Any] = {"written": to_sql(checked, scope), "shape": to_sql(shape, scope)}
        if checked.type.kind == "boolean":
            # A WHERE takes NULL for false; the strict forms must not need that.
            forms["where"] = to_sql(checked, scope, guarded=False).is_(sa.true())
        if checked.type.kind == "money":
            forms["currency"] = to_sql_money(checked, scope)[1]
        columns = [column.label(f"form_{name}") for name, column in forms.items()]
        parameters_ = {**env_parameters(checked, ENV), **parameters(values)}
        for row in connection.execute(sa.select(table.c.id, *columns), parameters_).mappings():
            for name in forms:
                if name == "currency":
                    continue
                value = row[f"form_{name}"]
                if checked.type.kind == "money" and value is not None:
                    value = Money(value, row["form_currency"])
                yield name, row["id"], value


REFUSABLE = frozenset(
    {
        "too_many_forks",
        "too_deep",
        "too_deep_for_sql",
        "too_large",
        "too_long",
        "no_arithmetic",
        "no_type",
        "wrong_type",
        "null_order",
        "not_constant",
        "not_a_member",
        "not_aggregated",
    }
)
"""What a random expression may be refused for: limits, and null where a value is needed."""


def same(one: object, other: object) -> bool:
    """Tell whether two values are the same; True is not 1, and nothing else is empty than None."""
    if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other
