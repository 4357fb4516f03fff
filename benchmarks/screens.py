"""Pages as salespeople get them: 8 clients on the product's own server, at 100,000 contacts and 50,000 opportunities."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.office.database import DATABASE, Ready, find_office, office_home
from benchmarks.office.pages import Looking, Shown, pages_named, wrong
from benchmarks.place import BIN, ROOT, Place
from benchmarks.processes import Server, cpu_seconds, descendants, go_first, wait_until_answers
from benchmarks.replay import replay
from benchmarks.requests import Line, write_requests

PORT = 8654
CLIENTS = 8
WARM_UP = 2.0
WINDOWS, SECONDS = 3, 4.0
QUICK_WINDOWS, QUICK_SECONDS = 1, 2.0
PAUSE = 0.3
LONGEST_NIGHT = 300
JOBS_LEFT = "select count(*) from core_job where state in ('queued', 'running')"

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What one kind of page took: medians of the windows, times in milliseconds, processor time a page."""

    name: str
    about: str
    budget: float | None
    p50: float
    p95: float
    p99: float
    rate: float
    app_ms: float
    database_ms: float
    kilobytes: float
    failed: int

    @property
    def reached(self) -> bool:
        """True where pages came, none failed, and the budget, if there is one, is kept."""
        return self.rate > 0 and not self.failed and (self.budget is None or self.p95 <= self.budget)


class OfficeSide:
    """The server with the office's database, as `payvand serve` starts it."""

    def __init__(self, place: Place, ready: Ready) -> None:
        self.place, self.ready = place, ready
        self._server = Server(
            "office",
            (str(BIN / "payvand"), "serve"),
            folder=ROOT.parent,
            log=place.folder / "office.log",
            environment={
                "DATABASE_URL": place.url(DATABASE),
                "PAYVAND_HOME": str(office_home(place)),
                "PAYVAND_PORT": str(PORT),
                "PAYVAND_PROCESSES": "2",
                "PAYVAND_LANGUAGE": "fa",
                "PAYVAND_LOG_LEVEL": "warning",
            },
        )

    @classmethod
    def opened(cls, place: Place, *, fresh: bool) -> OfficeSide:
        """Return it on a fresh copy of the database."""
        ready = find_office(place, fresh=fresh)
        place.copy(ready.database, DATABASE)
        with place.connection(DATABASE) as connection:
            connection.execute("vacuum analyze")
        return cls(place, ready)

    def start(self) -> None:
        """Start it and wait until somebody signed in is answered."""
        self._server.start()
        request = Looking(self.ready).request("list", self.ready.sellers[0], 0)
        wait_until_answers(PORT, request.path, request.headers)
        self._wait_for_jobs()

    def _wait_for_jobs(self) -> None:
        """Let what is due on the first night be done: it writes to most opportunities, beside which no page is timed."""
        until = time.monotonic() + LONGEST_NIGHT
        with self.place.connection(DATABASE) as connection:
            while connection.execute(JOBS_LEFT).fetchone() != (0,):
                if time.monotonic() > until:
                    raise SystemExit(f"The jobs of the night have not ended within {LONGEST_NIGHT} seconds.")
                time.sleep(PAUSE)  # there is nothing to wait on in another process
            connection.execute("vacuum analyze")

    def stop(self) -> None:
        """Stop it."""
        self._server.stop()

    def processes(self) -> list[int]:
        """Return its processes."""
        return self._server.processes()


def measure_screens(
    place: Place,
    say: Say,
    *,
    names: Sequence[str] = (),
    quick: bool = False,
    first: bool = False,
    fresh: bool = False,
) -> list[Figures]:
    """Measure the pages, each after it has been seen to be the right one."""
    office = OfficeSide.opened(place, fresh=fresh)
    found = list[Figures]()
    try:
        office.start()
        for shown in pages_named(names):
            found.append(_measure(office, shown, quick=quick, first=first))
            say(_line(found[-1]))
    finally:
        office.stop()
    return found


def _measure(office: OfficeSide, shown: Shown, *, quick: bool, first: bool) -> Figures:
    requests = Looking(office.ready).requests(shown.name)
    line = Line(PORT)
    for request in requests[: len(office.ready.sellers) * 4]:
        problem = wrong(shown, line(request))
        if problem:
            raise SystemExit(f"{shown.name}, {request.path}: {problem}")
    line.close()
    path = office.place.folder / f"office.{shown.name}.requests"
    write_requests(path, requests)
    if first:
        go_first([os.getpid(), *office.processes(), *_database(office.place)])
    replay(path, PORT, clients=CLIENTS, seconds=WARM_UP)
    count, seconds = (QUICK_WINDOWS, QUICK_SECONDS) if quick else (WINDOWS, SECONDS)
    taken = [_window(office, path, seconds) for _ in range(count)]
    middle = {name: median(window[name] for window in taken) for name in taken[0]}
    return Figures(
        name=shown.name,
        about=shown.about,
        budget=shown.budget,
        p50=middle["p50"],
        p95=middle["p95"],
        p99=middle["p99"],
        rate=middle["rate"],
        app_ms=middle["app"],
        database_ms=middle["database"],
        kilobytes=middle["kilobytes"],
        failed=int(sum(window["failed"] for window in taken)),
    )


def _database(place: Place) -> list[int]:
    return [place.postmaster, *descendants(place.postmaster)]


def _window(office: OfficeSide, path: Path, seconds: float) -> Mapping[str, float]:
    app, stored = cpu_seconds(office.processes()), cpu_seconds(_database(office.place))
    told = replay(path, PORT, clients=CLIENTS, seconds=seconds)
    app, stored = cpu_seconds(office.processes()) - app, cpu_seconds(_database(office.place)) - stored
    time.sleep(PAUSE)  # the machine comes to rest before the next window
    pages = max(told["requests"], 1)
    return {
        "p50": told["p50"],
        "p95": told["p95"],
        "p99": told["p99"],
        "rate": told["requests"] / told["seconds"],
        "app": app * 1000 / pages,
        "database": max(stored, 0) * 1000 / pages,
        "kilobytes": told["bytes"] / pages / 1024,
        "failed": told["refused"] + told["broken"],
    }


def _line(one: Figures) -> str:
    return (
        f"{one.name:9} p50 {one.p50:6.1f}  p95 {one.p95:6.1f}  p99 {one.p99:6.1f} ms"
        f"  {one.rate:6.1f}/s  CPU {one.app_ms:.1f} + {one.database_ms:.1f} ms  {_verdict(one)}"
    )


def _verdict(one: Figures) -> str:
    if one.budget is None:
        return f"{one.failed} failed" if one.failed else ""
    return f"{'reached' if one.reached else 'not reached'} (p95 ≤ {one.budget:g} ms)"


def screens_table(found: Sequence[Figures]) -> list[str]:
    """Return the figures for people."""
    lines = [
        f"Pages in Persian, as ordinary salespeople, {CLIENTS} clients on two web processes, 100,000 contacts and 50,000 opportunities;",
        "medians of the windows. Processor time is that of the application + that of PostgreSQL.",
        "",
        "| page | p50, p95, p99 ms | pages/s | CPU ms a page | KB | budget |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.about} | {one.p50:.1f}, {one.p95:.1f}, {one.p99:.1f} | {one.rate:.1f} | {one.app_ms:.1f} + {one.database_ms:.1f}"
        f" | {one.kilobytes:.0f} | {_verdict(one) or '—'} |"
        for one in found
    ]
    return lines


def write_screens(folder: Path, found: Sequence[Figures], about: Mapping[str, object]) -> str:
    """Write screens.json and screens.md; return the text of the latter."""
    folder.mkdir(exist_ok=True)
    lines = [*screens_table(found), "", *(f"{name}: {value}  " for name, value in about.items())]
    text = "\n".join(lines) + "\n"
    (folder / "screens.md").write_text(text, encoding="utf-8")
    told = {"about": about, "pages": [{**asdict(one), "reached": one.reached} for one in found]}
    (folder / "screens.json").write_text(
        json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return text
