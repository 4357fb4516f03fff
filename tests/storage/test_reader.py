"""How statements are planned: as usual, afresh for their values, or once for all; and who changes what for whom."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from core.errors import PayvandError
from core.kernel.actor import system_actor
from core.metadata.catalog import Catalog

EMPTY = Catalog(version=1, entities={})
SYSTEM = system_actor("test")
MODE = "SELECT current_setting('plan_cache_mode'), $1::int"
ONCE, USUAL = [("force_generic_plan", 7)], [("auto", 7)]


def test_a_statement_asked_afresh_is_not_kept_prepared(database):
    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int + 40%%'"
    with database.reading() as reader:
        for number in (1, 2):
            assert reader.afresh("SELECT $1::int + 40", [number]) == [(number + 40,)]
        assert reader.value(kept) == 0
        reader.raw("SELECT $1::int + 40", [1])
        assert reader.value(kept) == 1
        with pytest.raises(PayvandError):
            reader.afresh("SELECT 1 / $1::int", [0])


def test_a_broad_statement_is_planned_once_and_one_that_minds_as_usual(database):
    with database.reading() as reader:
        assert reader.raw(MODE, [7]) == USUAL
        assert reader.broad(MODE, [7]) == ONCE
        assert reader.raw(MODE, [7]) == USUAL
        assert reader.broad(MODE, [7]) == ONCE
        assert reader.afresh(MODE, [7]) == USUAL
        with pytest.raises(PayvandError):
            reader.broad("SELECT 1 / $1::int", [0])
        assert reader.raw(MODE, [7]) == USUAL


def test_a_broad_statement_leaves_the_setting_to_those_that_do_not_mind(database):
    with database.reading() as reader:
        reader.broad(MODE, [7])
    with database.reading() as reader:
        assert reader.plain(MODE, [7]) == ONCE
    with database.reading() as reader:
        assert reader.raw(MODE, [7]) == USUAL


def test_units_that_read_put_the_setting_back_before_what_minds(database):
    with database.reading() as reader:
        reader.broad(MODE, [7])
    with database.unit(EMPTY, SYSTEM, reading=True) as uow:
        assert uow.run(MODE, [7]) == USUAL
        assert uow.reader.broad(MODE, [7]) == ONCE
        assert uow.execute(sa.text("SHOW plan_cache_mode")).scalar() == "auto"
        uow.reader.broad(MODE, [7])
    with database.reading() as reader:
        assert reader.plain(MODE, [7]) == ONCE


def test_a_unit_that_writes_leaves_no_setting_behind(database):
    with database.unit(EMPTY, SYSTEM) as uow:
        assert uow.reader.broad(MODE, [7]) == ONCE
        assert uow.reader.plain(MODE, [7]) == USUAL
    with pytest.raises(PayvandError), database.unit(EMPTY, SYSTEM) as uow:
        uow.reader.broad("SELECT 1 / $1::int", [0])
    with database.unit(EMPTY, SYSTEM) as uow:
        assert uow.reader.plain(MODE, [7]) == USUAL


def test_a_connection_that_was_lost_takes_its_setting_along(database, address):
    with database.reading() as reader:
        reader.broad(MODE, [7])
        gone = reader.value("SELECT pg_backend_pid()")
        with psycopg.connect(address.replace("postgresql+psycopg", "postgresql"), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [gone])
        assert reader.broad("SELECT $1::int", [7]) == [(7,)]
        assert reader.broad(MODE, [7]) == ONCE
        assert reader.raw(MODE, [7]) == USUAL
    with database.reading() as reader:
        assert reader.broad(MODE, [7]) == ONCE
