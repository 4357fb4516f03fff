"""Windows: short bursts of load on one side, taken in turn with the same burst on the others."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Protocol

from benchmarks.place import Place
from benchmarks.processes import cpu_seconds, descendants, go_first, machine_seconds
from benchmarks.replay import replay
from benchmarks.requests import Answer, Line, Request, write_requests

OPERATIONS = ("read", "list", "search", "count", "pipeline", "update", "create")
WRITING = frozenset({"update", "create"})
CLIENTS = 16
REPLAYED = 2000
PAUSE = 0.3
STEP = 100_000
"""More than one window can send: each starts its numbers where no other has been."""


class Side(Protocol):
    """One of those that are compared."""

    name: str
    port: int

    def processes(self) -> list[int]:
        """Return the processes of its server."""

    def requests(self, operation: str, number: int) -> list[Request]:
        """Return requests of one kind."""

    def check(self, operation: str, answer: Answer) -> bool:
        """Tell whether an answer holds what was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What one burst gave; processor time in milliseconds a request."""

    rate: float
    p50: float
    p99: float
    app_ms: float
    database_ms: float
    others: float
    failed: int


class WrongAnswer(Exception):
    """A side answers something else than what was asked for; measuring it would mean nothing."""


class Windows:
    """Takes windows, and keeps them by side and operation."""

    def __init__(self, place: Place, seconds: float, *, first: bool = False) -> None:
        if shutil.which("wrk") is None:
            raise SystemExit("The load comes from wrk, which is not here: install it (apt-get install wrk).")
        self._place = place
        self._seconds = seconds
        self._number = 0
        self.first = first
        self.taken: dict[tuple[str, str], list[Window]] = {}

    def prepare(self, side: Side, operations: Sequence[str]) -> None:
        """Write down the requests, after each kind has been seen to give the right answer."""
        line = Line(side.port)
        for operation in operations:
            requests = side.requests(operation, REPLAYED)
            try:
                answer = line(requests[0].numbered(self.numbers()))
            except OSError as failure:
                raise WrongAnswer(f"{side.name}, {operation}: {failure}") from failure
            if answer.status >= 300 or not side.check(operation, answer):
                raise WrongAnswer(f"{side.name}, {operation}: {answer.status} {answer.body[:500]!r}")
            write_requests(self._file(side, operation), requests)
        line.close()

    def take(self, side: Side, operation: str, *, kept: bool = True, seconds: float = 0) -> Window:
        """Send requests for a while."""
        pids, postmaster = side.processes(), self._place.postmaster
        database = [postmaster, *descendants(postmaster)]
        if self.first:
            go_first([os.getpid(), *pids, *database])
        wall, app, stored, machine = (
            time.perf_counter(),
            cpu_seconds(pids),
            cpu_seconds(database),
            machine_seconds(),
        )
        told = self._wrk(side, operation, seconds or self._seconds)
        wall, app = time.perf_counter() - wall, cpu_seconds(pids) - app
        stored, machine = (
            cpu_seconds([postmaster, *descendants(postmaster)]) - stored,
            machine_seconds() - machine,
        )
        requests = max(told["requests"], 1)
        window = Window(
            rate=told["requests"] / told["seconds"],
            p50=told["p50"],
            p99=told["p99"],
            app_ms=app * 1000 / requests,
            database_ms=max(stored, 0) * 1000 / requests,
            others=max(machine - app - stored, 0) / wall,
            failed=int(told["refused"] + told["broken"]),
        )
        if kept:
            self.taken.setdefault((side.name, operation), []).append(window)
        time.sleep(PAUSE)  # the machine comes to rest before the next window
        return window

    def _wrk(self, side: Side, operation: str, seconds: float) -> Mapping[str, float]:
        return replay(
            self._file(side, operation), side.port, clients=CLIENTS, seconds=seconds, start=self.numbers()
        )

    def numbers(self) -> int:
        """Return the first of the numbers that the next sender may use."""
        self._number += STEP
        return self._number

    def _file(self, side: Side, operation: str) -> Path:
        return self._place.folder / f"{side.name.replace(' ', '-')}.{operation}.requests"

    def middle(self, side: str, operation: str, value: str = "rate") -> float:
        """Return the median of a figure over the windows of one side."""
        return median(float(getattr(window, value)) for window in self.taken[side, operation])

    def ratio(self, side: str, other: str, operation: str) -> float:
        """Return the median over the pairs of how much faster one side was than the other."""
        pairs = zip(self.taken[side, operation], self.taken[other, operation], strict=True)
        return median(one.rate / two.rate for one, two in pairs)

    def failed(self, side: str) -> int:
        """Return how many requests of a side were refused or broken."""
        return sum(w.failed for (name, _), windows in self.taken.items() if name == side for w in windows)
