"""`Metrics`: what the processes of a site count, for Prometheus; loaded only where somebody is to read it.

Each process keeps its own counts in files of one folder, so that whichever process is asked adds up those of all, and
what a process that died has counted is not lost. What is in the database (jobs, mail, sessions) is asked there when
somebody reads. Labels are names of routes, methods and states; never ids, names or texts of people.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from core.kernel.site import Site
from core.storage import Database

PLACE = "PROMETHEUS_MULTIPROC_DIR"
"""Where the library looks for its folder."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"


class Spent(threading.local):
    """What this thread has waited for the database since the last time it was asked."""

    def __init__(self) -> None:
        self.trips = 0
        self.seconds = 0.0


SPENT = Spent()
"""Of threads, not of sites: a request is answered by one thread, which asks one site."""


class TimedConnection(psycopg.Connection[Any]):
    """A connection that notes how long it was waited for."""

    def wait(self, *arguments: Any, **more: Any) -> Any:
        """Wait as every connection does: psycopg sends and receives here, whatever is asked."""
        begun = time.perf_counter()
        try:
            return super().wait(*arguments, **more)
        finally:
            SPENT.trips += 1
            SPENT.seconds += time.perf_counter() - begun


class Metrics:
    """The counts of one process, in ``folder`` beside those of the others on this machine; there is one in a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.environ[PLACE] = str(folder)
        # Chosen when the library was loaded, before the folder was known.
        values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]  # it has no types
        self._requests = Counter(
            "payvand_requests",
            "Requests answered, by route, method and status.",
            ("route", "method", "status"),
            registry=None,
        )
        self._seconds = Histogram(
            "payvand_request_seconds",
            "Seconds that requests took, by route.",
            ("route",),
            buckets=BUCKETS,
            registry=None,
        )
        self._in_flight = Gauge(
            "payvand_requests_in_flight",
            "Requests being answered.",
            registry=None,
            multiprocess_mode="livesum",
        )
        self._trips = Counter(
            "payvand_database_trips", "Times the database was asked in requests.", registry=None
        )
        self._waited = Counter(
            "payvand_database_wait_seconds",
            "Seconds that requests waited for the database.",
            registry=None,
        )
        self._in_use = Gauge(
            "payvand_database_connections_in_use",
            "Connections that are lent, of those that write and those that only read.",
            ("pool",),
            registry=None,
            multiprocess_mode="livesum",
        )
        self._counts: dict[tuple[str, str, str], Counter] = {}
        self._times: dict[str, Histogram] = {}

    def begun(self) -> None:
        """Count a request that has come."""
        SPENT.trips, SPENT.seconds = 0, 0.0
        self._in_flight.inc()

    def ended(self, route: str, method: str, status: str, seconds: float, *, sent: bool) -> None:
        """Count a request that was answered; one that is made anew elsewhere (``sent`` is False) is counted there."""
        self._in_flight.dec()
        if not sent:
            return
        key = (route, method if method in METHODS else OTHER, status)
        count, times = self._counts.get(key), self._times.get(route)
        if count is None:
            count = self._counts[key] = self._requests.labels(*key)
        if times is None:
            times = self._times[route] = self._seconds.labels(route)
        count.inc()
        times.observe(seconds)
        if SPENT.trips:
            self._trips.inc(SPENT.trips)
            self._waited.inc(SPENT.seconds)

    def watch(self, database: Database) -> None:
        """Note how the connections of a site are used, and how long they are waited for."""
        for name, engine in database.engines.items():
            in_use = self._in_use.labels(name)
            self._watch(engine, in_use)
        database.close()  # those that are open already are no connections of ours

    def text(self, site: Site) -> bytes:
        """Return what all processes have counted and what the database knows, as Prometheus reads it."""
        from core.app.metrics_of_site import OfSite

        tidy(self._folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._folder))  # type: ignore[no-untyped-call]  # it has no types
        registry.register(_Families(OfSite(site), self._folder))
        return generate_latest(registry)

    @staticmethod
    def _watch(engine: sa.Engine, in_use: Gauge) -> None:
        def note(*_what: object) -> None:
            in_use.set(engine.pool.checkedout())  # type: ignore[attr-defined]  # all our pools are queues

        def connect(_dialect: object, _entry: object, places: Any, named: Any) -> Any:
            return TimedConnection.connect(*places, **named)

        sa.event.listen(engine, "checkout", note)
        sa.event.listen(engine, "checkin", note)
        sa.event.listen(engine, "do_connect", connect)


class _Families(Collector):
    """What is not counted but looked up when somebody reads."""

    def __init__(self, site: Any, folder: Path) -> None:
        self._site = site
        self._folder = folder

    def collect(self) -> Iterator[Any]:
        """Yield what the site's database says, and what its web processes take."""
        yield from self._site.families(alive(self._folder))


def folder_of(home: Path) -> Path:
    """Return the folder for the counts of this machine; several machines may share a home, not their process ids."""
    return home / "metrics" / socket.gethostname()


def alive(folder: Path) -> set[int]:
    """Return the ids of the processes that count into a folder and live."""
    return {pid for pid in map(_process, folder.glob("*.db")) if _lives(pid)}


def tidy(folder: Path, *, all_of_the_dead: bool = False) -> None:
    """Remove what dead processes have left: what they have in hand, which is nothing any more; at a start, their counts too."""
    for path in folder.glob("*.db" if all_of_the_dead else "gauge_live*.db"):
        if not _lives(_process(path)):
            path.unlink(missing_ok=True)


def _process(path: Path) -> int:
    number = path.stem.rpartition("_")[2]
    return int(number) if number.isdecimal() else 0


def _lives(process: int) -> bool:
    return process > 0 and Path(f"/proc/{process}").exists()
