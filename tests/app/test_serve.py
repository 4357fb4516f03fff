"""`payvand serve` runs everything, brings back what dies, stops cleanly, and says in a sentence why it cannot start."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from core.storage.embedded import Embedded
from tests.app.processes import (
    Served,
    children,
    command,
    environment,
    free_port,
    lives,
    memory,
    serving,
    wait_for,
)

MOST_MEMORY = 130 * 2**20
"""Bytes of its own (PSS) that an idle process may have."""


@pytest.fixture
def ready(pg, tmp_path):
    """The environment of a site without any module."""

    def build(url):
        assert command("init", env=environment(tmp_path, url)).returncode == 0

    with pg.database(pg.template("serve nothing", build)) as url:
        yield environment(tmp_path, url)


def test_everything_runs_and_stops_at_a_signal(ready):
    # A web process that other tests leave no time for is killed after ten seconds, and that is told; not every time.
    told = last_words(ready)
    for _ in range(2):
        if "refused to gracefully stop" in told:
            told = last_words(ready)
    assert told == "Stopping…\n"


def last_words(ready):
    """Serve, stop at a signal, and return what was told then."""
    with serving(ready) as served:
        assert served.health()[1]["status"] == "ok"
        family = served.family()
        assert len(family) == 3
        assert all(memory(pid) < MOST_MEMORY for pid in family)
        served.process.send_signal(signal.SIGINT)
        told, complaints = served.process.communicate(timeout=60)
        assert (served.process.returncode, complaints) == (0, "")
        assert served.first_line == f"Payvand serves on http://127.0.0.1:{served.port}\n"
        assert not any(lives(pid) for pid in family)
    return told


@pytest.mark.parametrize("module", ["core.app.work", "core.app.web_process"])
def test_a_process_that_dies_is_started_again(ready, module):
    with serving(ready) as served:
        dead = served.child(module)
        os.kill(dead, signal.SIGKILL)
        wait_for(lambda: _started_again(served, module, dead))
        wait_for(served.healthy)


def test_a_web_process_that_dies_alone_is_started_again(ready):
    with serving(ready) as served:
        (dead,) = children(served.child("core.app.web_process"))
        os.kill(dead, signal.SIGKILL)
        wait_for(lambda: not lives(dead))
        wait_for(served.healthy)


def test_nothing_outlives_a_supervisor_that_was_killed(ready):
    with serving(ready) as served:
        family = served.family()
        served.process.kill()
        served.process.wait()
        wait_for(lambda: not any(lives(pid) for pid in family))


def test_killing_the_server_leaves_the_embedded_database_to_the_next_one(tmp_path):
    env = environment(tmp_path)
    embedded = Embedded(tmp_path)
    try:
        assert command("init", env=env).returncode == 0
        with serving(env) as served:
            served.process.kill()
            served.process.wait()
            assert embedded.running()
        with serving(env) as served:
            assert served.healthy()
            served.process.terminate()
            served.process.wait(30)
            assert not embedded.running()
    finally:
        embedded.stop()


def test_an_embedded_database_that_dies_is_started_again(tmp_path):
    env = environment(tmp_path)
    embedded = Embedded(tmp_path)
    try:
        assert command("init", env=env).returncode == 0
        with serving(env) as served:
            embedded.stop()
            wait_for(embedded.running)
            wait_for(served.healthy)
    finally:
        embedded.stop()


def test_a_taken_port_is_told(ready):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = command("serve", "--port", str(port), env=ready)
    assert done.returncode == 1
    assert done.stderr == (
        f"payvand: Port {port} on 127.0.0.1 is taken by another program; stop it, or set PAYVAND_PORT.\n"
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"},
            "The database at 127.0.0.1 does not answer; is it running, and is DATABASE_URL right?",
        ),
        (
            {"DATABASE_URL": "mysql://nobody@127.0.0.1/nowhere"},
            "The setting DATABASE_URL is wrong: it must start with postgresql://",
        ),
        ({"PAYVAND_HOST": "203.0.113.7"}, "Nothing can listen at 203.0.113.7; look at PAYVAND_HOST."),
        ({"PAYVAND_THREADS": "many"}, "The setting PAYVAND_THREADS is wrong: 'many' is not a whole number"),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence(ready, changes, sentence):
    done = command("serve", env={**ready, "PAYVAND_PORT": str(free_port()), **changes})
    assert (done.returncode, done.stderr) == (1, f"payvand: {sentence}\n")


def test_an_empty_database_is_told(pg, tmp_path):
    with pg.database() as url:
        done = command("serve", "--port", str(free_port()), env=environment(tmp_path, url))
    assert (done.returncode, done.stderr) == (1, "payvand: The database is empty; run: payvand init\n")


def test_a_folder_that_cannot_be_written_is_told(ready, tmp_path):
    taken = tmp_path / "a file"
    taken.write_text("")
    done = command("serve", "--port", str(free_port()), env={**ready, "PAYVAND_HOME": str(taken)})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(taken) in done.stderr


def _started_again(served: Served, module: str, dead: int) -> bool:
    try:
        return served.child(module) != dead
    except StopIteration:
        return False
