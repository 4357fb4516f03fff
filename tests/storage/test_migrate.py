"""The kernel's own tables: revisions, the history that nobody rewrites, databases that cannot hold a site."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import core.storage
from core.errors import PayvandError, Unavailable
from core.storage import check_database, check_revision, factor_tables
from core.storage.engine import build_engine
from core.storage.migrate import HEAD, migrate


def test_migrated_tables_are_those_of_the_code(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": "core_revision"}
        )
        differences = [str(difference) for difference in compare_metadata(context, factor_tables.KERNEL)]
    assert [d for d in differences if "procrastinate" not in d and "core_history_" not in d] == []


def test_head_is_known_without_alembic():
    config = Config()
    config.set_main_option("script_location", str(Path(core.storage.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_many_may_migrate_at_once(pg):
    with pg.database() as address:
        engine = build_engine(address, threads=4)
        with engine.connect() as connection, pytest.raises(Unavailable):
            check_revision(connection)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: migrate(engine), range(3)))
        with engine.connect() as connection:
            check_revision(connection)
        engine.dispose()


def test_tables_of_the_job_queue_are_there(lab):
    assert lab.columns("procrastinate_jobs") >= {"id", "task_name", "status"}


HISTORY = "INSERT INTO core_history (entity, record_id, action, at) VALUES ('a.b', 1, 'create', {})"


@pytest.mark.parametrize("when", ["now()", "now() + interval '20 years'"])
@pytest.mark.parametrize(
    "sql", ["UPDATE core_history SET reason = 'other'", "DELETE FROM core_history", "TRUNCATE core_history"]
)
def test_history_is_append_only(lab, when, sql):
    with lab.unit() as uow:
        uow.connection.exec_driver_sql(HISTORY.format(when))
    with pytest.raises(PayvandError), lab.unit() as uow:
        uow.connection.exec_driver_sql(sql)
    assert lab.rows("SELECT reason FROM core_history") == [(None,)]


def made_ahead(lab, months):
    """Make the months of the history that are missing; return how many."""
    with lab.unit() as uow:
        return uow.execute(sa.select(sa.func.core_history_partitions(months))).scalar_one()


def test_months_of_the_history_are_made_ahead_and_truncating_one_is_refused(lab):
    parts = [
        name
        for (name,) in lab.rows(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'core_history'::regclass ORDER BY 1"
        )
    ]
    assert len(parts) == 14
    assert parts[-1] == "core_history_rest"
    assert made_ahead(lab, 14) == 2
    for part in (parts[0], parts[-1]):
        with pytest.raises(PayvandError), lab.unit() as uow:
            uow.connection.exec_driver_sql(f"TRUNCATE {part}")


def test_a_month_whose_rows_came_before_it_does_not_stop_the_others(lab):
    with lab.unit() as uow:
        uow.connection.exec_driver_sql(HISTORY.format("now() + interval '14 months'"))
    assert made_ahead(lab, 15) == 2
    assert lab.rows("SELECT count(*) FROM core_history") == [(1,)]


def test_database_that_does_not_know_persian_letters_is_refused(pg):
    name = pg.url_of(f"{pg._prefix}letters")
    direct = pg.url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(direct, autocommit=True) as server:
        server.execute(
            f"CREATE DATABASE {pg._prefix}letters TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    engine = build_engine(name, threads=1)
    try:
        with engine.connect() as connection:
            with pytest.raises(Unavailable, match="pg_trgm"):
                check_database(connection)
            connection.execute(sa.text("CREATE EXTENSION pg_trgm"))
            with pytest.raises(Unavailable, match="Persian"):
                check_database(connection)
    finally:
        engine.dispose()
        pg.drop(name)
