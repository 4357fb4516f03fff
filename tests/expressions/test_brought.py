"""Functions that a module brings: with all readings, held together by its vectors; or for the server alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.errors import BadRequest, MetadataConflict, MetadataInvalid
from core.expressions import (
    ExpressionFunction,
    ExpressionInvalid,
    Functions,
    check,
    compile_python,
    compile_text,
    env_parameters,
    parse,
    reads_own_values,
    shape_key,
    to_sql,
    unparse,
)
from tests.expressions.browser import Browser
from tests.expressions.vectors import golden_world
from tests.expressions.world import ENV, TABLES, WorldSchema, WorldScope

INITIAL = ExpressionFunction(
    name="kit.initial",
    meaning="The first letters of a text, as capitals.",
    takes=("text", "number"),
    gives="text",
    python=lambda text, count: text[: int(count)].upper() or None,
    sql=lambda text, count: sa.func.upper(sa.func.left(text, sa.cast(count, sa.Integer)), type_=sa.Text()),
    browser=True,
    vectors=((("ab", 1), "A"), (("Ab", 2), "AB")),
)
LATER = ExpressionFunction(
    name="kit.later",
    meaning="The day after a day.",
    takes=("date",),
    gives="date",
    python=lambda day: day + timedelta(days=1),
    sql=lambda day: day + 1,
    browser=True,
    vectors=(((date(2026, 3, 21),), date(2026, 3, 22)),),
)
ALONE = ExpressionFunction(
    name="kit.known",
    meaning="Whether a word stands in a book that lies on the server.",
    takes=("text",),
    gives="boolean",
    python=lambda text: text == "Ab",
    server_only=True,
    vectors=((("Ab",), True), (("x",), False)),
)
WORLD = golden_world()


class Schema(WorldSchema):
    """The small world, with what a module brings."""

    functions: Mapping[str, ExpressionFunction] = {one.name: one for one in (INITIAL, LATER, ALONE)}


CASES: tuple[tuple[str, object, object], ...] = (
    ("kit.initial(t2, 1)", "A", None),
    ("kit.initial(t2, n) == 'AB'", True, False),
    ("kit.later(day) == day + 1", True, False),
    ("add_days(kit.later(day), -1) == day", True, False),
    ("not is_empty(kit.initial(t2, 1))", True, False),
)


@pytest.fixture
def filled(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as connection:
        WORLD.fill(connection)
        yield connection
        connection.rollback()


@pytest.mark.parametrize(("text", "full", "empty"), CASES, ids=[case[0] for case in CASES])
def test_a_function_of_a_module_reads_alike_in_python_and_postgresql(
    text: str, full: object, empty: object, filled: sa.Connection
) -> None:
    checked = compile_text(text, Schema(), "w.thing")
    assert unparse(parse(text)) == text
    table = TABLES["w.thing"]
    clause = to_sql(checked, WorldScope("w.thing", table))
    found = filled.execute(sa.select(clause).order_by(table.c.id), env_parameters(checked, ENV)).scalars()
    assert found.all() == [full, empty]
    read = compile_python(checked)
    assert [read(WORLD.view("w.thing", number), ENV) for number in (1, 2)] == [full, empty]
    assert shape_key(checked) == shape_key(compile_text(text, Schema(), "w.thing"))


@pytest.mark.browser
def test_the_script_of_the_module_reads_alike() -> None:
    with Browser() as browser:
        browser.shows(WORLD)
        for text, full, empty in CASES:
            found = browser.reads(compile_text(text, Schema(), "w.thing"))
            assert (found[1], found[2]) == (full, empty), text


def test_a_function_of_the_server_alone_is_refused_where_it_cannot_run() -> None:
    checked = compile_text("kit.known(t2)", Schema(), "w.thing", "boolean")
    assert compile_python(checked)(WORLD.view("w.thing", 1), ENV) is True
    assert not reads_own_values(checked), "no page is handed it"
    assert reads_own_values(compile_text("kit.initial(t2, 1) == 'A'", Schema(), "w.thing"))
    with pytest.raises(ExpressionInvalid) as refused:
        check(parse("b or kit.known(t2)"), Schema(), "w.thing", sql=True)
    assert [p.text() for p in refused.value.problems] == [
        "1:6: kit.known works on the server only; the database cannot be asked by it."
    ]
    with pytest.raises(BadRequest, match="server only"):
        to_sql(checked, WorldScope("w.thing", TABLES["w.thing"]))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kit.initial(t2) == 'A'", "1:1: kit.initial is written kit.initial(text, number)."),
        ("kit.initial(n, 1) == 'A'", "1:13: expected a text, found a number."),
        (
            "kit.initail(t2, 1) == 'A'",
            "1:1: there is no function kit.initail. Perhaps: kit.initial, kit.later, kit.known.",
        ),
    ],
)
def test_a_wrong_call_is_told_as_any_other(text: str, sentence: str) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        compile_text(text, Schema(), "w.thing", "boolean")
    assert [p.text() for p in refused.value.problems] == [sentence]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "initial"}, "named by its module"),
        ({"takes": ("money",)}, "it takes and gives boolean, date, datetime, number, text"),
        ({"sql": None}, "no reading in SQL or in the browser"),
        ({"browser": False}, "no reading in SQL or in the browser"),
        ({"server_only": True}, "although it is for the server alone"),
        ({"vectors": ()}, "without vectors"),
        ({"vectors": ((("ab", 1), "a"),)}, "does not hold"),
        ({"vectors": ((("ab", 0), ""),)}, "holds an empty text: what is empty is None"),
        ({"vectors": ((("", 1), None),)}, "holds an empty text: what is empty is None"),
        ({"vectors": (((None, 1), None),)}, "no function is called with it"),
        ({"meaning": " "}, "does not say what it means"),
    ],
)
def test_a_function_of_which_something_is_missing_is_not_taken(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(MetadataInvalid, match=reason):
        Functions().register(replace(INITIAL, **changes))


def test_two_functions_of_one_name_are_a_conflict() -> None:
    functions = Functions()
    functions.register(INITIAL)
    with pytest.raises(MetadataConflict, match="two functions"):
        functions.register(replace(LATER, name="kit.initial"))
    functions.fill()
    assert not functions.as_mapping()
