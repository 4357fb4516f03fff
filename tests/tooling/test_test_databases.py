"""The databases that tests get: templates made once, clones that do not touch each other, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from core.testing.postgres import TestPostgres
from tests.architecture.sources import ROOT


def run(url, *statements):
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        found = None
        for statement in statements:
            found = connection.execute(statement)
        return found.fetchall() if found is not None and found.description else None


def test_a_template_is_built_once_for_all_who_ask(pg):
    built = []

    def build(url):
        built.append(url)
        run(url, "CREATE TABLE thing (name text)", "INSERT INTO thing VALUES ('first')")

    names = {pg.template("built once", build) for _ in range(3)}
    assert len(names) == 1
    assert len(built) == 1
    with pg.database(names.pop()) as url:
        assert run(url, "SELECT name FROM thing") == [("first",)]


def test_a_template_that_failed_to_build_is_built_again(pg):
    def broken(url):
        run(url, "CREATE TABLE half (id int)")
        raise LookupError("no more")

    with pytest.raises(LookupError):
        pg.template("fails first", broken)
    with pg.database(pg.template("fails first", lambda url: run(url, "CREATE TABLE whole (id int)"))) as url:
        assert run(url, "SELECT to_regclass('half') IS NULL, to_regclass('whole') IS NULL") == [(True, False)]


def test_clones_do_not_see_each_other(pg):
    with pg.database() as one, pg.database() as two:
        run(one, "CREATE TABLE mine (id int)")
        assert run(two, "SELECT to_regclass('mine')") == [(None,)]


def test_a_lent_database_is_gone_afterwards_even_with_somebody_connected(pg):
    with pg.database() as url:
        lingering = psycopg.connect(url.replace("+psycopg", ""))
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        run(url, "SELECT 1")
    lingering.close()


def test_a_run_removes_its_own_databases_only(pg):
    other = TestPostgres("feedbeef", pg.url)
    theirs = other.empty()
    with pg.database() as ours:
        other.close()
        assert run(ours, "SELECT 1") == [(1,)]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        run(theirs, "SELECT 1")


def test_a_run_inside_a_run_ends_alone(pg, tmp_path):
    (tmp_path / "test_inner.py").write_text("def test_it(pg):\n    assert pg.empty()\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "core.testing.plugin"]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with pg.database() as url:
        assert run(url, "SELECT 1") == [(1,)]


def test_it_does_not_drop_databases_of_others(pg):
    with pytest.raises(ValueError, match="does not belong to this test run"):
        pg.drop(pg.url)
