"""Addresses of a board and of its columns; what they have in common is written once for all columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from flask import url_for

from core.web.chips import Chip
from core.web.list_query import ListState


@dataclass(kw_only=True)
class BoardAddresses:
    """Writes the addresses of one request."""

    entity: str
    state: ListState

    def of(self, route: str, **more: str | int) -> str:
        """Return the address of a part of this board, with its state."""
        return self._joined(url_for(f"web.{route}", entity=self.entity, **more))  # type: ignore[arg-type]  # parts of a path

    def in_column(self, route: str, key: str, **more: str) -> str:
        """Return the address of something in one column, with the state of the board."""
        return self._joined(f"{self._path(route)}?{urlencode({'column': key, **more})}")

    def opened(self, keys: Sequence[str]) -> str:
        """Return the query string with which other columns stand open."""
        if not keys:
            return self._folded
        more = urlencode([("open", key) for key in keys])
        return f"{self._folded}{'' if self._folded == '?' else '&'}{more}"

    def list_of(self, chip: Chip) -> str:
        """Return the list of what one column holds."""
        before, after = self._around
        parts = (before, urlencode({"f": str(chip)}), after)
        return f"{self._path('record_list')}?{'&'.join(filter(None, parts))}"

    def _path(self, route: str) -> str:
        if route not in self._paths:
            self._paths[route] = url_for(f"web.{route}", entity=self.entity)
        return self._paths[route]

    def _joined(self, path: str) -> str:
        state = self.text
        return path + ("&" if "?" in path else "?") + state[1:] if state != "?" else path

    @cached_property
    def text(self) -> str:
        """The query string of the state."""
        return self.state.address()

    @cached_property
    def _folded(self) -> str:
        return self.state.address(open=())

    @cached_property
    def _around(self) -> tuple[str, str]:
        """What stands in an address before one more chip, and behind it."""
        rest = replace(self.state, chips=(), open=())
        return ListState(chips=self.state.chips).address()[1:], rest.address()[1:]

    @cached_property
    def _paths(self) -> dict[str, str]:
        return {}
