"""`Doors`: the sites that a web process has open. Opened by the first request, closed when nobody has asked for long."""

from __future__ import annotations

import gc
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread
from typing import IO, TYPE_CHECKING

from jinja2 import BytecodeCache

from core.app.compose import build_site
from core.app.readiness import KEPT, check_ready
from core.app.sites import Sites, hold
from core.app.web import create_app
from core.errors import NotFound
from core.kernel.site import Site
from core.log import get_logger
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.storage.shared_catalogs import SharedCatalogs
from core.web.compiled_templates import CompiledTemplates

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from core.app.metrics import Metrics

IDLE = 15 * 60.0
"""Seconds after the last request until a site is closed."""

LOOK = 2.0
"""Seconds between looks for sites that are idle, were closed or are gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A site that answers: as of which stamp of its settings, and what holds others off who would replace it."""

    stamp: int
    site: Site
    app: WSGIApplication
    held: IO[str]

    def close(self) -> None:
        """Close its connections; a request under way takes new ones, which end with it."""
        self.site.get(Database).close()
        self.held.close()


class Opening:
    """Opens sites. What several of them have compiled of equal documents and templates is kept once.

    Nothing else is shared: ``SharedCatalogs`` goes by content, and what it keeps never changes.
    """

    def __init__(self, sites: Sites, address: Callable[[], str], metrics: Metrics | None = None) -> None:
        self._sites = sites
        self._metrics = metrics
        self._address = address
        self._catalogs = SharedCatalogs()
        self._templates = CompiledTemplates()

    def __call__(self, host: str, stamp: int) -> Opened:
        """Open the site of a host; raise `PayvandError` where it cannot answer now."""
        declared = self._sites.find(host)
        if declared is None or not declared.is_open:
            raise NotFound
        started = time.perf_counter()
        settings = self._sites.settings_of(declared, self._address())
        held = hold(settings)
        try:
            site = build_site(settings, shared=self._catalogs, kept=KEPT)
            site.put(self._templates, BytecodeCache)
            check_ready(site.get(Database).engine)
            site.get(Catalogs).current()
            app = create_app(site, host, self._metrics)
        except BaseException:
            held.close()
            raise
        get_logger("app").info("site_opened", milliseconds=round((time.perf_counter() - started) * 1000))
        return Opened(stamp=stamp, site=site, app=app, held=held)


class _Door:
    """One site: opened by one thread while the others wait, and nobody waits who asks for another."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._opened: Opened | None = None
        self.used = 0.0

    @property
    def stamp(self) -> int:
        return self._opened.stamp if self._opened is not None else 0

    def app(self, stamp: int, open_it: Callable[[], Opened]) -> WSGIApplication:
        opened = self._opened
        if opened is None or opened.stamp != stamp:
            with self._lock:
                opened = self._opened
                if opened is None or opened.stamp != stamp:
                    self._shut()
                    opened = self._opened = open_it()
        return opened.app

    def close(self) -> None:
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()


class Doors:
    """Keeps ``most`` sites open, and each as long as somebody asks for it now and then."""

    def __init__(
        self,
        sites: Sites,
        opening: Callable[[str, int], Opened],
        most: int,
        *,
        idle: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sites = sites
        self._opening = opening
        self._most = most
        self._idle = idle
        self._clock = clock
        self._doors: OrderedDict[str, _Door] = OrderedDict()
        self._lock = Lock()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of the sites that are open, the one that was asked for last at the end."""
        return tuple(self._doors)

    def app(self, host: str, stamp: int) -> WSGIApplication:
        """Return the application of a site as of this stamp of its settings; raise `PayvandError` where it cannot be opened."""
        surplus: list[_Door] = []
        with self._lock:
            door = self._doors.get(host)
            if door is None:
                door = self._doors[host] = _Door()
                while len(self._doors) > self._most:
                    surplus.append(self._doors.popitem(last=False)[1])
            self._doors.move_to_end(host)
            door.used = self._clock()
        _close(surplus)
        return door.app(stamp, lambda: self._opening(host, stamp))

    def watch(self) -> None:
        """From now on, close what is idle, was closed or is gone, while the process lives."""
        Thread(target=self._watch, name="sites", daemon=True).start()

    def look(self) -> None:
        """Close what is idle, was closed or is gone."""
        before = self._clock() - self._idle
        with self._lock:
            over = [
                host
                for host, door in self._doors.items()
                if door.used < before or door.stamp not in (0, self._sites.stamp(host))
            ]
            closed = [self._doors.pop(host) for host in over]
        _close(closed)

    def close(self) -> None:
        """Close all."""
        with self._lock:
            closed = list(self._doors.values())
            self._doors.clear()
        _close(closed)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK)  # nothing wakes us: time passes, and files change
            self.look()


def _close(doors: list[_Door]) -> None:
    for door in doors:
        door.close()
    if doors:
        gc.collect()  # a site is one large circle
