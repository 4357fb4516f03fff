"""Names of hosts: as people write them at a terminal, and as programs send them; one form for both."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

import idna

from core.errors import BadRequest

LONGEST = 253

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"

NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")

SENT = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[^\[\]:]+)(?::[0-9]{1,5})?")
"""What a request says: a host, and after a colon perhaps a port, which tells nothing of whose site is asked for."""

LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""What this machine calls itself."""

UNFIT = "{host} is no name of a host, such as crm.example.com, without https:// and without a port."


def sent_host(header: str) -> str:
    """Return the host that a request names, in the one form in which sites are known; empty where it names none.

    ``CRM.Example.com.:8000`` is ``crm.example.com``. What is no name and no address is nobody's: it is never repaired.
    """
    found = SENT.fullmatch(header) if header.isascii() else None
    if found is None:
        return ""
    host = found[1].lower()
    if host.startswith("["):
        return _address(host[1:-1])
    host = host.removesuffix(".")
    return host if len(host) <= LONGEST and NAME.fullmatch(host) else ""


def is_address(host: str) -> bool:
    """Tell whether a host, as `sent_host` returns it, is an address and not a name."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def site_host(text: str) -> str:
    """Return the host that somebody has written as a site is known by it; names in all scripts become ASCII.

    Raise `BadRequest` where it is no name: an address, a wildcard, a whole URL.
    """
    written = text.strip().removesuffix(".")
    try:
        host = idna.encode(written, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        raise BadRequest(UNFIT, code="no_host", host=text) from None
    if host in LOCAL or sent_host(host) != host or host.rpartition(".")[2].isdecimal():
        raise BadRequest(UNFIT, code="no_host", host=text)
    return host


def shown_host(host: str) -> str:
    """Return a host as people read it, in their own script."""
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def _address(text: str) -> str:
    try:
        return f"[{IPv6Address(text).compressed}]"
    except ValueError:
        return ""
