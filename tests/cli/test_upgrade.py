"""A site is brought to another version after a backup and a trial; what is refused has changed nothing."""

from __future__ import annotations

import shutil
from contextlib import ExitStack

import pytest

from core.app import upgrade as upgrading
from core.app.backup import alone
from core.backup import databases as databases_beside
from core.errors import PayvandError, Unavailable
from core.printing import Printing
from core.storage.engine import build_engine
from core.storage.migrate import HEAD, migrate
from core.storage.snapshots import Snapshot
from tests.cli.conftest import FIXTURE_MODULES, Terminal
from tests.cli.test_backup import all_tables, databases, dying
from tests.cli.test_commands import execute, sql


@pytest.fixture
def older(terminal, tmp_path):
    """A terminal at a site whose module will say something else."""
    folder = tmp_path / "modules"
    shutil.copytree(FIXTURE_MODULES / "kit", folder / "kit")
    terminal.folders = [folder]
    return terminal


def edit(terminal, name, old, new):
    path = terminal.folders[0] / "kit" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def newer(terminal):
    edit(terminal, "manifest.yaml", "version: 1.0.0", "version: 1.1.0")
    edit(
        terminal,
        "access.yaml",
        "{entity: kit.shelf, actions: [read]}",
        "{entity: kit.shelf, actions: [read, delete]}",
    )
    edit(terminal, "entities/shelf.yaml", "fields:\n", "fields:\n  colour: {type: text, label: Colour}\n")


def test_there_is_nothing_to_do_for_a_site_of_this_version(terminal):
    assert terminal.run("upgrade").output == "Everything is of this version already.\n"
    assert not (terminal.settings.home / "backups").exists()


def test_a_plan_shows_what_an_upgrade_would_do_and_changes_nothing(older):
    newer(older)
    before = all_tables(older)
    shown = older.run("upgrade", "--plan").output
    assert "module kit: 1.0.0 -> 1.1.0" in shown
    assert "! " in shown
    assert "kit.visitor: delete kit.shelf" in shown
    assert all_tables(older) == before
    assert databases(older) == {""}
    assert list((older.settings.home / "backups").iterdir()) == []


def test_an_upgrade_does_what_was_shown_and_leaves_a_backup_of_before(older):
    newer(older)
    with alone(older.settings, "serve.lock", ""):
        assert "payvand serve" in older.run("upgrade", code=1).exception.text()
    execute(older, "INSERT INTO kit_shelf (name, filled) VALUES ('kept', 0)")
    assert "well" in older.run("upgrade").output
    assert sql(older, "SELECT version FROM core_module") == [("1.1.0",)]
    assert sql(older, "SELECT name, colour FROM kit_shelf") == [("kept", None)]
    assert databases(older) == {""}
    backup = older.settings.home / "backups" / "before-upgrade-0001.zip"
    shutil.rmtree(older.folders[0])
    older.folders = [FIXTURE_MODULES]
    older.run("restore", str(backup), "--replace")
    assert sql(older, "SELECT version FROM core_module") == [("1.0.0",)]
    assert older.run("doctor").output == "All is well.\n"


def test_an_upgrade_is_refused_while_a_worker_runs_anywhere_also_one_that_comes_on_the_way(
    older, monkeypatch
):
    newer(older)
    monkeypatch.setattr(databases_beside, "PATIENCE", 0.5)
    with Snapshot.of(older.settings.database_url):
        assert "module kit: 1.0.0 -> 1.1.0" in older.run("upgrade", "--plan").output
        refused = older.run("upgrade", code=1).exception
    assert refused.reason == "database_in_use"
    assert "connections: 1" in refused.text()
    assert list((older.settings.home / "backups").iterdir()) == []
    with ExitStack() as held:
        late = upgrading._report
        monkeypatch.setattr(
            upgrading,
            "_report",
            lambda *given: [late(*given), held.enter_context(Snapshot.of(older.settings.database_url))],
        )
        assert older.run("upgrade", code=1).exception.reason == "database_in_use"
    assert sql(older, "SELECT version FROM core_module") == [("1.0.0",)]


def test_an_upgrade_that_is_refused_leaves_all_as_it_was(older):
    edit(older, "manifest.yaml", "version: 1.0.0", "version: 1.1.0")
    edit(older, "entities/shelf.yaml", "type: text", "type: textile")
    before = all_tables(older)
    for words in (("upgrade", "--plan"), ("upgrade",)):
        refused = older.run(*words, code=1).exception
        assert isinstance(refused, PayvandError)
        assert "textile" in refused.text()
        assert all_tables(older) == before
        assert databases(older) == {""}


def test_an_upgrade_that_is_killed_is_done_by_the_next(older):
    newer(older)
    before = all_tables(older)
    assert dying((upgrading, "_report"), ("upgrade",), older)
    assert all_tables(older) == before
    assert dying((upgrading, "_problems"), ("upgrade", "--no-trial"), older)
    assert older.run("upgrade").output == "Everything is of this version already.\n"
    assert sql(older, "SELECT version FROM core_module") == [("1.1.0",)]


def test_tables_of_an_older_core_are_brought_to_this_one(pg, tmp_path):
    with pg.database() as url:
        terminal = Terminal(url, tmp_path)
        empty = terminal.run("upgrade", code=1).exception
        assert empty.reason == "not_initialized"
        engine = build_engine(url, threads=1)
        migrate(engine, to="core_0008")
        engine.dispose()
        target = tmp_path / "before.zip"
        assert (
            f"tables of the core: core_0008 -> {HEAD}"
            in terminal.run("upgrade", "--backup", str(target)).output
        )
        assert sql(terminal, "SELECT version_num FROM core_revision") == [(HEAD,)]
        assert target.exists()


def test_a_machine_that_cannot_print_is_told_and_upgraded_all_the_same(older, monkeypatch):
    def lacks(_printing):
        raise Unavailable(reason="PDF needs the library Pango")

    monkeypatch.setattr(Printing, "check", lacks)
    assert "PDF needs the library Pango" in older.run("doctor", code=1).stderr
    newer(older)
    assert "is of this version and well" in older.run("upgrade").output
