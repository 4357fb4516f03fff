"""`Keeper`: looks after the database while a site is served."""

from __future__ import annotations

import fcntl
import time

from core.app.readiness import check_connections, check_ready, find_address
from core.app.sites import Sites
from core.config import Settings
from core.egress import HttpMap
from core.errors import Unavailable
from core.log import get_logger, set_up
from core.storage.embedded import Embedded
from core.storage.engine import build_engine

EVERY = 2.0
"""Seconds between looks at the embedded database."""


class Keeper:
    """Starts the embedded database, starts it again when it is gone, and stops it when nobody serves any more.

    Where the settings name a database, that one is only looked at before the start.
    """

    def __init__(self, settings: Settings) -> None:
        set_up(settings.log_level, settings.log_format)
        self._settings = settings
        if settings.testing:
            HttpMap(
                settings.testing_http_map
            )  # a wrong one is told by the start, not by processes that die of it
        self._embedded = None if settings.database_url else Embedded(settings.home)
        self._looked = 0.0
        settings.home.mkdir(parents=True, exist_ok=True)
        self._file = (settings.home / "serve.lock").open("a")
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def start(self) -> str:
        """Return the address of the database; raise what keeps a site from working with it."""
        address = find_address(self._settings)
        engine = build_engine(address, threads=1)
        try:
            check_ready(engine)
            check_connections(
                engine, self._settings, sum(site.is_open for site in Sites(self._settings).listed())
            )
        finally:
            engine.dispose()
        return address

    def keep(self, address: str) -> str:
        """Start the embedded database again if it is gone; return its address."""
        if self._embedded is None or time.monotonic() - self._looked < EVERY:
            return address
        self._looked = time.monotonic()
        if self._embedded.running():
            return address
        get_logger("app").warning("database_started_again")
        try:
            return self._embedded.start()
        except Unavailable as error:
            get_logger("app").error("database_not_started", reason=error.text())
            return address

    def stop(self) -> None:
        """Stop the embedded database, unless somebody else serves from the same folder."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if self._embedded is not None:
            self._embedded.stop()
