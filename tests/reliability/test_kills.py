"""Killed with no warning, wherever it was: the old state or the new one, and it can go on."""

from __future__ import annotations

import signal

from tests.reliability.exports import export_restarted
from tests.reliability.imports import import_crashed, import_killed
from tests.reliability.killing import kill_under_load
from tests.reliability.kills import kill_field
from tests.reliability.outages import check_saved, crash_database, durable_depot, kill_processes


def test_a_field_whose_making_is_killed_is_there_wholly_or_not_at_all(depot):
    found = kill_field(depot, range(3, 48, 11), after=False)
    assert found["old"] > 2
    assert found["new"] == 0, "before the commit nothing can have happened"


def test_an_import_whose_worker_is_killed_writes_every_row_once(depot):
    assert sum(import_killed(depot, rows=1200, kills=1).values()) >= 1


def test_an_import_whose_database_crashes_writes_every_row_once():
    with durable_depot() as (depot, embedded):
        import_crashed(depot, embedded, rows=2000, crashes=2)


def test_an_import_whose_database_is_restarted_writes_every_row_once_and_is_found_to_be_done():
    with durable_depot() as (depot, embedded):
        import_crashed(depot, embedded, rows=2000, crashes=2, how=signal.SIGINT)


def test_an_export_whose_database_is_restarted_is_whole_or_refused():
    with durable_depot() as (depot, embedded):
        assert export_restarted(depot, embedded, rows=1000) == {"csv": 1000, "xlsx": 1000}


def test_what_is_acknowledged_is_there_once_whatever_is_killed():
    told, killed, wrong = kill_under_load(kills=4, writes=300)
    assert wrong == []
    assert told.count >= 300
    assert set(told.kinds) == {"created", "changed", "promised", "deleted"}
    assert set(killed.what) == {"a web process", "the worker", "the database"}


def test_nothing_saved_is_lost_when_web_processes_are_killed():
    with durable_depot() as (depot, _):
        log = kill_processes(depot, 2)
        check_saved(depot, log)


def test_nothing_saved_is_lost_when_the_database_crashes():
    with durable_depot() as (depot, embedded):
        log = crash_database(depot, embedded, 2)
        check_saved(depot, log)
    assert max(log.waits) < 5
