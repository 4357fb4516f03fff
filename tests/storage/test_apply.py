"""Applying plans while others work: short waits, all or nothing, two at once."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
import sqlalchemy as sa

from core.errors import Unavailable
from core.storage.apply import apply
from core.storage.doctor import inspect_physical
from core.storage.physical import read_physical
from core.storage.plan import plan
from core.storage.versions import bump, lock_schema

PERSON = {"name": {"type": "text"}}


def with_field(name):
    return {"shop.person": {**PERSON, name: {"type": "integer"}}}


@pytest.fixture
def direct(address):
    """A connection past the site, to stand in the way with."""
    with psycopg.connect(address.replace("postgresql+psycopg", "postgresql")) as connection:
        yield connection


def test_open_reader_delays_a_change_but_never_makes_others_wait_for_long(lab, direct):
    lab.change({"shop.person": PERSON})
    direct.execute("SELECT name FROM shop_person")
    longest, done = 0.0, threading.Event()

    def read():
        nonlocal longest
        while not done.is_set():
            start = time.monotonic()
            lab.rows("SELECT name FROM shop_person")
            longest = max(longest, time.monotonic() - start)

    reader = threading.Thread(target=read)
    reader.start()
    start = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        lab.change(with_field("score"))
    took = time.monotonic() - start
    done.set()
    reader.join()
    assert refused.value.reason == "try_again"
    assert 1.8 < took < 4
    assert longest < 0.6
    assert "score" not in lab.columns("shop_person")


def test_change_goes_through_as_soon_as_the_reader_is_gone(lab, direct):
    lab.change({"shop.person": PERSON})
    direct.execute("SELECT name FROM shop_person")
    leaving = threading.Timer(0.5, direct.rollback)
    leaving.start()
    lab.change(with_field("score"))
    leaving.join()
    assert "score" in lab.columns("shop_person")


def test_usual_waits_hold_again_after_a_plan(lab):
    new = lab.build({"shop.person": PERSON})
    with lab.unit() as uow:
        apply(lab.plan(new, uow), uow)
        assert uow.reader.value("SHOW lock_timeout") == "5s"


def test_a_failure_in_the_middle_leaves_nothing(lab):
    lab.change({"shop.person": PERSON})
    with lab.unit() as uow:
        uow.connection.exec_driver_sql("CREATE TABLE shop_zebra (id int)")  # in the way of the second step
    with pytest.raises(Exception, match="refused"):
        lab.change({**with_field("score"), "shop.aardvark": PERSON, "shop.zebra": PERSON})
    assert lab.columns("shop_aardvark") == set()
    assert "score" not in lab.columns("shop_person")
    assert lab.rows("SELECT version FROM core_catalog") == [(2,)]
    assert lab.rows("SELECT count(*) FROM core_physical WHERE entity = 'shop.aardvark'") == [(0,)]


CHANGER = """
import signal, sys
sys.path[:0] = ["tests/storage"]
from conftest import Lab
from core.config import Settings
from core.storage.apply import apply
from core.storage.doctor import inspect_physical
from core.storage.database import Database
lab = Lab(Database(Settings(threads=1), sys.argv[1]))
new = lab.build({"shop.person": {"name": {"type": "text"}, "score": {"type": "integer"}}, "shop.new": {"name": {"type": "text"}}})
with lab.unit() as uow:
    apply(lab.plan(new, uow), uow)
    print("applied", flush=True)
    signal.pause()
"""


def test_killed_before_its_commit_a_change_has_not_happened_and_can_be_made_again(lab, address):
    lab.change({"shop.person": PERSON})
    with subprocess.Popen(
        [sys.executable, "-c", CHANGER, address], stdout=subprocess.PIPE, text=True
    ) as process:
        assert any("applied" in line for line in iter(process.stdout.readline, ""))
        process.kill()
    assert lab.columns("shop_new") == set()
    assert lab.columns("shop_person") & {"score"} == set()
    lab.change(with_field("score"))
    assert "score" in lab.columns("shop_person")


def test_two_who_add_fields_at_once_both_get_theirs(lab):
    lab.change({"shop.person": PERSON})
    fields = dict(PERSON)
    everybody = threading.Barrier(4)

    def add(name):
        everybody.wait()
        with lab.unit() as uow:
            lock_schema(uow.connection)
            fields[name] = {"type": "integer"}  # as read from the documents: only under the lock
            new = lab.build({"shop.person": dict(fields)})
            apply(plan(None, new, read_physical(uow.connection, lab.types)), uow)
            return bump(uow)

    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(add, ["a", "b", "c", "d"]))
    assert sorted(versions) == [3, 4, 5, 6]
    assert {"a", "b", "c", "d"} <= lab.columns("shop_person")


def test_field_on_a_hundred_thousand_rows_is_instant(lab):
    lab.change({"shop.person": PERSON, "shop.tag": PERSON})
    lab.fill("shop.person", 100_000, "name")
    new = lab.build(
        {
            "shop.tag": PERSON,
            "shop.person": {
                **PERSON,
                "score": {"type": "integer"},
                "fee": {"type": "money"},
                "tag": {"type": "reference", "to": "shop.tag"},
            },
        }
    )
    with lab.unit() as uow:
        todo = lab.plan(new, uow)
        apply(lab.plan(lab.catalog, uow), uow)  # loads what the first change loads
        start = time.perf_counter()
        apply(todo, uow)
        took = time.perf_counter() - start
    assert took < 0.1
    files = lab.rows("SELECT count(*) FROM pg_class WHERE relname = 'shop_person' AND relfilenode = oid")
    assert files == [(1,)], "the table was rewritten"


def snapshot(lab):
    """Return everything that a change may touch."""
    return (
        lab.rows(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name NOT LIKE 'core_%%' ORDER BY 1, 2"
        ),
        lab.rows("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"),
        lab.rows("SELECT conname FROM pg_constraint ORDER BY 1"),
        lab.rows("SELECT * FROM core_physical ORDER BY 1, 2"),
        lab.rows("SELECT name, state FROM core_index ORDER BY 1"),
        lab.rows("SELECT version FROM core_catalog"),
    )


def test_lost_at_any_statement_a_change_has_happened_wholly_or_not_at_all(lab, address):
    before = {"shop.person": {**PERSON, "old": {"type": "text", "unique": True}}}
    lab.change(before)
    lab.change({"shop.person": PERSON})
    after = {
        "shop.person": {**PERSON, "old": {"type": "integer", "unique": True}},
        "shop.tag": {**PERSON, "person": {"type": "reference", "to": "shop.person"}},
    }
    untouched, lost_at, statements = snapshot(lab), 0, 0

    def lose(connection, _cursor, _statement, _parameters, _context, _many):
        nonlocal statements
        statements += 1
        if statements == lost_at:
            pid = connection.connection.driver_connection.info.backend_pid
            with psycopg.connect(
                address.replace("postgresql+psycopg", "postgresql"), autocommit=True
            ) as direct:
                direct.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    sa.event.listen(lab.database.engine, "before_cursor_execute", lose)
    while not lab.catalog.entities.keys() >= after.keys():
        lost_at, statements = lost_at + 1, 0
        with suppress(Unavailable):
            lab.change(after)
            continue
        assert snapshot(lab) == untouched
    sa.event.remove(lab.database.engine, "before_cursor_execute", lose)
    assert 15 < lost_at < 60
    assert lab.columns("shop_person") >= {"old", "old$1"}
    with lab.database.engine.connect() as connection:
        assert inspect_physical(connection, lab.catalog, lab.types) == []
