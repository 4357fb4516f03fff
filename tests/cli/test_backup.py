"""A backup is the whole site: brought back anywhere it is the same to the byte, and nothing is lost on the way."""

from __future__ import annotations

import io
import os
import shutil
import signal
import stat
import zipfile
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import make_url

from core.app import backup as making
from core.app import restore as restoring
from core.app import work as working
from core.app.launcher import Launching
from core.backup import archive as archives
from core.backup import databases as beside_it
from core.backup import restoring as loading
from core.backup.archive import Archive, Draft
from core.backup.databases import beside, drop, make
from core.backup.making import write_backup
from core.backup.restoring import differences
from core.errors import BadRequest, Conflict, Unavailable
from core.files import Files
from core.kernel.actor import system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.embedded import create_database
from core.storage.engine import build_engine
from core.storage.migrate import HEAD, migrate
from core.storage.snapshots import Snapshot
from tests.cli.conftest import Terminal
from tests.cli.test_commands import execute, sql

CHANGE = "UPDATE kit_shelf SET name = 'changed since ' || id"


@pytest.fixture
def lived_in(pg, tmp_path):
    """A terminal at a site with people, records, letters of all kinds, and files."""

    def build(url):
        Terminal(url, tmp_path).run("init", "--modules", "kit", "--demo")

    with pg.database(pg.template("cli kit with its demo", build)) as url:
        yield with_files(Terminal(url, tmp_path))


def with_files(terminal):
    execute(terminal, "UPDATE kit_shelf SET name = E'پیوند\\t\\n\\\\N ي ك \u200c' WHERE id = 1")
    with terminal_site(terminal) as site:
        actor = system_actor("a test")
        with site.get(Database).unit(site.get(Catalogs).current(), actor) as uow:
            for content in (b"", b"\x00\xff" * 70_000, "نامه".encode()):
                site.get(Files).store(io.BytesIO(content), "a.bin", actor, uow)
    return terminal


def terminal_site(terminal):
    return Launching(terminal.settings, terminal.folders).site()


def all_tables(terminal):
    with Snapshot.of(terminal.settings.database_url) as snapshot:
        return {table.name: snapshot.copy(table, len) for table in snapshot.tables()}


def all_files(terminal):
    folder = terminal.settings.home / "files"
    return {path.name: path.read_bytes() for path in folder.glob("??/*")}


def wiped(pg, home):
    """Return a terminal at an empty database and an empty folder: another machine."""
    return Terminal(pg.empty(), home)


def databases(terminal):
    name = make_url(terminal.settings.database_url).database
    return {
        row[0].removeprefix(name)
        for row in sql(terminal, f"SELECT datname FROM pg_database WHERE datname LIKE '{name}%'")
    }


def dying(point, words, terminal):
    """Run a command in a process that kills itself where it comes to ``point``; return whether it was killed."""
    child = os.fork()
    if child == 0:
        place, name = point

        def die(*_given, **_named):
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(place, name, die)
        try:
            terminal.run(*words)
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_a_site_comes_back_on_another_machine_to_the_byte(lived_in, pg, tmp_path):
    before, contents = all_tables(lived_in), all_files(lived_in)
    target = tmp_path / "site.zip"
    said = lived_in.run("backup", str(target), "--verify").output
    assert "the same to the byte" in said
    assert databases(lived_in) == {""}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*"))
    other = wiped(pg, tmp_path / "other")
    other.settings = replace(other.settings, currency="EUR")
    told = other.run("restore", str(target)).output
    assert "PAYVAND_CURRENCY was 'IRR' where the backup was made, and is 'EUR' here." in told
    assert all_tables(other) == before
    assert all_files(other) == contents
    assert len(contents) == 3
    assert (other.settings.home / "secret").read_bytes() == (lived_in.settings.home / "secret").read_bytes()
    with Archive(target) as archive:
        assert differences(archive, other.settings.database_url) == []
    assert other.run("doctor").output == "All is well.\n"
    again = tmp_path / "again.zip"
    other.run("backup", str(again))
    with Archive(target) as first, Archive(again) as second:
        assert first.manifest.tables == second.manifest.tables
        assert first.manifest.sequences == second.manifest.sequences
    pg.drop(other.settings.database_url)


def test_a_site_that_is_there_is_only_replaced_on_request_and_whole(lived_in, tmp_path):
    target = tmp_path / "site.zip"
    lived_in.run("backup", str(target))
    before = all_tables(lived_in)
    execute(lived_in, CHANGE)
    refused = lived_in.run("restore", str(target), code=1).exception
    assert isinstance(refused, Conflict)
    assert "--replace" in refused.text()
    assert "the same to the byte" in lived_in.run("restore", str(target), "--try").output
    assert sql(lived_in, "SELECT count(*) FROM kit_shelf WHERE name LIKE 'changed since%'") == [(2,)]
    lived_in.run("restore", str(target), "--replace")
    assert all_tables(lived_in) == before
    assert databases(lived_in) == {""}


def test_no_key_that_was_in_use_is_lost_by_a_restore(lived_in, tmp_path, monkeypatch):
    target, key = tmp_path / "site.zip", lived_in.settings.home / "secret"
    lived_in.run("backup", str(target))
    kept, files = (
        key.read_bytes(),
        lambda: {path.name: path.read_bytes() for path in key.parent.glob("secret*")},
    )
    others = [bytes([number]) * len(kept) for number in (1, 2)]
    for other in (*others, others[0]):
        key.write_bytes(other)
        lived_in.run("restore", str(target), "--replace")
    assert files() == {"secret": kept, "secret.replaced": others[0], "secret.replaced-2": others[1]}
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.write_bytes(bytes(len(kept)))
    assert dying((restoring, "sync_folder"), ("restore", str(target), "--replace"), lived_in)
    assert files()["secret"] == kept
    assert files()["secret.replaced-3"] == bytes(len(kept))


def test_nothing_is_restored_under_a_running_server_and_no_two_backups_run_at_once(lived_in, tmp_path):
    target = tmp_path / "site.zip"
    lived_in.run("backup", str(target))
    with making.alone(lived_in.settings, "serve.lock", ""):
        served = lived_in.run("restore", str(target), "--replace", code=1).exception
        assert "payvand serve" in served.text()
    with making.alone(lived_in.settings, "backup.lock", ""):
        assert lived_in.run("backup", str(tmp_path / "b.zip"), code=1).exception.reason == "under_way"
    exists = lived_in.run("backup", str(target), code=1).exception
    assert exists.reason == "file_exists"


def test_a_database_that_others_use_is_not_replaced(lived_in, tmp_path, monkeypatch):
    target = tmp_path / "site.zip"
    lived_in.run("backup", str(target))
    monkeypatch.setattr(beside_it, "PATIENCE", 0.5)
    with Snapshot.of(lived_in.settings.database_url), Snapshot.of(lived_in.settings.database_url):
        monkeypatch.setattr(restoring, "make", None)  # nothing is begun
        used = lived_in.run("restore", str(target), "--replace", code=1).exception
        assert used.reason == "database_in_use"
        assert "connections: 2" in used.text()
        monkeypatch.undo()
    other = make_url(lived_in.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(other.render_as_string(hide_password=False)):  # no program of ours
        used = lived_in.run("restore", str(target), "--replace", code=1).exception
    assert used.reason == "database_in_use"
    assert databases(lived_in) == {""}
    assert lived_in.run("doctor").output == "All is well.\n"


def test_connections_of_the_queue_of_a_worker_are_told_to_be_ours(terminal, monkeypatch):
    asked = []

    def ask(_site, conninfo, *_more, **_how):
        with psycopg.connect(conninfo) as connection:
            asked.append(connection.execute("SHOW application_name").fetchone())

    monkeypatch.setattr(working, "run_worker", ask)
    terminal.run("worker", "--once")
    assert asked == [("payvand",)]


def test_the_doctor_tells_of_databases_that_a_killed_command_has_left(terminal, pg):
    left = beside(terminal.settings.database_url, "replaced")
    make(left, terminal.settings.database_url)
    named = make_url(left).database
    assert f"The database {named} was left" in terminal.run("doctor", code=1).stderr
    with making.backing_up(terminal.settings):  # perhaps it is being used
        assert terminal.run("doctor").output == "All is well.\n"
    drop(left, terminal.settings.database_url)
    assert terminal.run("doctor").output == "All is well.\n"


@pytest.mark.parametrize(
    ("what", "words"),
    [("verify", ("--try",)), ("restored", ("--replace",)), ("replaced", ("--replace",))],
)
def test_a_database_that_only_has_a_name_of_ours_is_never_removed(lived_in, tmp_path, pg, what, words):
    target = tmp_path / "site.zip"
    lived_in.run("backup", str(target))
    before = all_tables(lived_in)
    theirs = beside(lived_in.settings.database_url, what)
    create_database(pg.url, make_url(theirs).database)
    refused = lived_in.run("restore", str(target), *words, code=1).exception
    assert refused.reason == "database_of_others"
    assert make_url(theirs).database in refused.text()
    assert databases(lived_in) == {"", f"_{what}"}
    assert all_tables(lived_in) == before
    assert lived_in.run("doctor").output == "All is well.\n"  # it is not told to remove it, either
    pg.drop(theirs)


def test_a_site_that_was_replaced_keeps_what_is_noted_at_its_database(lived_in, tmp_path):
    target, noted = tmp_path / "site.zip", "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
    asked = f"{noted} WHERE datname = current_database()"
    lived_in.run("backup", str(target))
    lived_in.run("restore", str(target), "--replace")
    assert sql(lived_in, asked) == [(None,)]
    name = make_url(lived_in.settings.database_url).database
    execute(lived_in, f"COMMENT ON DATABASE \"{name}\" IS 'of the sales'")
    lived_in.run("restore", str(target), "--replace")
    assert sql(lived_in, asked) == [("of the sales",)]


def test_tables_of_a_newer_core_are_refused_by_a_sentence(terminal, tmp_path):
    execute(terminal, "UPDATE core_revision SET version_num = 'core_9999'")
    for words in (("init",), ("upgrade",), ("user", "list"), ("backup", str(tmp_path / "a.zip"))):
        assert terminal.run(*words, code=1).exception.reason == "tables_newer"
    assert "newer version" in terminal.run("doctor", code=1).stderr


def test_archives_that_are_not_whole_are_refused_by_a_sentence(lived_in, pg, tmp_path):
    target = tmp_path / "site.zip"
    lived_in.run("backup", str(target))
    whole = target.read_bytes()
    other = wiped(pg, tmp_path / "other")

    def refusal(content):
        broken = tmp_path / "broken.zip"
        broken.write_bytes(content)
        refused = other.run("restore", str(broken), code=1).exception
        assert isinstance(refused, BadRequest)
        assert "broken.zip" in refused.text()
        assert sql(other, "SELECT count(*) FROM pg_class WHERE relname LIKE 'core%'") == [(0,)]
        return refused.reason

    assert refusal(whole[: len(whole) // 2]) == "not_a_backup"
    assert refusal(b"") == "not_a_backup"
    assert refusal(b"PK\x05\x06" + b"\0" * 18) == "not_a_backup"
    assert refusal(changed(whole, "tables/kit_shelf.copy", lambda text: text + b"9")) == "backup_damaged"
    assert refusal(changed(whole, "schema/after.sql", lambda text: text[:-20])) == "backup_damaged"
    assert (
        refusal(changed(whole, "manifest.json", lambda text: text.replace(b'"format": 1', b'"format": 2')))
        == "backup_newer"
    )
    newer = changed(
        whole, "manifest.json", lambda text: text.replace(b'"revision": "core_0', b'"revision": "core_9')
    )
    assert refusal(newer) == "backup_newer"
    later = changed(whole, "manifest.json", lambda text: text.replace(b'"postgres": ', b'"postgres": 9'))
    assert refusal(later) == "server_older"
    pg.drop(other.settings.database_url)


def changed(archive, member, change):
    """Return an archive of which one part was changed by somebody who knows zip files."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == member else content)
    return made.getvalue()


def test_a_full_disk_leaves_no_half_backup(lived_in, tmp_path, monkeypatch):
    full = tmp_path / "full"
    full.mkdir()

    def refuse(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archives.os, "fsync", refuse)
    refused = lived_in.run("backup", str(full / "site.zip"), code=1).exception
    assert refused.reason == "disk_full"
    assert list(full.iterdir()) == []


def test_a_wrong_password_and_a_dead_database_are_told(lived_in, tmp_path):
    right = lived_in.settings
    url = make_url(right.database_url)
    lived_in.settings = replace(
        right,
        database_url=url.set(password="wrong").render_as_string(hide_password=False),
    )
    refused = lived_in.run("backup", str(tmp_path / "a.zip"), code=1).exception
    assert isinstance(refused, Unavailable)
    assert "wrong" not in refused.text()
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (making, "write_backup"),
        (archives.Draft, "add"),
        (archives, "sync_folder"),
    ],
)
def test_a_backup_that_is_killed_leaves_nothing_that_passes_for_one(lived_in, tmp_path, place, name):
    target = tmp_path / "site.zip"
    assert dying((place, name), ("backup", str(target)), lived_in)
    if target.exists():  # killed after the last byte was on the disk
        assert "the same to the byte" in lived_in.run("restore", str(target), "--try").output
        target.unlink()
    lived_in.run("backup", str(target), "--verify")
    assert not list(tmp_path.glob(".*.partial"))


@pytest.mark.parametrize(
    ("place", "name", "old"),
    [
        (restoring, "migrate", True),
        (restoring, "take_place", True),
        (restoring, "_keep_secret", False),
    ],
)
def test_a_restore_that_is_killed_leaves_the_old_site_or_the_new_and_ends_well_when_asked_again(
    lived_in, tmp_path, place, name, old
):
    target = tmp_path / "site.zip"
    lived_in.run("backup", str(target))
    kept = all_tables(lived_in)
    shutil.rmtree(lived_in.settings.home / "files")
    execute(lived_in, CHANGE)
    changed_since = all_tables(lived_in)
    assert dying((place, name), ("restore", str(target), "--replace"), lived_in)
    assert all_tables(lived_in) == (changed_since if old else kept)
    lived_in.run("restore", str(target), "--replace")
    assert all_tables(lived_in) == kept
    assert databases(lived_in) == {""}
    assert len(all_files(lived_in)) == 3


def test_a_backup_of_an_older_version_is_brought_to_this_one(pg, tmp_path):
    older, target = wiped(pg, tmp_path / "older"), tmp_path / "older.zip"
    engine = build_engine(older.settings.database_url, threads=1)
    migrate(engine, to="core_0008")
    engine.dispose()
    blobs = making.blobs_of(older.settings)
    with Draft(target) as draft:
        write_backup(draft, older.settings.database_url, blobs, bytes(32), {})
    newer = wiped(pg, tmp_path / "newer")
    newer.run("restore", str(target))
    assert sql(newer, "SELECT version_num FROM core_revision") == [(HEAD,)]
    assert sql(newer, "SELECT count(*) FROM information_schema.columns WHERE column_name = 'viewing'") == [
        (1,)
    ]
    for terminal in (older, newer):
        pg.drop(terminal.settings.database_url)


def test_a_restore_into_an_empty_database_that_is_killed_leaves_it_empty(lived_in, pg, tmp_path):
    target = tmp_path / "site.zip"
    lived_in.run("backup", str(target))
    other = wiped(pg, tmp_path / "other")
    assert dying((loading, "set_sequence"), ("restore", str(target)), other)
    assert sql(other, "SELECT count(*) FROM pg_class WHERE relname LIKE 'core%'") == [(0,)]
    other.run("restore", str(target))
    assert all_tables(other) == all_tables(lived_in)
    pg.drop(other.settings.database_url)
