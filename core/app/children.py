"""Processes under a supervisor: `Child` on the supervisor's side, `Parent` on the child's.

The pipe to a child's standard input carries the address of the database as the first line, when it is known, and
then nothing; its end means that the supervisor is gone. So a child never outlives the supervisor, however it died,
and no password stands in the environment or on a command line.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Thread

QUICK = 10.0
"""A child that lived shorter than these seconds waits longer before each new start."""

LONGEST_WAIT = 30.0


class Child:
    """A process that is started again when it dies, each time after a longer wait."""

    def __init__(self, name: str, module: str, settings: Mapping[str, str]) -> None:
        self.name = name
        self._settings = dict(settings)
        self._command = [sys.executable, "-m", module]
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._failures = 0
        self._not_before = 0.0

    def start(self, address: str = "") -> None:
        """Start the process; without an address it loads its code and waits for one."""
        # A group of its own: Ctrl-C reaches the supervisor only, which stops everything in order.
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, start_new_session=True, env={**os.environ, **self._settings}
        )
        self._started = time.monotonic()
        if address:
            self.tell(address)

    def tell(self, address: str) -> None:
        """Tell the process where the database is."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.write(address.encode() + b"\n")
                self._process.stdin.flush()

    @property
    def runs(self) -> bool:
        """True while the process lives."""
        return self._process is not None and self._process.poll() is None

    def revive(self, address: str) -> bool:
        """Start the process again if it died and its time has come; tell whether that was done."""
        if self.runs:
            return False
        now = time.monotonic()
        if self._process is not None:
            self.clear()
            self._failures = self._failures + 1 if now - self._started < QUICK else 1
            self._not_before = now + min(2.0 ** (self._failures - 1) - 0.5, LONGEST_WAIT)
        if now < self._not_before:
            return False
        self.start(address)
        return True

    def ask_to_stop(self) -> None:
        """Ask the process to end what it does and to stop."""
        if self.runs and self._process is not None:
            self._process.terminate()

    def clear(self) -> None:
        """Remove what is left of the process and of those it has started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()


class Parent:
    """The supervisor, as its child sees it.

    The pipe is read below Python's buffers: their lock would be held for ever in processes that are forked later.
    """

    def __init__(self, pipe: int = 0) -> None:
        self._pipe = pipe

    def address(self) -> str | None:
        """Wait for the address of the database; None means that the supervisor is gone."""
        line = b""
        while not line.endswith(b"\n"):
            more = os.read(self._pipe, 4096)
            if not more:
                return None
            line += more
        return line.decode().strip()

    def stop_with(self) -> None:
        """From now on, stop this process when the supervisor is gone."""
        Thread(target=self._wait, name="parent", daemon=True).start()

    def _wait(self) -> None:
        while os.read(self._pipe, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
