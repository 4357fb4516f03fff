"""`forwarded`: who asks, where a proxy of ours asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = IPv4Network | IPv6Network

ADDRESS, FORWARDED = "REMOTE_ADDR", "HTTP_X_FORWARDED_FOR"


def forwarded(app: WSGIApplication, proxies: Sequence[Network]) -> WSGIApplication:
    """Return an application that believes ``X-Forwarded-For`` of these proxies, and of nobody else.

    Whoever asks writes the beginning of that header, and each proxy adds whom it was asked by at its end: so it is
    read from the end, up to the first address that is no proxy of ours.
    """

    def asked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[ADDRESS] = _asker(str(environ.get(ADDRESS, "")), str(environ.get(FORWARDED, "")), proxies)
        return app(environ, start_response)

    return asked


def _asker(address: str, header: str, proxies: Sequence[Network]) -> str:
    told = [part.strip() for part in header.split(",") if part.strip()]
    while told and is_proxy(address, proxies):
        try:
            address = str(ip_address(told.pop()))
        except ValueError:
            break  # what is no address is nobody's
    return address


def is_proxy(address: str, proxies: Sequence[Network]) -> bool:
    """Tell whether an address is that of a proxy of ours."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in proxies)
