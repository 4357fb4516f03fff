"""`Panel`: what a module shows on the form of a record beside its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.metadata.specs import Label

PLACES = ("top", "side", "tab")


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A template with values on the form of a record: a warning on ``top``, beside it, or as a ``tab`` of its own.

    Lighter panels come first. ``count`` stands on the tab. ``secret`` says that a secret stands on it that lasts.
    """

    name: str
    title: Label
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    place: str = "side"
    weight: int = 100
    count: int | None = None
    secret: bool = False

    def __post_init__(self) -> None:
        if self.place not in PLACES:
            raise ValueError(f"{self.name}: a panel is placed at one of {', '.join(PLACES)}")
