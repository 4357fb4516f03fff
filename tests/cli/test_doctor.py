"""The doctor finds what is broken, repairs what is safe, and says of the rest what to do."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_commands import execute, sql

INDEX = "SELECT name FROM core_index WHERE kind <> 'keys' AND state = 'built' ORDER BY name LIMIT 1"


def found(terminal, code):
    told = json.loads(terminal.run("doctor", "--json", code=1).stdout)
    (problem,) = (one for one in told["problems"] if one["code"] == code)
    assert told["well"] is False
    return problem


def open_key(terminal):
    terminal.run("user", "list")  # makes the key in the folder of this test
    (terminal.settings.home / "secret").chmod(0o644)


def drop_index(terminal):
    ((name,),) = sql(terminal, INDEX)
    execute(terminal, f'DROP INDEX "{name}"')


def lose_job(terminal):
    execute(
        terminal,
        "INSERT INTO core_job (kind, state, created_at) VALUES ('storage.build_indexes', 'running', now() - interval '1 hour')",
    )


def copy_row_in(terminal):
    execute(
        terminal,
        "INSERT INTO kit_shelf (id, name, filled) OVERRIDING SYSTEM VALUE VALUES (4711, 'Copied', 0)",
    )


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (open_key, "open_secret"),
        (drop_index, "index_missing"),
        (lose_job, "job_lost"),
        (copy_row_in, "sequence_behind"),
    ],
)
def test_what_is_safe_is_told_and_repaired_once(terminal, broken, code):
    broken(terminal)
    assert found(terminal, code)["repair"]
    done = json.loads(
        terminal.run("doctor", "--repair", "--json", code=1 if code == "job_lost" else 0).output
    )
    assert len(done["repaired"]) == 1
    assert code not in [one["code"] for one in done["problems"]]
    again = json.loads(
        terminal.run("doctor", "--repair", "--json", code=1 if code == "job_lost" else 0).output
    )
    assert again["repaired"] == []


def test_a_lost_job_that_was_queued_again_is_done(terminal):
    lose_job(terminal)
    terminal.run("doctor", "--repair", code=1)  # it waits now, and no worker runs
    terminal.run("worker", "--once")
    assert sql(terminal, "SELECT state FROM core_job WHERE kind = 'storage.build_indexes'") == [("done",)]
    assert terminal.run("doctor").stdout == "All is well.\n"


def test_a_content_that_is_gone_is_told_and_left_alone(terminal):
    execute(
        terminal,
        f"INSERT INTO core_file (sha256, name, mime, size) VALUES ('{'a' * 64}', 'a.txt', 'text/plain', 1)",
    )
    problem = found(terminal, "content_missing")
    assert problem["repair"] is None
    assert "from a backup" in problem["sentence"]
    assert json.loads(terminal.run("doctor", "--repair", "--json", code=1).stdout)["repaired"] == []
