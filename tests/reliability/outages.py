"""Web processes killed and the database crashed under load: who was told that it is saved finds it, once."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.identity import Identity
from core.kernel.actor import Scope
from core.storage.embedded import Embedded
from core.testing.postgres import roomy_folder
from core.testing.site import actor_of, close_site, make_account, open_site, prepare_site
from tests.app.processes import children, free_port, wait_for
from tests.reliability.conftest import MODULES, SYSTEM, Depot
from tests.reliability.served import environment

ROOT = Path(__file__).parents[2]
CLIENTS = 6
STUCK = 20.0
"""Seconds without anything saved after which a server that still runs is started again."""


@dataclass
class Log:
    """What the clients were told. ``waits`` are the longest pauses between two good answers of one client."""

    statuses: Counter[str] = field(default_factory=Counter)
    saved: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


@contextmanager
def durable_depot() -> Iterator[tuple[Depot, Embedded]]:
    """Lend a site on a database of its own that keeps what it has confirmed."""
    with tempfile.TemporaryDirectory(dir=roomy_folder()) as folder:
        Path(folder).chmod(0o711)
        embedded = Embedded(Path(folder), outside=Path(folder))
        site = open_site(embedded.start(), Path(folder), [MODULES])
        try:
            prepare_site(site, ["depot"])
            yield Depot(site), embedded
        finally:
            close_site(site)
            embedded.stop()


class Server:
    """The web processes of the depot under a supervisor of their own."""

    def __init__(self, depot: Depot, port: int) -> None:
        self._env = environment(depot.site.settings.database_url, depot.site.settings.home, MODULES)
        self._command = [sys.executable, "-m", "tests.reliability.served", str(port)]
        self.keep()

    def keep(self) -> None:
        """Start it, or start it again: a server whose processes die twice in short time ends, as a supervisor knows."""
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._env, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._saved, self._since = -1, time.monotonic()

    def kill_one(self, chance: random.Random) -> None:
        """Kill a web process, or all of them at once."""
        workers = children(self._process.pid)
        for pid in workers if chance.random() < 0.2 else workers[:1]:
            os.kill(pid, signal.SIGKILL)

    def look(self, saved: int) -> None:
        """Do what a supervisor does."""
        if saved != self._saved:
            self._saved, self._since = saved, time.monotonic()
        stuck = time.monotonic() - self._since > STUCK
        if stuck or self._process.poll() is not None:
            self._clear()
            self.keep()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._clear()

    def _clear(self) -> None:
        """Leave nothing of it behind: a server that ends may forget processes that it has just started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def load(depot: Depot, log: Log) -> Iterator[Server]:
    """Serve the site and let clients write to it all the while."""
    key = _key(depot)
    port, stop = free_port(), threading.Event()
    server = Server(depot, port)
    busy = [threading.Thread(target=_write, args=(n, port, key, stop, log)) for n in range(CLIENTS)]
    try:
        wait_for(lambda: _ask(port, key, "GET", "/records/depot.item?limit=1")[0] == 200)
        for thread in busy:
            thread.start()
        yield server
        seen = len(log.saved)
        wait_for(lambda: server.look(len(log.saved)) or len(log.saved) >= seen + CLIENTS)
    finally:
        stop.set()
        for thread in busy:
            thread.join()
        server.stop()


def kill_processes(depot: Depot, kills: int, *, seed: int = 0) -> Log:
    """Kill web processes at random moments while clients write."""
    chance, log = random.Random(seed), Log()
    with load(depot, log) as server:
        for _ in range(kills):
            wait_for(partial(_supervised, server, log, len(log.saved) + 4))
            time.sleep(chance.uniform(0, 0.3))  # the moment of a kill is chance
            server.kill_one(chance)
    return log


def crash_database(depot: Depot, embedded: Embedded, crashes: int, *, seed: int = 0) -> Log:
    """Stop the database at once, as in a crash, and start it again while clients write."""
    chance, log = random.Random(seed), Log()
    folder = embedded.folder()
    assert folder is not None
    with load(depot, log):
        for _ in range(crashes):
            time.sleep(chance.uniform(0.5, 1.5))  # the moment of a crash is chance
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGQUIT)  # what pg_ctl calls immediate: no checkpoint, no goodbye
            wait_for(lambda: not embedded.running())
            embedded.start()
            started = time.monotonic()
            wait_for(partial(_has_saved, log, len(log.saved) + CLIENTS))
            log.waits.append(time.monotonic() - started)
    return log


def _supervised(server: Server, log: Log, number: int) -> bool:
    """Do what a supervisor does; tell whether people have saved so much meanwhile."""
    server.look(len(log.saved))
    return _has_saved(log, number)


def _has_saved(log: Log, number: int) -> bool:
    return len(log.saved) >= number


def check_saved(depot: Depot, log: Log) -> None:
    """Look that what clients were told is saved is there once, and nothing else."""
    stored = Counter(code for (code,) in depot.rows("SELECT code FROM depot_item"))
    told = set(log.saved)
    lost, doubled = told - stored.keys(), [code for code, count in stored.items() if count > 1]
    assert not lost, lost
    assert not doubled, doubled
    assert len(stored.keys() - told) == 0, stored.keys() - told
    assert depot.rows("SELECT count(*) FROM core_history WHERE entity = 'depot.item'") == [(len(stored),)]
    numbers = [number for (number,) in depot.rows("SELECT number FROM depot_item")]
    assert len(set(numbers)) == len(numbers)
    wrong = {status for status in log.statuses if status[:1] == "5" and status != "503"}
    assert not wrong, log.statuses


def _write(client: int, port: int, key: str, stop: threading.Event, log: Log) -> None:
    """Save items one after the other, each tried with its key till it is known to be saved."""
    number = 0
    while not stop.is_set():
        number += 1
        code, asked = f"{client}-{number}", time.monotonic()
        while not (stop.is_set() and time.monotonic() - asked > 2 * STUCK):
            status, _body = _ask(port, key, "POST", "/records/depot.item", {"code": code}, code)
            log.statuses[str(status or "broken")] += 1
            if status == 201:
                log.saved.append(code)
                break
            time.sleep(0.02)  # people who are refused try again a little later


def _ask(
    port: int, key: str, method: str, path: str, body: object = None, once: str = ""
) -> tuple[int, bytes]:
    """Return status and body; 0 where the connection broke."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    if once:
        headers["Idempotency-Key"] = f"key-{once}-{key[-4:]}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _key(depot: Depot) -> str:
    make_account(depot.site, "chief@example.com", ["depot.chief"])
    chief = actor_of(depot.site, "chief@example.com")
    identity = depot.site.get(Identity)
    create: Callable[..., str] = identity.create_key
    key: str = depot.write(lambda u: create(SYSTEM, chief.id, "a key", [Scope()], uow=u))
    return key
