"""Where questions go while a site is tested: to the local addresses that a map names, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import SettingsInvalid

NAME = "PAYVAND_TESTING_HTTP_MAP"
LOCAL = "127.0.0.1"

Place = tuple[str, int]


class HttpMap:
    """The map, as JSON or as the path of a file with it, which is read anew for each question."""

    def __init__(self, told: str) -> None:
        self._told = told.strip()
        self._places()  # a wrong one is told at the start

    def find(self, host: str, port: int) -> Place | None:
        """Return the address and port to connect to in place of a server; None where the map does not name it."""
        places = self._places()
        return places.get(f"{host}:{port}") or places.get(host)

    def _places(self) -> Mapping[str, Place]:
        if not self._told:
            return {}
        try:
            text = self._told if self._told.startswith("{") else Path(self._told).read_text(encoding="utf-8")
            found = json.loads(text)
        except (OSError, ValueError) as failure:
            raise SettingsInvalid(
                name=NAME, reason=f"it is neither JSON nor a file with JSON: {failure}"
            ) from failure
        if not isinstance(found, dict):
            raise SettingsInvalid(name=NAME, reason="it is no object of servers and local addresses")
        return {str(server).lower(): _place(place) for server, place in found.items()}


def _place(text: object) -> Place:
    """Return a local address; what is not of this machine is refused, for nothing of a test may leave it."""
    said = str(text)
    try:
        parts = urlsplit(said if "//" in said else f"//{said}")
        host, port = parts.hostname or "", parts.port
        address = LOCAL if host == "localhost" else host
        if parts.scheme in ("", "http") and port and ip_address(address).is_loopback:
            return address, port
    except ValueError:
        pass
    raise SettingsInvalid(
        name=NAME, reason=f"{said[:80]!r} is no address and port of this machine, such as 127.0.0.1:9000"
    )
