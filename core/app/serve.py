"""`Supervisor`: everything that `payvand serve` starts, watched, started again when it dies, and stopped in order."""

from __future__ import annotations

import errno
import fcntl
import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self

from core.app.children import Child
from core.app.readiness import check_ready, find_address
from core.config import Settings
from core.errors import Unavailable
from core.log import get_logger
from core.storage.embedded import Embedded
from core.storage.engine import build_engine

TICK = 0.25  # seconds between looks at the children
LOOK_AT_DATABASE = 2.0  # seconds between looks at the embedded database
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
        self._web = Child("web", "core.app.web_process")
        self._worker = Child("worker", "core.app.work")
        self._embedded = None if settings.database_url else Embedded(settings.home)
        self._looked = 0.0

    def run(self) -> None:
        """Serve until somebody asks to stop; raise what keeps it from starting."""
        refuse_taken(self._settings.host, self._settings.port)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._web.start()  # they load their code while we look after the database
        self._worker.start()
        try:
            address = find_address(self._settings)
            self._check(address)
            with _sharing(self._settings.home) as share:
                self._serve(address)
                self._stop_children()
                if self._embedded is not None and share.is_last():
                    self._embedded.stop()
        finally:
            self._web.clear()
            self._worker.clear()

    def _check(self, address: str) -> None:
        engine = build_engine(address, threads=1)
        try:
            check_ready(engine)
        finally:
            engine.dispose()

    def _serve(self, address: str) -> None:
        self._web.tell(address)
        self._worker.tell(address)
        self._wait_until_ready()
        while not self._stop.wait(TICK):
            address = self._keep_database(address)
            for child in (self._web, self._worker):
                if child.revive(address):
                    get_logger("app").warning("process_started_again", process=child.name)

    def _wait_until_ready(self) -> None:
        """Tell when the first page can be had, or after a while what it waits for."""
        end = time.monotonic() + WARM_UP
        while not self._stop.is_set() and self._web.runs:
            waits_for = ask_health(self._settings.host, self._settings.port)
            if not waits_for or time.monotonic() > end:
                self._say(f"Payvand serves on {shown_place(self._settings)}")
                for reason in waits_for:
                    self._say(f"It is not healthy yet: {reason}")
                return
            self._stop.wait(0.05)

    def _keep_database(self, address: str) -> str:
        """Start the embedded database again if it is gone; return its address."""
        if self._embedded is None or time.monotonic() - self._looked < LOOK_AT_DATABASE:
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

    def _stop_children(self) -> None:
        """Stop what takes work first, then what does it; they may stop at the same time."""
        self._say("Stopping…")
        for child in (self._web, self._worker):
            child.ask_to_stop()
        end = time.monotonic() + PATIENCE
        for child in (self._web, self._worker):
            while child.runs and time.monotonic() < end and self._signals < 2:
                time.sleep(0.05)
            child.clear()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1  # the second one means: now
        self._stop.set()


class _sharing:  # noqa: N801  # reads as a word at its place: with _sharing(home)
    """Marks that somebody uses the embedded database of this folder; the last one stops it."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._file = (home / "serve.lock").open("a")

    def __enter__(self) -> Self:
        fcntl.flock(self._file, fcntl.LOCK_SH)
        return self

    def is_last(self) -> bool:
        """Tell whether nobody else serves from this folder."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        self._file.close()


def refuse_taken(host: str, port: int) -> None:
    """Raise `Unavailable` where nothing can listen at this place."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except socket.gaierror:
        raise Unavailable("There is no address {host}; look at PAYVAND_HOST.", code="no_address", host=host) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Unavailable("Port {port} on {host} is taken by another program; stop it, or set PAYVAND_PORT.",
                              code="port_taken", port=port, host=host) from error
        if error.errno == errno.EACCES:
            raise Unavailable("Port {port} needs rights that this user does not have; set PAYVAND_PORT to 1024 or more.",
                              code="port_refused", port=port) from error
        raise Unavailable("Nothing can listen at {host}; look at PAYVAND_HOST.", code="no_address", host=host) from error


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
