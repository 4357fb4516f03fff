"""Real processes for tests: `payvand serve` on a free port, and what one can see of it from outside."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 60.0


class Served:
    """A running `payvand serve`."""

    def __init__(self, port: int, process: subprocess.Popen[str]) -> None:
        self.port = port
        self.process = process
        self.first_line = ""

    def health(self) -> tuple[int, Mapping[str, Any]]:
        """Return status and body of /health; 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/health")
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return 0, {}
        finally:
            connection.close()

    def healthy(self) -> bool:
        """Tell whether all is well."""
        return self.health()[0] == 200

    def child(self, module: str) -> int:
        """Return the process id of a child by the Python module it runs."""
        return next(pid for pid in children(self.process.pid) if module in command_line(pid))

    def family(self) -> set[int]:
        """Return the ids of all processes under the supervisor."""
        found: set[int] = set()
        waiting = [self.process.pid]
        while waiting:
            below = children(waiting.pop())
            found |= set(below)
            waiting += below
        return found


def environment(home: Path, database: str = "", **more: str) -> dict[str, str]:
    """Return the environment of a command on this home."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PAYVAND_")}
    inherited.pop("DATABASE_URL", None)
    named = {"DATABASE_URL": database} if database else {}
    return {
        **inherited,
        "PAYVAND_HOME": str(home),
        "PAYVAND_PROCESSES": "1",
        "PAYVAND_LOG_LEVEL": "error",
        **named,
        **more,
    }


def command(*words: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `payvand` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "core.app.command", *words],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@contextmanager
def serving(env: Mapping[str, str]) -> Iterator[Served]:
    """Run `payvand serve` on a free port while the block runs; nothing of it is left afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "core.app.command", "serve", "--port", str(port)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = Served(port, process)
    family: set[int] = set()
    try:
        assert process.stdout is not None
        served.first_line = process.stdout.readline()
        family = served.family()
        yield served
    finally:
        for pid in family | served.family():
            _kill(pid)
        process.kill()
        process.communicate()


def wait_for(happens: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until something happens that another process does; fail when it does not."""
    end = time.monotonic() + patience
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)  # other processes cannot wake us


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def lives(pid: int) -> bool:
    """Tell whether a process runs (one that is dead but not collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def memory(pid: int) -> int:
    """Return the bytes of a process, what it shares divided by those it shares it with."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def children(pid: int) -> list[int]:
    """Return the ids of the processes that a process has started."""
    try:
        return [
            int(one)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for one in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def command_line(pid: int) -> str:
    """Return with which words a process was started."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
