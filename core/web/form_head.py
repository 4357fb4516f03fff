"""The head of a form: its title, and what can be done with the record; the same for all with equal rights and offers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from core.contributions import Operation
from core.identity.forms import masked
from core.web.rendering import once


@dataclass(frozen=True, kw_only=True, slots=True)
class FormHead:
    """What the head shows, and what is put into it where it is kept."""

    entity: str
    number: int
    title: str
    csrf: str
    may: Mapping[str, bool]
    writable: bool
    trashed: bool
    administrator: bool
    operations: tuple[Operation, ...]

    @property
    def key(self) -> Hashable:
        """Everything that shapes it, besides rights and style."""
        offered = tuple(operation.name for operation in self.operations)
        return (self.entity, bool(self.number), self.writable, self.trashed, offered, *self.may.items())

    def marks(self) -> Mapping[str, str]:
        """Return what is put in: of keys of operations that are done at once fresh ones each time."""
        at_once = (operation.short for operation in self.operations if not operation.asks)
        return {
            "number": str(self.number),
            "csrf": masked(self.csrf),
            **{f"once {short}": once() for short in at_once},
            "title": self.title,
        }
