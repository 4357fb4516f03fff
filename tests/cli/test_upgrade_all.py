"""All sites are upgraded by one command: each with its backup, and none stopped or left half done by another's failure."""

from __future__ import annotations

import secrets
import shutil

import pytest
from psycopg.sql import SQL, Identifier

from core.app import upgrade as upgrading
from core.app.backup import alone
from core.app.site_acts import name_of
from core.errors import BadRequest, Unavailable
from tests.cli.conftest import FIXTURE_MODULES
from tests.cli.test_backup import all_tables, databases
from tests.cli.test_commands import execute as execute_here
from tests.cli.test_commands import sql
from tests.cli.test_sites import execute
from tests.cli.test_upgrade import newer

VERSION = "SELECT version FROM core_module"


@pytest.fixture
def older(terminal, tmp_path):
    """A terminal at a site whose module will say something else."""
    folder = tmp_path / "modules"
    shutil.copytree(FIXTURE_MODULES / "kit", folder / "kit")
    terminal.folders = [folder]
    return terminal


@pytest.fixture
def hosts(older):
    """Two sites beside the first, of the same version."""
    made = [f"{letter}{secrets.token_hex(6)}.example.com" for letter in "ab"]
    for host in made:
        older.run("site", "add", host, "--modules", "kit")
    yield made
    for host in made:
        execute(older, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name_of(host))))


def versions(terminal, hosts):
    return [sql(terminal, VERSION)[0][0], *(execute(terminal, VERSION, name_of(h))[0][0] for h in hosts)]


def test_all_are_upgraded_each_with_a_backup_also_one_that_is_closed(older, hosts):
    newer(older)
    older.run("site", "close", hosts[1])
    done = older.run("upgrade", "--all-sites")
    assert versions(older, hosts) == ["1.1.0"] * 3
    assert done.output.count("Backup: ") == 3
    home = older.settings.home
    for folder in (home, home / "sites" / hosts[0], home / "sites" / hosts[1]):
        assert (folder / "backups" / "before-upgrade-0001.zip").exists()
    assert "\n3 sites:\n" in done.output
    again = older.run("upgrade", "--all-sites")
    assert again.output.count("of this version already\n") == 3
    assert "Backup" not in again.output


def test_one_that_is_refused_stays_as_it_was_and_stops_no_other(older, hosts):
    execute(older, "ALTER TABLE kit_shelf DROP COLUMN filled", name_of(hosts[0]))
    newer(older)
    done = older.run("upgrade", "--all-sites", code=1)
    assert versions(older, hosts) == ["1.1.0", "1.0.0", "1.1.0"]
    assert "3 sites, 1 failed:" in done.output
    (told,) = (line for line in done.output.rpartition("failed:")[2].splitlines() if hosts[0] in line)
    assert "not upgraded" in told
    assert "nothing was changed" in told
    execute(older, "ALTER TABLE kit_shelf ADD COLUMN filled bigint", name_of(hosts[0]))
    assert older.run("upgrade", "--all-sites").exit_code == 0
    assert versions(older, hosts) == ["1.1.0"] * 3


def test_one_that_is_served_or_whose_settings_are_wrong_stops_no_other(older, hosts):
    newer(older)
    home = older.settings.home / "sites"
    (home / hosts[1] / "site.env").write_text("PAYVAND_LANGUAGE=fa\n")
    with alone(older.settings, "serve.lock", ""):
        done = older.run("upgrade", "--all-sites", code=1)
    assert versions(older, hosts) == ["1.0.0", "1.1.0", "1.0.0"]
    assert "3 sites, 2 failed:" in done.output
    assert "PAYVAND_DATABASE" in done.output


def test_a_module_that_breaks_in_one_site_stops_no_other(older, hosts, monkeypatch):
    newer(older)
    tried = upgrading._tried
    broken = name_of(hosts[0])

    def trying(settings, address, folders):
        if broken in settings.database_url:
            raise ZeroDivisionError("secret detail")
        return tried(settings, address, folders)

    monkeypatch.setattr(upgrading, "_tried", trying)
    done = older.run("upgrade", "--all-sites", code=1)
    assert versions(older, hosts) == ["1.1.0", "1.0.0", "1.1.0"]
    assert "secret detail" not in done.stdout
    assert "it broke (ZeroDivisionError)" in done.stdout


def test_one_that_was_never_finished_is_left_out_and_told(older, hosts):
    folder = older.settings.home / "sites" / hosts[0]
    (folder / "site.env").rename(folder / "draft.env")
    newer(older)
    assert "left out" in older.run("upgrade", "--all-sites").output
    assert versions(older, hosts) == ["1.1.0", "1.0.0", "1.1.0"]


def test_a_plan_for_all_changes_none(older, hosts):
    newer(older)
    assert older.run("upgrade", "--all-sites", "--plan").output.count("would be upgraded") == 3
    assert versions(older, hosts) == ["1.0.0"] * 3


def test_it_is_about_all_sites_and_no_single_backup(older, hosts, tmp_path):
    assert isinstance(older.run("upgrade", "--all-sites", "--site", hosts[0], code=1).exception, BadRequest)
    assert (
        "--backup" in older.run("upgrade", "--all-sites", "--backup", str(tmp_path / "x.zip"), code=2).output
    )


@pytest.mark.parametrize("failure", [Unavailable("The disk is full."), ZeroDivisionError()])
def test_what_breaks_on_the_way_is_undone_from_the_backup(older, monkeypatch, failure):
    newer(older)
    before = all_tables(older)

    def half(_settings, _address, _folders):
        execute_here(older, "UPDATE core_module SET version = 'half'")
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(upgrading, "_carry_out", half)
        done = older.run("upgrade", code=1)
    assert done.exception is failure
    assert "again as it was before" in done.output
    assert all_tables(older) == before
    assert databases(older) == {""}
    assert "is of this version and well" in older.run("upgrade").output


def test_what_could_not_be_undone_is_said_with_where_the_backup_is(older, monkeypatch):
    newer(older)

    def half(_settings, _address, _folders):
        execute_here(older, "UPDATE core_module SET version = 'half'")
        raise ZeroDivisionError

    def refuse(_address, _backup):
        raise Unavailable("No room.")

    monkeypatch.setattr(upgrading, "_carry_out", half)
    monkeypatch.setattr(upgrading, "_bring_back", refuse)
    done = older.run("upgrade", code=1)
    assert "before-upgrade-0001.zip could not be brought back: No room." in done.output
