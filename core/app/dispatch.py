"""`Dispatcher`: one WSGI application for several sites, chosen by the host that is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.app.doors import Doors
from core.app.forwarding import ADDRESS, is_proxy
from core.app.hosts import LOCAL, is_address, sent_host
from core.app.sites import Sites
from core.config import Settings
from core.errors import PayvandError
from core.log import get_logger, telling

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST, FORWARDED_HOST = "HTTP_HOST", "HTTP_X_FORWARDED_HOST"

HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
]

UNKNOWN = "421 Misdirected Request", "Payvand\n\nThere is nothing at this address.\n"
"""Told of hosts that are no site's, in the same words whatever other sites there are."""

NOT_NOW = "503 Service Unavailable", "Payvand\n\nThis site is closed for a while. Try again later.\n"


class Dispatcher:
    """Hands each request to the site of its host.

    Where there is only the first site, it answers whatever the host: nothing is looked at but whether that is so. Where there are
    several, the first answers at its public address, at the names of this machine and, without a public address, at addresses that
    are no names.
    """

    def __init__(self, settings: Settings, first: WSGIApplication, sites: Sites, doors: Doors) -> None:
        self._first = first
        self._sites = sites
        self._doors = doors
        self._proxies = settings.proxy_networks if settings.forwarded_host else ()
        self._public = sent_host(urlsplit(settings.base_url).netloc.rpartition("@")[2])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if self._proxies:
            self._take_host(environ)
        if not self._sites.several:
            return self._first(environ, start_response)
        host = sent_host(str(environ.get(HOST, "")))
        if self._is_first(host):
            return self._first(environ, start_response)
        return self._answer(host, environ, start_response)

    def _is_first(self, host: str) -> bool:
        return host in LOCAL or (host == (self._public or host) and (bool(self._public) or is_address(host)))

    def _answer(self, host: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        stamp = self._sites.stamp(host) if host else 0
        if not stamp:
            known = self._sites.find(host) is not None
            return _plain(start_response, *(NOT_NOW if known else UNKNOWN))
        try:
            with telling(site=host):
                app = self._doors.app(host, stamp)
        except PayvandError as error:
            get_logger("app").warning("site_not_opened", site=host, reason=error.text())
            return _plain(start_response, *NOT_NOW)
        return app(environ, start_response)

    def _take_host(self, environ: WSGIEnvironment) -> None:
        """Believe a proxy of ours which host it was asked for; where several have said it, the nearest."""
        told = str(environ.get(FORWARDED_HOST, "")).rpartition(",")[2].strip()
        if told and is_proxy(str(environ.get(ADDRESS, "")), self._proxies):
            environ[HOST] = told


def _plain(start_response: StartResponse, status: str, text: str) -> Iterable[bytes]:
    body = text.encode()
    retry = [("Retry-After", "60")] if status.startswith("503") else []
    start_response(status, [*HEADERS, ("Content-Length", str(len(body))), *retry])
    return [body]
