"""Killing what a product is made of, one process at a time, while clients write; its own supervisor brings it back."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.app.processes import wait_for
from tests.reliability.acknowledged import Acknowledged, writing
from tests.reliability.product import Product, product
from tests.reliability.reckoning import reckon

OUTPOST = Path(__file__).parent / "outpost"
CLIENTS = 8
KINDS = (*("a web process", "the worker", "the database") * 4, "the web server")
RECOVERY = 90.0
"""Seconds after a kill within which something is acknowledged again."""


@dataclass
class Killed:
    """What was killed how often, and how long it took each time until the next write was acknowledged."""

    what: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)


def kill_under_load(
    *, kills: int, writes: int, seed: int = 0, say: Callable[[str], Any] = str
) -> tuple[Acknowledged, Killed, list[str]]:
    """Kill so often while so many writes are acknowledged; return what was told, what was killed, and what is wrong."""
    with product(processes=2, modules="ledger", paths=(OUTPOST,)) as served:
        key = served.user("chief@example.com", "ledger.chief")
        killed, chance = Killed(), random.Random(seed)
        with writing(served, key, CLIENTS) as told:
            for number in range(kills):
                _wait_for_writes(told, (number + 1) * writes // (kills + 1))
                time.sleep(chance.uniform(0, 0.2))  # the moment of a kill is chance
                what = KINDS[number % len(KINDS)]
                _kill(served, what, chance)
                killed.what[what] += 1
                killed.waits.append(_recovery(told))
                say(f"{number + 1}: {what}, {told.count} acknowledged, again after {killed.waits[-1]:.1f} s")
            _wait_for_writes(told, writes)
        served.wait_until_well()
        return told, killed, reckon(served, told)


def _kill(served: Product, what: str, chance: random.Random) -> None:
    """Kill it as soon as it is there: it may be just being brought back."""
    found: list[int] = []

    def look() -> bool:
        found[:] = _found(served, what)
        return bool(found)

    wait_for(look)
    os.kill(chance.choice(found), signal.SIGKILL)


def _found(served: Product, what: str) -> list[int]:
    if what == "the database":
        pid = served.database()
        return [pid] if pid is not None else []
    names = {"the worker": ("worker",), "the web server": ("web",), "a web process": ("web 1", "web 2")}[what]
    return [pid for name, pid in served.processes().items() if name in names]


def _recovery(told: Acknowledged) -> float:
    """Return how long nothing was acknowledged after a kill; what was under way then does not count."""
    killed = time.monotonic()
    seen = told.count
    wait_for(lambda: told.wrong or told.count > seen + CLIENTS, RECOVERY)
    return time.monotonic() - killed


def _wait_for_writes(told: Acknowledged, count: int) -> None:
    while told.count < count and not told.wrong:
        assert time.monotonic() - told.last < RECOVERY, "nothing is acknowledged any more"
        time.sleep(0.02)  # the clients are other threads, which count
