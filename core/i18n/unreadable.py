"""`Unreadable`: what a person typed cannot be taken for a number, an amount or a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

Param: TypeAlias = str | int


class Unreadable(ValueError):
    """A refusal of typed text: ``str(error)`` is the msgid, ``params`` fill it after translation.

    It is a `ValueError` because it never leaves the process: the field that parses turns it into a problem.
    """

    def __init__(self, message: str, *, code: str = "unreadable", **params: Param) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.params: Mapping[str, Param] = params

    def drawn(self, draw: Callable[[str], str]) -> Unreadable:
        """Return the same refusal with its examples drawn in a reader's digits."""
        params = {
            name: draw(value) if isinstance(value, str) else value for name, value in self.params.items()
        }
        return Unreadable(self.message, code=self.code, **params)
