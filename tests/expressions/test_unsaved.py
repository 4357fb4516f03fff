"""Lines that are not saved yet read alike where a record is written, in a form, and in the database once they are saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest
import sqlalchemy as sa

from core.expressions import check, follows_only, parse, reads_own_values
from core.kernel.values import Money, Ref
from tests.expressions.browser import Browser
from tests.expressions.conformance import Conformance, same
from tests.expressions.unsaved import Typing
from tests.expressions.vectors import golden_world
from tests.expressions.world import WorldSchema

pytestmark = pytest.mark.browser

CHANGED = {"id": 1, "thing": Ref(1), "n": 30, "m": Money(Decimal(10), "IRR"), "b": None, "t": "a"}
NEW = {"id": None, "thing": Ref(1), "n": 5, "m": Money(Decimal(2), "IRR"), "b": True, "t": "new"}
LINES = {1: [CHANGED, NEW], 2: []}
"""Of the three lines of the first thing one is changed, two are removed, and one is new."""
VECTORS: Mapping[str, tuple[object, object]] = {
    "count(lines)": (Decimal(2), Decimal(0)),
    "is_empty(lines)": (False, True),
    "sum(lines, n)": (Decimal(35), Decimal(0)),
    "sum(lines, m)": (Money(Decimal(12), "IRR"), None),
    "max(lines, n)": (Decimal(30), None),
    "any(lines, t == 'new' and b)": (True, False),
    "none(lines, t == 'b')": (True, True),
    "all(lines, n > 3 and n != null)": (True, True),
    "count(lines, b == null)": (Decimal(1), Decimal(0)),
    "sum(lines, n * thing.n)": (Decimal(245), Decimal(0)),
    "any(lines, n == thing.n - 2)": (True, False),
    "any(lines, thing == 1)": (True, False),
    "1 in lines": (True, False),
    "2 in lines": (False, False),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.mark.parametrize(("text", "values"), VECTORS.items(), ids=list(VECTORS))
def test_typed_lines_give_the_golden_value(
    browser: Browser, text: str, values: tuple[object, object]
) -> None:
    typing = Typing(golden_world(), LINES)
    browser.shows(typing.stored)
    browser.types(typing.rows())
    checked = check(parse(text), WorldSchema(), "w.thing")
    for found in (typing.python(checked), browser.tells(checked)):
        assert [same(found[thing], value) for thing, value in enumerate(values, 1)] == [True, True], found


def test_random_expressions_over_typed_lines_read_as_they_will_once_the_lines_are_saved(
    engine: sa.Engine, browser: Browser
) -> None:
    outcome = Conformance(engine, 20260323, browser, typing=True).run(60)
    assert outcome.differences == []
    assert outcome.true > 200, "the comparison means nothing where all is false"
    assert outcome.told > 30, "most is told by the form itself"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("any(lines, n > 3)", True),
        ("any(lines, n > thing.n) and b", True),
        ("5 in lines or is_empty(lines)", True),
        ("any(lines, group.n > 1)", False),
        ("any(lines, thing.group.n > 1)", False),
        ("any(lines, any(thing.lines, b))", False),
        ("count($old.lines) > 1", False),
        ("any(tags, b)", False),
        ("any(group.things, b)", False),
        ("any(lines, t == 'x') and group.n > 1", False),
    ],
)
def test_a_page_holds_the_lines_of_its_record_and_nothing_behind_them(text: str, held: bool) -> None:
    checked = check(parse(text), WorldSchema(), "w.thing")
    assert reads_own_values(checked, {"lines": "thing"}) is held
    assert not reads_own_values(checked), "without the lines nothing of it can be told"


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("thing != null and thing.b", True),
        ("thing.group.n > 1 or any(thing.lines, n > 1)", True),
        ("thing.b and n > 1", False),
        ("any(thing.lines, b) and group.b", False),
    ],
)
def test_what_lies_behind_one_reference_is_told_from_all_else(text: str, follows: bool) -> None:
    checked = check(parse(text), WorldSchema(), "w.line")
    assert follows_only(checked, {"thing"}) is follows
