"""`Metrics`: what the processes of an installation count, for Prometheus; loaded only where somebody is to read it.

Each process keeps its own counts in files of one folder, so that whichever process is asked adds up those of all, and
what a process that died has counted is not lost. What is in the databases (jobs, mail, sessions) is asked there when
somebody reads. Labels are hosts of sites, names of routes, methods and states; never ids, names or texts of people.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import psycopg
import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from core.app.metrics_files import OF_WORKERS, alive, count_into, tidy
from core.app.requests import Watch
from core.hooks import Plugins
from core.kernel.site import Site
from core.storage import Database

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
    """The counts of one web process, in ``folder`` beside those of the others on this machine; there is one in a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        count_into(folder)
        self._meters = _Meters()
        self._plugins: WeakValueDictionary[str, Plugins] = WeakValueDictionary()

    def of(self, site: Site, host: str) -> Watch:
        """Return what counts the requests of a site, and note from now on how its connections are used.

        ``host`` is the label of the site; the first one has none.
        """
        database = site.get(Database)
        pools = []
        for name, engine in database.engines.items():
            sa.event.listen(engine, "do_connect", _connect)
            pools.append(_Pool(engine, self._meters.in_use.labels(host, name)))
        database.close()  # those that are open already are no connections of ours
        self._plugins[host] = site.get(Plugins)
        return _OfSite(self._meters, host, pools)

    def text(self, site: Site) -> bytes:
        """Return what all processes have counted and what the databases know, as Prometheus reads it."""
        from core.app.metrics_of_site import lookups

        tidy(self._folder)
        registry = CollectorRegistry()
        for folder in (self._folder, self._folder / OF_WORKERS):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]  # it has no types
        processes = {"web": alive(self._folder), "worker": alive(self._folder / OF_WORKERS)}
        quarantined = {host: len(plugins.quarantined) for host, plugins in self._plugins.items()}
        registry.register(_Families(lambda: lookups(site, processes, quarantined)))
        return generate_latest(registry)


class _Meters:
    """What is counted of requests, for all sites of a process."""

    def __init__(self) -> None:
        self.requests = Counter(
            "payvand_requests",
            "Requests answered, by route, method and status.",
            ("site", "route", "method", "status"),
            registry=None,
        )
        self.seconds = Histogram(
            "payvand_request_seconds",
            "Seconds that requests took, by route.",
            ("site", "route"),
            buckets=BUCKETS,
            registry=None,
        )
        self.in_flight = Gauge(
            "payvand_requests_in_flight",
            "Requests being answered.",
            ("site",),
            registry=None,
            multiprocess_mode="livesum",
        )
        self.trips = Counter(
            "payvand_database_trips", "Times the database was asked in requests.", ("site",), registry=None
        )
        self.waited = Counter(
            "payvand_database_wait_seconds",
            "Seconds that requests waited for the database.",
            ("site",),
            registry=None,
        )
        self.in_use = Gauge(
            "payvand_database_connections_in_use",
            "Connections that are lent, of those that write and those that only read.",
            ("site", "pool"),
            registry=None,
            multiprocess_mode="livesum",
        )


class _OfSite:
    """The counts of the requests of one site."""

    def __init__(self, meters: _Meters, host: str, pools: Sequence[_Pool]) -> None:
        self._meters = meters
        self._host = host
        self._pools = pools
        self._in_flight = meters.in_flight.labels(host)
        self._trips, self._waited = meters.trips.labels(host), meters.waited.labels(host)
        self._counts: dict[tuple[str, str, str], Counter] = {}
        self._times: dict[str, Histogram] = {}

    def begun(self) -> None:
        """Count a request that has come."""
        SPENT.trips, SPENT.seconds = 0, 0.0
        self._in_flight.inc()
        self._look()

    def ended(self, route: str, method: str, status: str, seconds: float, *, sent: bool) -> None:
        """Count a request that was answered; one that is made anew elsewhere (``sent`` is False) is counted there."""
        self._in_flight.dec()
        self._look()
        if not sent:
            return
        key = (route, method if method in METHODS else OTHER, status)
        count, times = self._counts.get(key), self._times.get(route)
        if count is None:
            count = self._counts[key] = self._meters.requests.labels(self._host, *key)
        if times is None:
            times = self._times[route] = self._meters.seconds.labels(self._host, route)
        count.inc()
        times.observe(seconds)
        if SPENT.trips:
            self._trips.inc(SPENT.trips)
            self._waited.inc(SPENT.seconds)

    def _look(self) -> None:
        for pool in self._pools:
            pool.look()


class _Families(Collector):
    """What is not counted but looked up when somebody reads."""

    def __init__(self, look: Callable[[], Iterable[Any]]) -> None:
        self._look = look

    def collect(self) -> Iterator[Any]:
        """Yield what the databases of the sites say, and what their processes take."""
        yield from self._look()


class _Pool:
    """How many connections of a pool are lent, looked at whenever a request comes or goes: to be told each time costs more."""

    def __init__(self, engine: sa.Engine, in_use: Gauge) -> None:
        self._engine = engine
        self._in_use = in_use
        self._told = 0

    def look(self) -> None:
        """Tell it where it is another number than before."""
        lent: int = self._engine.pool.checkedout()  # type: ignore[attr-defined]  # all our pools are queues
        if lent != self._told:
            self._told = lent
            self._in_use.set(lent)


def _connect(_dialect: object, _entry: object, places: Any, named: Any) -> Any:
    return TimedConnection.connect(*places, **named)
