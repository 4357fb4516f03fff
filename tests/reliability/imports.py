"""Imports whose worker is killed at random moments: what is told as done is there, and every row is there once."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from core.app.doctor import WAITING, examine
from core.exchange import Exchange
from core.files import Files
from core.jobs import Jobs
from core.storage.embedded import Embedded
from core.testing.site import actor_of, make_account
from tests.app.processes import wait_for
from tests.reliability.conftest import MODULES, SYSTEM, Depot

ROOT = Path(__file__).parents[2]
TWICE = "SELECT code, count(*) FROM depot_item WHERE deleted_at IS NULL GROUP BY code HAVING count(*) > 1"
HALF = """SELECT i.id FROM depot_item i LEFT JOIN core_history h ON h.entity = 'depot.item' AND h.record_id = i.id
WHERE h.id IS NULL OR i.number IS NULL OR i.weight IS NULL"""


def import_killed(depot: Depot, *, rows: int, kills: int, seed: int = 0) -> Counter[str]:
    """Import so many rows and kill the worker so often; return where it was hit. Anything wrong raises."""
    chance, hit = random.Random(seed), Counter[str]()
    depot.create("depot.bin", {"name": "one"}, {"name": "two"})
    job = _start(depot, rows)
    for _ in range(kills):
        if not _killed(depot, job, chance, hit):
            break
    status = _finished(depot, job)
    assert status.state == "done", status.error
    result: Mapping[str, Any] = status.result or {}
    assert (result["created"], result["errors"], result["duplicates"]) == (rows, 0, 0), result
    _check(depot, rows)
    assert depot.rows("SELECT count(*) FROM depot_item") == [(rows,)]
    assert depot.rows("SELECT sum(filled) FROM depot_bin") == [(rows,)]
    assert depot.rows("SELECT count(*) FROM core_history WHERE entity = 'depot.item'") == [(rows,)]
    assert examine(depot.site) == []
    return hit


def import_crashed(
    depot: Depot,
    embedded: Embedded,
    *,
    rows: int,
    crashes: int,
    seed: int = 0,
    how: signal.Signals = signal.SIGQUIT,
) -> None:
    """Import so many rows and crash the database so often under its worker; anything wrong raises.

    The worker is not killed: it goes on when the database is back, or ends and another one takes the job up.
    """
    chance = random.Random(seed)
    depot.create("depot.bin", {"name": "one"}, {"name": "two"})
    job = _start(depot, rows)
    with _worker(depot) as worker:
        for number in range(crashes):
            wait_for(partial(_has_done, depot, job, (number + 1) * rows // (crashes + 2)), 60)
            time.sleep(chance.uniform(0, 0.3))  # the moment of a crash is chance
            crash(embedded, how)
            _check(depot, _done(depot, job))
            if worker.poll() is not None:
                break
        worker.kill()
    status = _finished(depot, job)
    assert status.state == "done", status.error
    result: Mapping[str, Any] = status.result or {}
    assert (result["created"], result["errors"], result["duplicates"]) == (rows, 0, 0), result
    _check(depot, rows)
    assert depot.rows("SELECT count(*) FROM core_history WHERE entity = 'depot.item'") == [(rows,)]
    assert examine(depot.site) == []


def crash(embedded: Embedded, how: signal.Signals = signal.SIGQUIT) -> None:
    """Stop the database and start it again: at once, as in a crash, or with SIGINT as an administrator does.

    PostgreSQL calls the first *immediate*: no checkpoint, no goodbye; the second *fast*: who works is told and let go.
    """
    folder = embedded.folder()
    assert folder is not None
    pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, how)
    wait_for(lambda: not embedded.running())
    embedded.start()


def _has_done(depot: Depot, job: int, rows: int) -> bool:
    return _done(depot, job) >= rows


def _start(depot: Depot, rows: int) -> int:
    lines = "\n".join(f"code-{n},{'one' if n % 2 else 'two'},{n}" for n in range(rows))
    content = f"Code,Bin,Weight\n{lines}\n".encode()

    make_account(depot.site, "chief@example.com", ["depot.chief"])
    chief = actor_of(depot.site, "chief@example.com")

    def start(uow: Any) -> int:
        file = depot.site.get(Files).store(io.BytesIO(content), "items.csv", chief, uow)
        return depot.site.get(Exchange).start(chief, file, "depot.item", uow=uow)

    job: int = depot.write(start, chief)
    return job


def _worker(depot: Depot) -> subprocess.Popen[str]:
    url = depot.database.engine.url.render_as_string(hide_password=False)
    command = [
        sys.executable,
        "-m",
        "tests.reliability.worker",
        url,
        str(depot.site.settings.home),
        str(MODULES),
    ]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def _done(depot: Depot, job: int) -> int:
    return int(
        depot.rows(f"SELECT coalesce((checkpoint->>'done')::int, 0) FROM core_job WHERE id = {job}")[0][0]
        or 0
    )


def _killed(depot: Depot, job: int, chance: random.Random, hit: Counter[str]) -> bool:
    """Let a worker work for a while, kill it, and look; return whether there is something left to do."""
    before = _done(depot, job)
    with _worker(depot) as worker:
        wait_for(lambda: depot.rows(f"SELECT state FROM core_job WHERE id = {job}") != [("queued",)], 20)
        if before:  # the job of a worker that died is taken up when that is noticed
            wait_for(
                lambda: (
                    depot.rows(f"SELECT now() - heartbeat < '0.5 s' FROM core_job WHERE id = {job}")
                    == [(True,)]
                ),
                20,
            )
        time.sleep(chance.uniform(0, 1.2))  # the moment of a kill is chance
        worker.kill()
    wait_for(
        lambda: (
            depot.rows(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                "state <> 'idle' AND pid <> pg_backend_pid()"
            )
            == [(0,)]
        ),
        20,
    )
    done = _done(depot, job)
    hit["moved on" if done > before else "within a chunk"] += 1
    _check(depot, done)
    return depot.rows(f"SELECT state FROM core_job WHERE id = {job}") != [("done",)]


def _check(depot: Depot, done: int) -> None:
    """Look that what was told as done is there, once, and nothing else."""
    assert depot.rows("SELECT count(*) FROM depot_item") == [(done,)]
    assert depot.rows(TWICE) == []
    assert depot.rows(HALF) == []


def _finished(depot: Depot, job: int) -> Any:
    with _worker(depot) as worker:
        wait_for(
            lambda: (
                depot.rows(f"SELECT state FROM core_job WHERE id = {job}")[0][0] not in ("queued", "running")
            ),
            120,
        )
        wait_for(lambda: depot.rows(WAITING) == [(0,)], 30)  # it also has to put the job away
        worker.terminate()
    return depot.site.get(Jobs).status(SYSTEM, job, everybody=True)
