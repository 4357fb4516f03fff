"""Value types of records that Python has no word for."""

from __future__ import annotations

from dataclasses import dataclass

from core.i18n.money import Money

__all__ = ["AnyRef", "FileRef", "Money", "Ref"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference as it is read: id and the title the reader may see (None where not)."""

    id: int
    title: str | None = None


@dataclass(frozen=True, slots=True)
class AnyRef:
    """A reference to a record of one of several entities."""

    entity: str
    id: int
    title: str | None = None


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored file as it is read."""

    id: int
    name: str | None = None
    size: int | None = None
    mime: str | None = None
