"""`TimelineEvent`: what a module tells of a record in its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.metadata.specs import Label


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineKind:
    """A kind of things that a module tells in timelines, which people may choose to see alone."""

    name: str
    label: Label


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEvent:
    """Something that happened, in words of the reader; ``kind`` is one that the module has named.

    ``actor`` is the name of who did it, ``url`` where it leads to, ``hue`` one of the nine names of the palette.
    """

    at: datetime
    kind: str
    title: str
    icon: str = "clock"
    hue: str = "gray"
    actor: str = ""
    body: str = ""
    url: str = ""
