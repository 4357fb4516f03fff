"""What is done once at a time: batches, the import of a file, a new field under load, a cold start, memory."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.data import CONTACT_FIELDS, IMPORTED
from benchmarks.hand_side import HandSide
from benchmarks.payvand_side import API, CONTACT, PayvandSide
from benchmarks.processes import go_first, memory_mib, wait_until_answers
from benchmarks.requests import Line, Request

READERS = 4
BASELINE = 1.5
"""Seconds that the readers run before and after the field is added."""
FRESH_LINES = 16


@dataclass(kw_only=True, slots=True)
class Pairs:
    """Seconds that the same took on both sides, in turn."""

    payvand: list[float] = field(default_factory=list)
    hand: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How many times as long it took on the Payvand side: the median over the pairs."""
        found = sorted(p / h for p, h in zip(self.payvand, self.hand, strict=True))
        return found[len(found) // 2]


def timed(line: Line, request: Request) -> float:
    """Return the seconds that a request took; it must work."""
    started = time.perf_counter()
    answer = line(request)
    seconds = time.perf_counter() - started
    if answer.status >= 300:
        raise RuntimeError(f"{request.method} {request.path}: {answer.status} {answer.body[:500]!r}")
    return seconds


def measure_batches(payvand: PayvandSide, hand: HandSide, pairs: int) -> Pairs:
    """Create 1,000 contacts in one call, in turn."""
    found, ours, theirs = Pairs(), Line(payvand.port), Line(hand.port)
    for number in range(pairs + 1):
        seconds = (
            timed(theirs, hand.batch(number).numbered(number)),
            timed(ours, payvand.batch(number).numbered(number)),
        )
        if number:  # the first one warms up
            found.hand.append(seconds[0])
            found.payvand.append(seconds[1])
    return found


def import_payvand(payvand: PayvandSide) -> float:
    """Return the seconds from sending a file of 10,000 contacts until its job is done with all of them."""
    line, boundary = Line(payvand.port), uuid.uuid4().hex
    parts = {
        "entity": "bench.contact",
        "mapping": json.dumps({name: name for name in (*CONTACT_FIELDS, "owner")}),
    }
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    body += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="contacts.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{payvand.import_file()}\r\n--{boundary}--\r\n"
    )
    headers = payvand.requests("read", 1)[0].headers
    started = time.perf_counter()
    promised = line(
        Request(
            method="POST",
            path=f"{API}/imports",
            body=body.encode(),
            headers={**headers, "Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
    )
    if promised.status != 202:
        raise RuntimeError(f"the import was refused: {promised.status} {promised.body[:500]!r}")
    job = Request(method="GET", path=f"{API}/jobs/{promised.json['job']}", headers=headers)
    while (state := line(job).json)["state"] in ("queued", "running"):
        time.sleep(0.02)  # as a client of the API looks again
    seconds = time.perf_counter() - started
    if state["state"] != "done" or state["result"]["created"] != IMPORTED:
        raise RuntimeError(f"the import ended otherwise: {state}")
    return seconds


def import_hand(hand: HandSide) -> float:
    """Return the seconds of the same file on the other side."""
    return timed(Line(hand.port), hand.import_file())


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldAdded:
    """What adding a field to 100,000 records did to those who read meanwhile."""

    seconds: float
    reads: int
    failed: int
    worst_before: float
    worst_during: float
    unknown: int
    """Requests right after the answer that did not know the field yet."""


class _Reader(threading.Thread):
    """Reads without a pause and remembers the slowest answer."""

    def __init__(self, port: int, requests: Sequence[Request]) -> None:
        super().__init__(daemon=True)
        self._line, self._requests = Line(port), requests
        self.ended = False
        self.reads = self.failed = 0
        self.worst = 0.0

    def run(self) -> None:
        while not self.ended:
            started = time.perf_counter()
            try:
                fine = self._line(self._requests[self.reads % len(self._requests)]).status == 200
            except OSError:
                fine = False
            self.worst = max(self.worst, time.perf_counter() - started)
            self.reads += 1
            self.failed += not fine


def add_field(payvand: PayvandSide) -> FieldAdded:
    """Add a field while four readers read, and ask for it over old and new connections to all processes at once."""
    requests = payvand.requests("read", 400)
    readers = [_Reader(payvand.port, requests[n::READERS]) for n in range(READERS)]
    known = [Line(payvand.port) for _ in range(FRESH_LINES)]
    for line in known:
        timed(line, requests[0])
    for reader in readers:
        reader.start()
    time.sleep(BASELINE)  # a stretch of plain reading is measured
    before = max(reader.worst for reader in readers)
    for reader in readers:
        reader.worst = 0.0
    name = f"x_{uuid.uuid4().hex[:8]}"
    seconds = timed(
        Line(payvand.port),
        Request.sending(
            "POST",
            f"{API}/metadata/entities/bench.contact/fields",
            payvand.as_administrator(),
            {"name": name, "type": "text", "label": {"en": "Measured", "fa": "اندازه"}},
        ),
    )
    asked = Request(method="GET", path=f"{CONTACT}/1?fields=id,{name}", headers=payvand.as_administrator())
    lines = [*known, *(Line(payvand.port) for _ in range(FRESH_LINES))]
    unknown = sum(name not in answer.json for answer in (line(asked) for line in lines))
    time.sleep(BASELINE)  # a stretch of plain reading is measured
    for reader in readers:
        reader.ended = True
    for reader in readers:
        reader.join()
    return FieldAdded(
        seconds=seconds,
        reads=sum(r.reads for r in readers),
        failed=sum(r.failed for r in readers),
        worst_before=before,
        worst_during=max(r.worst for r in readers),
        unknown=unknown,
    )


def cold_start(payvand: PayvandSide, *, first: bool) -> float:
    """Return the seconds from the command to the first record, the database running already."""
    payvand.stop()
    payvand.start()
    alive = payvand.alive
    return wait_until_answers(
        payvand.port,
        alive.path,
        alive.headers,
        meanwhile=(lambda: go_first(payvand.processes())) if first else int,
    )


def memory(payvand: PayvandSide) -> float:
    """Return the memory of the largest web process."""
    return max(memory_mib(pid) for pid in payvand.web_processes())


def strangers_see_nothing(payvand: PayvandSide) -> bool:
    """Tell whether somebody of another team, with the same roles, is shown no record: rights are on."""
    line, headers = Line(payvand.port), payvand.as_stranger()
    read = line(Request(method="GET", path=f"{CONTACT}/1", headers=headers))
    page = line(Request(method="GET", path=f"{CONTACT}?limit=1&count=exact", headers=headers))
    return read.status == 404 and page.json["items"] == [] and page.json["total"] == 0
