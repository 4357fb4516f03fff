"""Value types of records that Python has no word for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.i18n.money import Money

__all__ = ["PICTURES", "THUMBNAILS", "AnyRef", "FileRef", "Money", "Ref"]

THUMBNAILS: Mapping[str, int] = MappingProxyType({"small": 96, "medium": 320, "large": 1600})
"""The sizes in which a picture is shown, by name: the longest side in pixels."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""Kinds of files that are shown as pictures, always drawn anew; SVG is none of them: it is a page with a picture."""


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
