"""The frozen specs of workflows: states that records are in, and the transitions that lead from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from types import MappingProxyType

from core.errors import Place
from core.metadata.specs import Label

REASONS = ("required", "optional", "none")
"""Whether whoever makes a move is asked why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GuardSpec:
    """What must hold for a move: an expression ``when`` with its sentence, or a function that a module registered."""

    when: str = ""
    function: str = ""
    message: Label = ""
    on: tuple[str, ...] = ()
    place: Place = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class StateSpec:
    """How a state looks where it does not look as its choice does; from a ``final`` one only the way back leads on."""

    name: str
    hue: str = ""
    final: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TransitionSpec:
    """A step from some states to one; ``set`` holds expressions by field, ``roles`` narrow who may take it."""

    name: str
    label: Label
    source: tuple[str, ...]
    target: str
    guards: tuple[GuardSpec, ...] = ()
    set: Mapping[str, str] = dataclass_field(default_factory=lambda: MappingProxyType({}))
    clear: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    reason: str = "optional"
    roles: tuple[str, ...] = ()
    owner: str = ""
    place: Place = Place()

    @property
    def asked(self) -> tuple[str, ...]:
        """The fields that are asked for with the move, the required ones first."""
        return tuple(dict.fromkeys((*self.required, *self.ask)))


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkflowSpec:
    """The states of one field of an entity, and the only ways between them.

    The state of a choice field is its value. Of a reference field it is the value of the choice field ``kind`` of the
    record referred to, of which those for which ``among`` holds belong to a record; ``order`` is the field of those
    records that puts them in a row. ``disabled`` are the names of transitions that somebody has taken away.
    """

    name: str
    entity: str
    label: Label
    field: str
    kind: str = ""
    among: str = ""
    order: str = ""
    initial: tuple[str, ...] = ()
    states: Mapping[str, StateSpec] = dataclass_field(default_factory=lambda: MappingProxyType({}))
    transitions: Mapping[str, TransitionSpec] = dataclass_field(default_factory=lambda: MappingProxyType({}))
    disabled: tuple[str, ...] = ()
    owner: str = ""
    place: Place = Place()

    @property
    def among_condition(self) -> str:
        """``among`` as the type check reads it: the record whose state it is stands where ``$old`` stands else."""
        return self.among.replace("$record.", "$old.")

    def leading(self, source: str, target: str) -> tuple[TransitionSpec, ...]:
        """Return the transitions that lead from one state to another."""
        return tuple(t for t in self.transitions.values() if source in t.source and t.target == target)
