"""Clients that write to a product whose processes are killed, and remember what they were told is done.

A client does one thing after the other, and each again till it knows what became of it: creations and operations with an
`Idempotency-Key`, changes and deletions with the version that was seen. So at the end nothing is unknown.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.reliability.product import Product, Told

ENTRIES = "/records/ledger.entry"
PATIENCE = 180.0
"""Seconds after which something that is still refused is a mistake."""


class NotTold(Exception):
    """An answer that is none of those which can come."""


@dataclass
class Entry:
    """An entry as its client knows it."""

    id: int
    code: str
    version: int
    value: int = 0
    changes: int = 0
    deleted: bool = False


@dataclass
class Acknowledged:
    """What all clients were told is done; ``tokens`` are those of promised jobs."""

    entries: list[Entry] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    last: float = field(default_factory=time.monotonic)

    @property
    def count(self) -> int:
        """How many writes were acknowledged."""
        return self.kinds.total()


class Client:
    """One client, with entries of its own."""

    def __init__(
        self, number: int, product: Product, key: str, told: Acknowledged, lock: threading.Lock
    ) -> None:
        self._product, self._key, self._told, self._lock = product, key, told, lock
        self._number, self._made = number, 0
        self._chance = random.Random(number)
        self._own: list[Entry] = []

    def act(self) -> None:
        """Do one thing."""
        self._made += 1
        entry = self._chance.choice(self._own) if self._own else None
        roll = self._chance.random()
        if entry is None or roll < 0.45:
            self._create()
        elif roll < 0.75:
            self._change(entry)
        elif roll < 0.9:
            self._promise(entry)
        else:
            self._delete(entry)

    def _create(self) -> None:
        code = f"{self._number}-{self._made}"
        made = self._until("POST", ENTRIES, {"code": code}, (201,), once=code).json
        entry = Entry(id=made["id"], code=code, version=made["version"])
        self._own.append(entry)
        with self._lock:
            self._told.entries.append(entry)
        self._acknowledge("created")

    def _change(self, entry: Entry) -> None:
        value, path = self._made, f"{ENTRIES}/{entry.id}"
        answer = self._until("PATCH", path, {"value": value}, (200, 412), seen=entry.version)
        if answer.status == 412:  # an answer was lost: was it ours that came through?
            answer = self._until("GET", path, None, (200,))
            if answer.json["value"] != value:
                raise NotTold(f"{entry} was changed by nobody: {answer.json}")
        entry.value, entry.version = value, answer.json["version"]
        entry.changes += 1
        self._acknowledge("changed")

    def _promise(self, entry: Entry) -> None:
        token = f"{self._number}-{self._made}"
        body = {"values": {"token": token}}
        self._until("POST", f"{ENTRIES}/{entry.id}/operations/promise", body, (200,), once=f"promise-{token}")
        with self._lock:
            self._told.tokens.append(token)
        self._acknowledge("promised")

    def _delete(self, entry: Entry) -> None:
        self._until("DELETE", f"{ENTRIES}/{entry.id}", None, (204, 404), seen=entry.version)
        entry.deleted = True
        self._own.remove(entry)
        self._acknowledge("deleted")

    def _until(
        self,
        method: str,
        path: str,
        body: object,
        good: tuple[int, ...],
        *,
        once: str = "",
        seen: int | None = None,
    ) -> Told:
        """Ask till the answer is one of these; the first of them is the one for what was never tried before."""
        headers = {
            **({"Idempotency_Key": f"key-{once}"} if once else {}),
            **({"If_Match": f'"{seen}"'} if seen is not None else {}),
        }
        end, unknown = time.monotonic() + PATIENCE, False
        while time.monotonic() < end:
            told = self._product.ask(self._key, method, path, body, **headers)
            with self._lock:
                self._told.statuses[str(told.status or "broken")] += 1
            if told.status == good[0] or (unknown and told.status in good):
                return told
            if told.status not in (0, 503):
                raise NotTold(f"{method} {path}: {told.status} {told.body[:300]!r}")
            unknown = True  # of a broken connection, and of one broken behind the commit, nobody knows
            time.sleep(0.05)  # people who are refused try again a little later
        raise NotTold(f"{method} {path}: not in {PATIENCE:.0f} seconds")

    def _acknowledge(self, kind: str) -> None:
        with self._lock:
            self._told.kinds[kind] += 1
            self._told.last = time.monotonic()


@contextmanager
def writing(product: Product, key: str, clients: int) -> Iterator[Acknowledged]:
    """Let clients write while the block runs; afterwards each ends what it is at."""
    told, stop, lock = Acknowledged(), threading.Event(), threading.Lock()

    def keep_on(act: Callable[[], None]) -> None:
        while not stop.is_set():
            try:
                act()
            except NotTold as wrong:
                told.wrong.append(str(wrong))
                return

    threads = [
        threading.Thread(target=keep_on, args=(Client(n, product, key, told, lock).act,))
        for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        stop.set()
        for thread in threads:
            thread.join()
