"""`Supervisor`: everything that `payvand serve` starts, watched, started again when it dies, and stopped in order."""

from __future__ import annotations

import errno
import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType

from core.app.children import Child
from core.app.workers import Workers
from core.config import TESTING_IS_ON, Settings
from core.errors import Unavailable

TICK = 0.25  # seconds between looks at the children
PATIENCE = 15.0  # seconds for requests and jobs under way to end
WARM_UP = 30.0  # seconds until it is told that something is not ready yet

Say = Callable[[str], object]


class Supervisor:
    """Runs the database (unless there is another), the worker and the web processes until a signal."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._stop = threading.Event()
        self._signals = 0
        place = {"PAYVAND_HOST": settings.host, "PAYVAND_PORT": str(settings.port)}
        self._web = Child("web", "core.app.web_process", place)
        self._workers = Workers(place, lambda: open_sites(settings))

    def run(self) -> None:
        """Serve until somebody asks to stop; raise what keeps it from starting."""
        refuse_taken(self._settings.host, self._settings.port)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._web.start()  # it loads its code while we load ours
        try:
            from core.app.keeper import Keeper

            keeper = Keeper(self._settings)
            address = keeper.start()
            self._web.tell(address)
            self._workers.start(address)
            self._wait_until_ready()
            while not self._stop.wait(TICK):
                address = keeper.keep(address)
                self._revive(address)
            self._stop_children()
            keeper.stop()
        finally:
            for child in self._children:
                child.clear()

    def _revive(self, address: str) -> None:
        died = [self._web.name] if self._web.revive(address) else []
        for name in (*died, *self._workers.keep(address)):
            self._say(f"The {name} process had died and was started again.")

    @property
    def _children(self) -> list[Child]:
        return [self._web, *self._workers.children]

    def _wait_until_ready(self) -> None:
        """Tell when the first page can be had, or after a while what it waits for."""
        end = time.monotonic() + WARM_UP
        while not self._stop.is_set() and self._web.runs:
            waits_for = ask_health(self._settings.host, self._settings.port)
            if not waits_for or time.monotonic() > end:
                self._say(f"Payvand serves on {shown_place(self._settings)}")
                if self._settings.testing:
                    self._say(TESTING_IS_ON)
                for reason in waits_for:
                    self._say(f"It is not healthy yet: {reason}")
                return
            self._stop.wait(0.1)

    def _stop_children(self) -> None:
        """Stop what takes work and what does it, both at once; after a while, or a second signal, the hard way."""
        self._say("Stopping…")
        for child in self._children:
            child.ask_to_stop()
        end = time.monotonic() + PATIENCE
        for child in self._children:
            while child.runs and time.monotonic() < end and self._signals < 2:
                time.sleep(0.05)  # a second signal must be seen as well as the end of the child
            child.clear()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        self._stop.set()


def open_sites(settings: Settings) -> Mapping[str, int]:
    """Return the sites beside the first that are open, each with the stamp of its settings."""
    from core.app.sites import Sites

    sites = Sites(settings)
    return {site.host: sites.stamp(site.host) for site in sites.listed() if site.is_open}


def refuse_taken(host: str, port: int) -> None:
    """Raise `Unavailable` where nothing can listen at this place."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except socket.gaierror:
        raise Unavailable(
            "There is no address {host}; look at PAYVAND_HOST.", code="no_address", host=host
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Unavailable(
                "Port {port} on {host} is taken by another program; stop it, or set PAYVAND_PORT.",
                code="port_taken",
                port=port,
                host=host,
            ) from error
        if error.errno == errno.EACCES:
            raise Unavailable(
                "Port {port} needs rights that this user does not have; set PAYVAND_PORT to 1024 or more.",
                code="port_refused",
                port=port,
            ) from error
        raise Unavailable(
            "Nothing can listen at {host}; look at PAYVAND_HOST.", code="no_address", host=host
        ) from error


def ask_health(host: str, port: int) -> list[str]:
    """Return what /health complains of; nothing where all is well."""
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # where it listens, not where we do
    connection = http.client.HTTPConnection(asked, port, timeout=5)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        body = json.loads(answer.read())
        return [] if answer.status == 200 else [str(reason) for reason in body.get("reasons", ["unknown"])]
    except (OSError, http.client.HTTPException, ValueError):
        return ["The web processes do not answer."]
    finally:
        connection.close()


def shown_place(settings: Settings) -> str:
    """Return where people find the site."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.base_url or f"http://{host}:{settings.port}"
