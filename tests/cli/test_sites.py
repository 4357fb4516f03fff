"""Sites are made by one command, asked about by their host, closed and opened again, and go with a backup."""

from __future__ import annotations

import secrets
import stat

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from core.app.site_acts import MARK, name_of
from core.app.sites import Sites
from core.cli.main import site_first
from core.errors import BadRequest, Conflict, NotFound, SettingsInvalid
from core.storage.embedded import create_database


@pytest.fixture
def host(terminal):
    """A host that no other test has, as the server of databases is everybody's."""
    made = f"s{secrets.token_hex(6)}.example.com"
    yield made
    execute(terminal, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name_of(made))))


def server(terminal, database="postgres"):
    address = make_url(terminal.settings.database_url).set(drivername="postgresql", database=database)
    return address.render_as_string(hide_password=False)


def execute(terminal, statement, database="postgres"):
    with psycopg.connect(server(terminal, database), autocommit=True) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


def names(terminal):
    return {name for (name,) in execute(terminal, "SELECT datname FROM pg_database")}


@pytest.mark.covers("PL-14")
def test_one_command_makes_a_site_with_everything_of_its_own(terminal, host):
    told = terminal.run(
        "site", "add", host.upper(), "--modules", "kit", "--demo", "--set", "PAYVAND_LANGUAGE=fa"
    ).output
    assert f"The site {host} is at http://{host}:8000" in told
    assert "The first site answers at localhost and at addresses without a name" in told
    assert f"Sign in at http://{host}:8000" in told
    home = terminal.settings.home / "sites" / host
    assert stat.S_IMODE((home / "site.env").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert terminal.run("doctor").output == "All is well.\n"
    assert (home / "secret").read_bytes() != (terminal.settings.home / "secret").read_bytes()
    assert f"PAYVAND_DATABASE={name_of(host)}" in (home / "site.env").read_text()
    assert execute(terminal, "SELECT count(*) FROM kit_shelf", name_of(host)) == [(2,)]
    assert terminal.run("site", "list", "--hosts").output == f"{host}\n"
    assert terminal.run("site", "list").output.split() == [host, "open", str(home)]
    assert terminal.run("doctor", "--site", host).output == "All is well.\n"


def test_a_command_is_about_the_site_it_names_and_else_about_the_first(terminal, host, monkeypatch):
    terminal.run("site", "add", host, "--modules", "kit")
    terminal.run("--site", host, "user", "create", "theirs@example.com")
    terminal.run("user", "create", "ours@example.com")
    assert terminal.run("user", "list").output.split()[0] == "ours@example.com"
    for words in (("user", "list", "--site", host), ("user", f"--site={host}.", "list")):
        assert terminal.run(*words).output.split()[0] == "theirs@example.com"
    monkeypatch.setenv("PAYVAND_SITE", host)
    assert terminal.run("user", "list").output.split()[0] == "theirs@example.com"
    assert isinstance(terminal.run("serve", code=1).exception, BadRequest)
    assert isinstance(terminal.run("site", "list", code=1).exception, BadRequest)


def test_where_the_site_stands_in_a_command_is_alike():
    assert site_first(["backup", "x.zip", "--site", "a"]) == ["--site", "a", "backup", "x.zip"]
    assert site_first(["--site=a", "backup"]) == ["--site=a", "backup"]
    assert site_first(["user", "list", "--", "--site", "a"]) == ["user", "list", "--", "--site", "a"]
    assert site_first(["backup", "--site"]) == ["--site", "backup"]


def test_a_host_that_is_taken_or_none_is_refused(terminal, host):
    terminal.run("site", "add", host, "--modules", "kit")
    assert isinstance(terminal.run("site", "add", f"{host}.", code=1).exception, Conflict)
    assert isinstance(terminal.run("site", "add", "*.example.com", code=1).exception, BadRequest)
    assert isinstance(
        terminal.run("site", "add", "other.example.com", "--set", "PAYVAND_HOME=/", code=1).exception,
        SettingsInvalid,
    )
    assert isinstance(terminal.run("--site", "none.example.com", "doctor", code=1).exception, NotFound)
    assert terminal.run("site", "list", "--hosts").output == f"{host}\n"


def test_a_database_of_somebody_else_is_not_taken(terminal, host):
    create_database(terminal.settings.database_url, name_of(host))
    assert isinstance(terminal.run("site", "add", host, "--modules", "kit", code=1).exception, Conflict)
    assert terminal.run("site", "list").output == "There is only the first site.\n"
    assert not Sites(terminal.settings).several


def test_what_was_begun_is_gone_on_with_and_nobody_finds_it_before(terminal, host):
    refused = terminal.run("site", "add", host, "--modules", "kit,nothing", code=1)
    assert "nothing" in str(refused.exception)
    assert terminal.run("site", "list").output.split()[:2] == [host, "unfinished"]
    assert not Sites(terminal.settings).several
    assert not Sites(terminal.settings).stamp(host)
    assert isinstance(terminal.run("doctor", "--site", host, code=1).exception, Conflict)
    terminal.run("site", "add", host, "--modules", "kit")
    assert terminal.run("doctor", "--site", host).output == "All is well.\n"


def test_an_open_site_is_not_removed_and_a_closed_one_with_a_backup(terminal, host, tmp_path):
    terminal.run("site", "add", host, "--modules", "kit")
    terminal.run("user", "create", "theirs@example.com", "--site", host)
    backup = str(tmp_path / "last.zip")
    assert isinstance(terminal.run("site", "remove", host, "--backup", backup, code=1).exception, Conflict)
    terminal.run("site", "close", host)
    assert terminal.run("site", "list").output.split()[1] == "closed"
    terminal.run("site", "remove", host, code=2)
    told = terminal.run("site", "remove", host, "--backup", backup).output
    assert "compared" in told
    assert name_of(host) not in names(terminal)
    assert not (terminal.settings.home / "sites" / host).exists()
    assert not Sites(terminal.settings).several
    terminal.run("site", "add", host, "--modules", "kit")
    terminal.run("restore", backup, "--replace", "--site", host)
    assert terminal.run("user", "list", "--site", host).output.split()[0] == "theirs@example.com"
    assert terminal.run("user", "list").output == ""
    comment = execute(
        terminal,
        f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{name_of(host)}'",
    )
    assert comment == [(MARK.format(host=host),)]


def test_a_closed_site_is_opened_again_as_it_was(terminal, host):
    terminal.run("site", "add", host, "--modules", "kit")
    terminal.run("site", "close", host)
    assert not Sites(terminal.settings).stamp(host)
    assert Sites(terminal.settings).several
    terminal.run("site", "open", host)
    assert Sites(terminal.settings).stamp(host)


def test_a_site_with_a_database_of_its_own_leaves_it_when_it_goes(terminal, host, pg):
    with pg.database() as url:
        terminal.run("site", "add", host, "--modules", "kit", "--database-url", url)
        assert name_of(host) not in names(terminal)
        terminal.run("site", "close", host)
        told = terminal.run("site", "remove", host, "--without-backup").output
        assert "left as it is" in told
        assert make_url(url).database in names(terminal)


def test_names_of_databases_are_short_and_of_one_host_only():
    hosts = [
        "a.example.com",
        "a-example.com",
        "a.example-com",
        "x" * 63 + ".example.com",
        "x" * 63 + ".example.org",
    ]
    made = [name_of(one) for one in hosts]
    assert len(set(made)) == len(hosts)
    assert all(len(name) <= 40 and name.isascii() for name in made)
