"""`Egress`: asks another server over HTTP, and is not to be talked into asking one of our own.

A name is looked up once, all its addresses are looked at, and one of these is what is connected to; the name is kept
for TLS and for the server. Nothing is followed, so no answer leads anywhere. What is asked for is bounded in time and
size, and what comes back is for the program that asked and for no screen.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from core.config import Settings
from core.egress.addresses import is_public
from core.egress.routing import HttpMap
from core.errors import AccessDenied, Unavailable

PORTS = {"http": 80, "https": 443}
SECONDS = 5.0
"""So long may an answer take, from the connection to its last byte."""

LARGEST = 2**20
"""Bytes of an answer at most."""

Resolve = Callable[[str, int], list[str]]


class Forbidden(AccessDenied):
    """This server is not asked: its address is none, or belongs to our own networks."""

    code, message = "egress_forbidden", "This site may not ask {host}."


class NotMapped(Forbidden):
    """The site is tested, and the map of servers does not name this one."""

    message = "This site is being tested, and PAYVAND_TESTING_HTTP_MAP does not name {host}."


class Failed(Unavailable):
    """A server was asked and did not answer as it should."""

    code, message = "egress_failed", "The server {host} did not answer: {reason}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server has said."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Whom to speak to, and where to connect; ``tls`` is False where a map leads to a server of a test."""

    scheme: str
    host: str
    port: int
    path: str
    place: tuple[str, int]
    tls: bool


def resolve(host: str, port: int) -> list[str]:
    """Return all addresses of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise Failed(host=host, reason="its name is not known") from unknown
    return [str(entry[4][0]) for entry in found]


class Egress:
    """The one client of a site for HTTP."""

    def __init__(self, settings: Settings, look_up: Resolve = resolve) -> None:
        self._allowed = frozenset(part.strip().lower() for part in settings.egress_allow.split(",") if part)
        self._map = HttpMap(settings.testing_http_map) if settings.testing else None
        self._look_up = look_up
        self._context = ssl.create_default_context()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for something."""
        return self.send(url, headers=headers)

    def send(
        self,
        url: str,
        *,
        method: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask a server, or tell it something (by ``GET``, with a body by ``POST``, where no method is named); raise `Forbidden` before anything is sent, `Failed` without a whole answer."""
        target = self._target(url)
        connection = _Pinned(target, self._context)
        timer = threading.Timer(SECONDS, connection.cut)
        timer.daemon = True
        timer.start()
        try:
            connection.request(
                method or ("GET" if body is None else "POST"),
                target.path,
                body=body,
                headers={"User-Agent": "Payvand", **(headers or {})},
            )
            response = connection.getresponse()
            content = response.read(LARGEST + 1)
            if connection.is_cut or len(content) > LARGEST:
                raise Failed(host=target.host, reason="its answer is too long")
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(status=response.status, headers=told, body=content)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as failure:
            raise Failed(host=target.host, reason=type(failure).__name__) from failure
        finally:
            timer.cancel()
            connection.close()

    def _target(self, url: str) -> Target:
        """Return where an address leads, having looked at every place that it might."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            raise Forbidden(host=url[:80]) from None
        if parts.scheme not in PORTS or not host or "@" in parts.netloc or not url.isprintable():
            raise Forbidden(host=host or url[:80])
        if self._map is not None:
            return self._mapped(self._map, parts, host, port)
        permitted = f"{host}:{port}" in self._allowed
        if not permitted and port not in PORTS.values():
            raise Forbidden(host=f"{host}:{port}")
        found = self._look_up(host, port)
        if not found or not (permitted or all(map(is_public, found))):
            raise Forbidden(host=host)
        return Target(
            scheme=parts.scheme,
            host=host,
            port=port,
            path=_path(parts),
            place=(found[0], port),
            tls=parts.scheme == "https",
        )

    @staticmethod
    def _mapped(http_map: HttpMap, parts: SplitResult, host: str, port: int) -> Target:
        """Return where the map leads, in the name that was asked for, without TLS; nothing else is asked, nor looked up."""
        place = http_map.find(host, port)
        if place is None:
            raise NotMapped(host=f"{host}:{port}")
        return Target(scheme=parts.scheme, host=host, port=port, path=_path(parts), place=place, tls=False)


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was looked at, in the name that was asked for."""

    def __init__(self, target: Target, context: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self.default_port = PORTS[target.scheme]
        self._to = target
        self._context = context
        self.is_cut = False

    def connect(self) -> None:
        """Connect, and over TLS hold the server to its name."""
        self.sock = socket.create_connection(self._to.place, timeout=SECONDS)
        if self._to.tls:
            # The socket is ours before the handshake begins, so that this, too, can be cut.
            self.sock = secured = self._context.wrap_socket(
                self.sock, server_hostname=self._to.host, do_handshake_on_connect=False
            )
            self._go_on()
            secured.do_handshake()
        self._go_on()

    def _go_on(self) -> None:
        """Stop where the time was over before there was anything to cut."""
        if self.is_cut:
            raise TimeoutError

    def cut(self) -> None:
        """End it from outside: the time is over."""
        self.is_cut = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _path(parts: SplitResult) -> str:
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
