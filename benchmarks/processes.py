"""The measured processes: started, watched and ended; what they use is read from /proc."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 30.0


class Server:
    """A command in a session of its own; only what it started is ended."""

    def __init__(
        self, name: str, command: Sequence[str], *, folder: Path, log: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self._command = list(command)
        self._folder = folder
        self._log = log
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command; what it says goes to its log."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def processes(self) -> list[int]:
        """Return the process and all that it has started, directly or not."""
        if self._process is None:
            return []
        if self._process.poll() is not None:
            raise RuntimeError(f"{self.name} has ended; look at {self._log}")
        return [self._process.pid, *descendants(self._process.pid)]


def descendants(pid: int) -> list[int]:
    """Return the processes below one, in the order of their numbers."""
    parents = {
        int(p.name): parent for p in Path("/proc").iterdir() if p.name.isdigit() and (parent := _parent(p))
    }
    found, waiting = list[int](), [pid]
    while waiting:
        above = waiting.pop()
        below = [child for child, parent in parents.items() if parent == above]
        found += below
        waiting += below
    return sorted(found)


def _parent(process: Path) -> int:
    with suppress(OSError, ValueError):
        return int((process / "stat").read_text().rpartition(") ")[2].split()[1])
    return 0


def command_of(pid: int) -> str:
    """Return the command line of a process."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the processor time of processes, with that of their children that have ended."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS


def machine_seconds() -> float:
    """Return the processor time that this machine has spent on anything."""
    user, nice, system, _idle, _wait, irq, softirq, steal = (
        int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / TICKS


def go_first(pids: Iterable[int], niceness: int = -10) -> None:
    """Let processes run before what else uses this machine; without the right to do so nothing happens.

    The scheduler shares the processor between sessions first, so that the sessions are made less nice as well.
    """
    for pid in pids:
        with suppress(OSError):
            Path(f"/proc/{pid}/autogroup").write_text(str(niceness))
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, niceness)


def memory_mib(pid: int) -> float:
    """Return the proportional set size of a process: its own memory, and its share of what is shared."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} tells no Pss")


def wait_until_answers(
    port: int,
    path: str,
    headers: Mapping[str, str],
    *,
    seconds: float = 60.0,
    meanwhile: Callable[[], object] = int,
) -> float:
    """Ask until the answer is 200, doing ``meanwhile`` before each time; return how long that took."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        meanwhile()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers=dict(headers))
            if connection.getresponse().status == 200:
                return time.perf_counter() - started
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.01)  # another process cannot wake us
    raise TimeoutError(f"nothing answers on port {port} after {seconds:.0f} seconds")
