"""What is handed to hooks: the parts of a change that a module may rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.metadata.specs import EntitySpec


class ChangeLike(Protocol):
    """Who does what to one record; ``before`` and ``after`` hold Python values by field name."""

    @property
    def entity(self) -> EntitySpec:
        """The kind of record."""

    @property
    def action(self) -> str:
        """create, update, delete or restore."""

    @property
    def id(self) -> int:
        """Id of the record; 0 where it does not exist yet."""

    @property
    def before(self) -> Mapping[str, object]:
        """The values before, empty for a new record."""

    @property
    def after(self) -> Mapping[str, object]:
        """The values after."""

    @property
    def changed(self) -> frozenset[str]:
        """Names of the fields whose value moved."""

    @property
    def transition(self) -> str:
        """The step of a workflow by which the state moved, empty where it did not."""


class GuardLike(Protocol):
    """A named question about a move of a workflow."""

    @property
    def name(self) -> str:
        """Qualified name, as workflows write it."""
