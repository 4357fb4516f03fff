"""`Site`: the one object on which the state of an installation hangs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from core.config import Settings

Part = TypeVar("Part")


class Site:
    """One installation: its settings and one part of each kind, put there by the composition root.

    ``site.get(Engine)`` is typed by the class asked for, so that no room below needs to know the rooms above.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._parts: dict[type, Any] = {}
        self._offers: dict[str, Callable[[], object]] = {}

    def put(self, part: Part, kind: type[Part] | None = None) -> Part:
        """Keep ``part`` under its class, or under ``kind`` where the class is a detail."""
        self._parts[kind or type(part)] = part
        return part

    def offer(self, kind: str, make: Callable[[], object]) -> None:
        """Promise a part by the full name of its class; it is made, and its code loaded, when somebody asks for it."""
        self._offers[kind] = make

    def get(self, kind: type[Part]) -> Part:
        """Return the part of this kind; a missing one is a mistake of the composition root."""
        if kind not in self._parts and (make := self._offers.get(f"{kind.__module__}.{kind.__qualname__}")):
            self._parts[kind] = make()
        part: Part = self._parts[kind]
        return part

    def has(self, kind: type) -> bool:
        """Tell whether a part of this kind was put."""
        return kind in self._parts
