"""`Workers`: under the supervisor, one worker process for each site that is open."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from core.app.children import Child

FIRST = ""
"""The host by which the first site goes here."""

OF_SITE = "PAYVAND_SITE"
"""In the environment of a worker, or of a command: the host of the site that it is for."""

LOOK = 2.0
"""Seconds between looks for sites that came or went."""


class Workers:
    """Starts a worker with each site that comes, and stops it when the site is closed or gone or has other settings.

    ``stamps`` tells which sites are open besides the first, each with what changes when its settings do.

    A process of its own for each: what one site's job takes, memory or a crash, no other site's job is short of.
    """

    def __init__(self, settings: Mapping[str, str], stamps: Callable[[], Mapping[str, int]]) -> None:
        self._settings = settings
        self._stamps = stamps
        self._known: dict[str, int] = {FIRST: 0}
        self._children = {FIRST: self._child(FIRST)}
        self._leaving: list[Child] = []
        self._looked = 0.0

    def start(self, address: str) -> None:
        """Start the worker of the first site, and those of the others."""
        self._children[FIRST].start(address)
        self.keep(address)

    def keep(self, address: str) -> list[str]:
        """Follow the sites, and start again what has died; return the names of those that had."""
        if time.monotonic() - self._looked >= LOOK:
            self._looked = time.monotonic()
            self._follow(address)
        return [child.name for child in self._children.values() if child.revive(address)]

    @property
    def children(self) -> list[Child]:
        """All that may still run."""
        return [*self._children.values(), *self._leaving]

    def _follow(self, address: str) -> None:
        wanted = {FIRST: 0, **self._stamps()}
        for host in [host for host, stamp in self._known.items() if wanted.get(host) != stamp]:
            del self._known[host]
            child = self._children.pop(host)
            child.ask_to_stop()
            self._leaving.append(child)
        for host in [host for host in wanted if host not in self._known]:
            self._known[host] = wanted[host]
            child = self._children[host] = self._child(host)
            child.start(address)
        for child in [one for one in self._leaving if not one.runs]:
            child.clear()
            self._leaving.remove(child)

    def _child(self, host: str) -> Child:
        name = f"worker of {host}" if host else "worker"
        return Child(name, "core.app.work", {**self._settings, OF_SITE: host})
