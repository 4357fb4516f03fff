"""Both readings, on golden vectors and on random expressions."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from core.expressions import check, compile_python, env_parameters, parse, to_sql, to_sql_money
from core.expressions.functions import FUNCTIONS
from core.expressions.nodes import Call, walk
from core.kernel.values import Money
from tests.expressions.conformance import Conformance, same
from tests.expressions.vectors import VECTORS, golden_world
from tests.expressions.world import ENV, TABLES, World, WorldSchema, WorldScope

WORLD = golden_world()


@pytest.fixture(scope="module")
def filled(engine: sa.Engine) -> Mapping[str, tuple[object, object]]:
    """What SQL gives for every vector, by its text."""
    table, found = TABLES["w.thing"], {}
    with engine.connect() as connection:
        WORLD.fill(connection)
        for text, _, _ in VECTORS:
            checked = check(parse(text), WorldSchema(), "w.thing")
            scope = WorldScope("w.thing", table)
            columns = (
                to_sql_money(checked, scope) if checked.type.kind == "money" else [to_sql(checked, scope)]
            )
            rows = connection.execute(
                sa.select(*columns).select_from(table).order_by(table.c.id), env_parameters(checked, ENV)
            ).all()
            found[text] = tuple(
                Money(*row) if len(row) == 2 and row[0] is not None else row[0] for row in rows
            )
        connection.rollback()
    return found


@pytest.mark.parametrize(("text", "full", "empty"), VECTORS, ids=[v[0] for v in VECTORS])
def test_python_gives_the_golden_value(text: str, full: object, empty: object) -> None:
    read = compile_python(check(parse(text), WorldSchema(), "w.thing"))
    assert same(read(WORLD.view("w.thing", 1), ENV), full)
    assert same(read(WORLD.view("w.thing", 2), ENV), empty)


@pytest.mark.parametrize(("text", "full", "empty"), VECTORS, ids=[v[0] for v in VECTORS])
def test_postgresql_gives_the_golden_value(
    text: str, full: object, empty: object, filled: Mapping[str, tuple[object, object]]
) -> None:
    assert same(filled[text][0], full)
    assert same(filled[text][1], empty)


def test_every_function_has_a_vector() -> None:
    called = {node.name for text, _, _ in VECTORS for node, _ in walk(parse(text)) if isinstance(node, Call)}
    assert called == set(FUNCTIONS)


def test_random_expressions_read_alike_in_python_and_postgresql(engine: sa.Engine) -> None:
    outcome = Conformance(engine, seed=20260321).run(300)
    assert outcome.differences == []
    assert outcome.true > 1000, "the comparison means nothing where all is false"


def test_conformance_tells_sql_that_forgets_empty_values(engine: sa.Engine) -> None:
    conformance = Conformance(engine, seed=1)
    checked = check(parse("n > 3"), WorldSchema(), "w.thing")
    with engine.connect() as connection:
        table = TABLES["w.thing"]
        naive = sa.not_(to_sql(checked, WorldScope("w.thing", table), guarded=False))
        found = set(connection.scalars(sa.select(table.c.id).where(naive)))
    read = compile_python(check(parse("not (n > 3)"), WorldSchema(), "w.thing"))
    assert found != {
        id_ for id_ in conformance.world.rows["w.thing"] if read(conformance.world.view("w.thing", id_), ENV)
    }


def test_the_record_before_the_change_is_read_by_old() -> None:
    read = compile_python(
        check(
            parse("$old.n != n and $old.group.t == 'شمال' and not any($old.lines, n > 9)"),
            WorldSchema(),
            "w.thing",
        )
    )
    old = WORLD.view("w.thing", 1)
    now = World(rows=WORLD.rows).view("w.thing", 2)
    assert read(now, type(ENV)(user=None, team=None, teams=(), now=ENV.now, today=ENV.today, old=old)) is True
    assert read(now, ENV) is False, "where there is no record before, its fields are empty"


def test_nobody_owns_nothing() -> None:
    nobody = type(ENV)(user=None, team=None, teams=(), now=ENV.now, today=ENV.today)
    for text in ("group == $user", "group in $teams", "$user in tags", "n == $team"):
        read = compile_python(check(parse(text), WorldSchema(), "w.thing"))
        assert read(WORLD.view("w.thing", 1), nobody) is False
        assert read(WORLD.view("w.thing", 2), nobody) is False


def test_plain_ids_and_references_are_the_same_to_python() -> None:
    world = World()
    world.rows["w.thing"] = {1: {"id": 1, "group": 3, "owner": ("w.group", 3), "t": ""}}
    for text in ("group == 3", "refers(owner, 'w.group', 3)", "is_empty(t)", "group == $user"):
        assert (
            compile_python(check(parse(text), WorldSchema(), "w.thing"))(world.view("w.thing", 1), ENV)
            is True
        )
