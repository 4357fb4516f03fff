"""A move that somebody makes, and the moves that are offered to somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Problem
from core.kernel.actor import Actor
from core.metadata.specs import EntitySpec, Label


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One record on its way from a state to another, as guards see it; values are Python values by field name.

    ``to`` is the id of the record that the state field refers to afterwards, where it is a reference, and ``target``
    what stands in that record, whoever may see it. ``asking``
    tells that nobody moves anything yet: it is only asked whether it would be possible.
    """

    entity: EntitySpec
    transition: str
    id: int
    before: Mapping[str, object]
    after: Mapping[str, object]
    state: str
    to: int | None
    target: Mapping[str, object] | None
    values: Mapping[str, object]
    actor: Actor
    reason: str | None
    asking: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A transition that leads on from where a record is; ``why_not`` tells what stands in the way just now.

    ``to`` is id and title of the record that the state field would refer to, where it is a reference. ``required``
    and ``ask`` are the fields to ask for, as far as the actor may know of them.
    """

    name: str
    label: Label
    workflow: str
    field: str
    to_state: str
    to: tuple[int, str] | None = None
    why_not: tuple[Problem, ...] = ()
    required: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    reason: str = "optional"

    @property
    def allowed(self) -> bool:
        """True where nothing stands in the way."""
        return not self.why_not

    @property
    def target(self) -> str | int:
        """What `move_to` calls it: the state, or the id of the record referred to."""
        return self.to_state if self.to is None else self.to[0]
