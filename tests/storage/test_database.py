"""Readers, units of work, and what happens when the database or somebody else is in the way."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import psycopg
import pytest
import sqlalchemy as sa

from core.config import Settings
from core.errors import BadRequest, PayvandError, SettingsInvalid, Unavailable, ValidationFailed
from core.kernel.actor import Actor, Preferences, system_actor
from core.metadata.catalog import Catalog
from core.storage import Database, kernel_tables, translate_database_error
from core.storage.engine import database_address
from core.storage.failures import sqlstate

EMPTY = Catalog(version=1, entities={})
SYSTEM = system_actor("a test")
TAKE = sa.insert(kernel_tables.sequence).values(name="a", period="", next=1)


def pid_of(database):
    with database.reading() as reader:
        return reader.value("SELECT pg_backend_pid()")


def pid_of_writer(database):
    with database.unit(EMPTY, SYSTEM) as uow:
        return uow.reader.value("SELECT pg_backend_pid()")


def kill(address, pid):
    with psycopg.connect(address.replace("postgresql+psycopg", "postgresql"), autocommit=True) as direct:
        direct.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def test_reader_takes_named_positional_and_numbered_places(database):
    with database.reading() as reader:
        assert reader.rows("SELECT %(a)s::int, 'x'", {"a": 3}) == [(3, "x")]
        assert reader.rows("SELECT %s::int", [4]) == [(4,)]
        assert reader.raw("SELECT $1::text || '%%'", ["علی"]) == [("علی%%",)]
        assert reader.value("SELECT 1 WHERE false") is None


def test_reader_keeps_statements_prepared(database):
    with database.reading() as reader:
        reader.rows("SELECT %(a)s::int + 17", {"a": 1})
        assert reader.value("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%% + 17'") == 1


def test_what_a_unit_has_prepared_for_reading_stays_prepared(database):
    with database.unit(EMPTY, SYSTEM, reading=True) as uow:
        uow.reader.raw("SELECT 'asked again and again'")
    with database.reading() as reader:
        prepared = reader.rows("SELECT statement FROM pg_prepared_statements")
    assert ("SELECT 'asked again and again'",) in prepared


def test_reader_leaves_no_transaction_open(database):
    with database.reading() as reader:
        reader.rows("SELECT 1")
        states = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%' AND datname = current_database()"
        assert reader.value(states) == 0


def test_reading_survives_a_lost_connection_unnoticed(database, address):
    kill(address, pid_of(database))
    with database.reading() as reader:
        assert reader.value("SELECT 5") == 5


def test_reader_tells_errors_in_our_words(database):
    with pytest.raises(Unavailable) as stale, database.reading() as reader:
        reader.rows("SELECT nothing_like_this")
    assert sqlstate(stale.value) == "42703"
    with database.reading() as reader:
        assert reader.value("SELECT 1") == 1


def test_unit_is_committed_on_leaving_and_rolled_back_on_any_error(database):
    with database.unit(EMPTY, SYSTEM) as uow:
        uow.execute(TAKE)

    def fail():
        with database.unit(EMPTY, SYSTEM) as uow:
            uow.execute(sa.delete(kernel_tables.sequence))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.reading() as reader:
        assert reader.rows("SELECT name FROM core_sequence") == [("a",)]


def test_unit_has_one_now_and_the_day_of_its_actor(address):
    night = datetime(2026, 3, 20, 22, 0, tzinfo=UTC)
    database = Database(Settings(time_zone="Asia/Tehran"), address, clock=lambda: night)
    abroad = Actor(preferences=Preferences(time_zone="America/New_York"))
    with database.unit(EMPTY, SYSTEM) as uow:
        assert (uow.now, uow.today) == (night, date(2026, 3, 21))
        assert uow.reason == "a test"
    with database.unit(EMPTY, abroad) as uow:
        assert uow.today == date(2026, 3, 20)
    database.close()


def test_reader_of_a_unit_sees_what_the_unit_has_written(database):
    with database.unit(EMPTY, SYSTEM) as uow:
        uow.execute(TAKE)
        assert uow.reader.value("SELECT count(*) FROM core_sequence") == 1
        with database.reading() as outside:
            assert outside.value("SELECT count(*) FROM core_sequence") == 0


def test_unit_that_only_used_its_reader_ends_its_transaction_too(address):
    database = Database(Settings(threads=1), address)
    with database.unit(EMPTY, SYSTEM) as uow:
        uow.reader.rows("INSERT INTO core_sequence VALUES ('a', '', 1) RETURNING next")
    with database.reading() as reader:
        assert reader.value("SELECT count(*) FROM core_sequence") == 1
    database.close()


def test_acts_after_the_commit_happen_only_after_it(database):
    seen = []

    def look():
        with database.reading() as reader:
            seen.append(reader.value("SELECT count(*) FROM core_sequence"))

    with database.unit(EMPTY, SYSTEM) as uow:
        uow.execute(TAKE)
        uow.after_commit(look)
        assert seen == []
    assert seen == [1]

    def fail():
        with database.unit(EMPTY, SYSTEM) as uow:
            uow.after_commit(look)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert seen == [1]


def test_savepoint_undoes_its_own_part_only(database):
    seen = []

    def part(uow):
        with uow.savepoint():
            uow.after_commit(lambda: seen.append("never"))
            uow.execute(TAKE)

    with database.unit(EMPTY, SYSTEM) as uow:
        uow.execute(TAKE)
        with pytest.raises(ValidationFailed):
            part(uow)
        uow.after_commit(lambda: seen.append("once"))
    assert seen == ["once"]
    with database.reading() as reader:
        assert reader.value("SELECT count(*) FROM core_sequence") == 1


def test_unit_on_a_lost_connection_is_done_again(database, address):
    kill(address, pid_of_writer(database))

    def work():
        with database.unit(EMPTY, SYSTEM) as uow:
            return uow.execute(sa.text("SELECT 7")).scalar_one()

    assert database.attempt(work) == 7


def test_whoever_writes_after_a_read_has_noticed_a_restart_notices_nothing(database, address):
    writer = pid_of_writer(database)
    kill(address, pid_of(database))
    kill(address, writer)
    with database.reading() as reader:
        assert reader.value("SELECT 5") == 5
    assert pid_of_writer(database) != writer


def test_who_only_reads_cannot_write(database):
    with pytest.raises(Unavailable), database.reading() as reader:
        reader.rows("INSERT INTO core_sequence (name, period, next) VALUES ('a', '', 1)")
    with pytest.raises(Unavailable), database.unit(EMPTY, SYSTEM, reading=True) as uow:
        uow.execute(TAKE)
    with database.unit(EMPTY, SYSTEM) as uow:
        assert uow.reader.value("SELECT count(*) FROM core_sequence") == 0


def test_lost_connection_without_a_second_attempt_is_unavailable_and_heals(database, address):
    def lose():
        with database.unit(EMPTY, SYSTEM) as uow:
            kill(address, uow.reader.value("SELECT pg_backend_pid()"))
            uow.execute(TAKE)

    with pytest.raises(Unavailable):
        lose()
    with database.unit(EMPTY, SYSTEM) as uow:
        uow.execute(TAKE)


def test_connection_lost_at_the_commit_leaves_the_outcome_unknown_and_is_not_repeated(database, address):
    calls = []

    def work():
        calls.append(1)
        with database.unit(EMPTY, SYSTEM) as uow:
            uow.execute(TAKE)
            kill(address, uow.reader.value("SELECT pg_backend_pid()"))

    with pytest.raises(Unavailable) as unknown:
        database.attempt(work)
    assert unknown.value.reason == "outcome_unknown"
    assert calls == [1]


def test_a_server_that_is_away_is_unavailable():
    away = Database(Settings(), "postgresql://nobody@/nothing?host=/nowhere")
    with pytest.raises(Unavailable), away.reading():
        pass
    with pytest.raises(Unavailable), away.unit(EMPTY, SYSTEM) as uow:
        uow.execute(TAKE)


def test_two_who_deadlock_both_get_through(database):
    with database.unit(EMPTY, SYSTEM) as uow:
        uow.execute(TAKE)
        uow.execute(TAKE.values(name="b"))
    both = threading.Barrier(2)
    tries = []

    def work(names):
        def once():
            tries.append(names)
            with database.unit(EMPTY, SYSTEM) as uow:
                for name in names:
                    t = kernel_tables.sequence
                    uow.execute(sa.update(t).where(t.c.name == name).values(next=t.c.next + 1))
                    if name == names[0] and tries.count(names) == 1:
                        both.wait(10)

        database.attempt(once)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, [("a", "b"), ("b", "a")]))
    with database.reading() as reader:
        assert reader.rows("SELECT next FROM core_sequence") == [(3,), (3,)]
    assert len(tries) == 3


def test_a_stale_catalog_is_met_with_one_more_attempt(database):
    calls = []

    def work():
        calls.append(1)
        with database.unit(EMPTY, SYSTEM) as uow:
            column = "version" if len(calls) > 1 else "gone"
            return uow.execute(sa.text(f"SELECT {column} FROM core_catalog")).scalar_one()

    assert database.attempt(work) == 1
    assert len(calls) == 2


def test_refusals_are_not_repeated(database):
    calls = []

    def work():
        calls.append(1)
        with database.unit(EMPTY, SYSTEM) as uow:
            uow.execute(TAKE)
            uow.execute(TAKE)

    with pytest.raises(ValidationFailed):
        database.attempt(work)
    assert calls == [1]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT 1/0", BadRequest),
        ("SELECT 'x'::int", BadRequest),
        ("SELECT repeat('(', 100000)::text::tsquery", BadRequest),
        ("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)", Unavailable),
        ("SELECT * FROM nothing_here", Unavailable),
        ("INSERT INTO core_module (name, version, state) VALUES ('a', '1', 'asleep')", ValidationFailed),
        ("INSERT INTO core_module (name, version) VALUES ('a', '1')", ValidationFailed),
        (
            "INSERT INTO core_session (token_hash, account, expires_at) VALUES ('', 5, now())",
            ValidationFailed,
        ),
        ("SET TRANSACTION READ ONLY; INSERT INTO core_sequence VALUES ('a', '', 1)", Unavailable),
        ("SELECT FROM FROM", PayvandError),
    ],
)
def test_no_text_of_the_driver_reaches_anybody(database, sql, error):
    with pytest.raises(error) as told, database.unit(EMPTY, SYSTEM) as uow:
        uow.connection.exec_driver_sql(sql)
    cause = told.value.__cause__
    assert isinstance(cause, sa.exc.DBAPIError)
    first_words = str(cause.orig).splitlines()[0]
    assert first_words not in told.value.text()


def test_what_is_no_error_of_the_database_is_left_alone():
    assert translate_database_error(KeyError("x")) is None
    assert translate_database_error(BadRequest()) is None


def test_an_error_that_is_its_own_cause_is_looked_through_once():
    own = sa.exc.PendingRollbackError("x")
    own.__cause__ = own
    assert translate_database_error(own) is None


def test_a_reading_unit_on_a_lost_connection_is_refused_as_unavailable(database, address):
    def lose():
        with database.unit(EMPTY, SYSTEM, reading=True) as uow:
            kill(address, uow.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())
            uow.execute(sa.text("SELECT 1"))

    with pytest.raises(Unavailable):
        lose()


def test_text_with_a_nul_is_refused_not_broken(database):
    with pytest.raises(BadRequest), database.unit(EMPTY, SYSTEM) as uow:
        uow.execute(TAKE.values(name="a\0b"))


@pytest.mark.parametrize("address", ["mysql://x/y", "no address", "sqlite://"])
def test_only_addresses_of_postgresql_are_accepted(address):
    with pytest.raises(SettingsInvalid):
        database_address(address)


def test_sessions_have_their_limits_and_name(database):
    with database.reading() as reader:
        wanted = (
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "TimeZone",
            "jit",
            "max_parallel_workers_per_gather",
            "application_name",
        )
        found = [reader.value(f"SHOW {name}") for name in wanted]
    assert found == ["30s", "5s", "1min", "UTC", "off", "0", "payvand"]


def test_many_threads_share_few_connections(address):
    database = Database(Settings(threads=2), address)

    def read(number):
        with database.reading() as reader:
            return reader.value("SELECT %(n)s::int", {"n": number})

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(read, range(200))) == list(range(200))
    with database.reading() as reader:
        assert reader.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") <= 6
    database.close()
