"""`Operation`: something a person can do with records of an entity, brought by a module, wherever records are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from core.contributions.asking import Asking
from core.contributions.panels import Panel
from core.errors import Param
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import Json, Label
from core.storage import UnitOfWork

_KEY = re.compile("[A-Z]")

PLACES = ("form", "menu", "new")
REASONS = ("none", "optional", "required")
Fields: TypeAlias = "Mapping[str, Mapping[str, Json]]"
FieldsOf: TypeAlias = "Callable[[Catalog], Fields]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Undo:
    """The way back from an operation: what its ``undo`` gets as values, and how long it is offered.

    Whoever did it may take it back, once. A payload of more than some hundred characters belongs into a record.
    """

    payload: Mapping[str, Json] = field(default_factory=dict)
    minutes: int = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of an operation: what to say, where to go, how to take it back, what the API answers."""

    message: Label = "Done."
    params: Mapping[str, Param] = field(default_factory=dict)
    entity: str = ""
    id: int | None = None
    url: str = ""
    undo: Undo | None = None
    result: Json = None
    warnings: tuple[Label, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationCall:
    """One use of an operation: on which records, with which values from its dialog, in which unit of work.

    The records are locked till the end of the unit, so that the same operation never runs twice at once on one.
    """

    asking: Asking
    entity: str
    ids: tuple[int, ...]
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def actor(self) -> Actor:
        """Who does it."""
        return self.asking.actor

    @property
    def uow(self) -> UnitOfWork:
        """The unit of work; reading only while a dialog is made ready."""
        return self.asking.uow

    @property
    def record(self) -> int:
        """The id of the one record; 0 where the operation is not about one."""
        return self.ids[0] if len(self.ids) == 1 else 0

    def system(self, reason: str) -> Actor:
        """Return the one who does it with all rights, for a stated reason."""
        return self.asking.system(reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """A named act on records, granted as ``operation:<short name>``; button, dialog and API follow from it.

    ``fields`` are written as in an entity and make its dialog; where they depend on the catalog, a function of it
    returns them. ``start`` gives their first values. ``when`` is an
    expression on the record: where it does not hold there is no button, and the act is refused. ``many`` offers it
    for chosen rows of a list as well. ``place`` is ``form`` (a button), ``menu`` (under "More") or ``new`` (it needs
    no record and stands beside "New"). ``undo`` gets what `Undo` carries as its values. In place of ``entity`` it may
    name a ``behaviour``: then it is there for every entity that has it. ``key`` is a letter that opens it on the form.
    ``beside`` shows something in its dialog, above the fields; where it leads back to the dialog, ``start`` finds what
    was chosen in the arguments of the address. ``grant`` is an action that allows it in place of its own.
    """

    name: str
    label: Label
    run: Callable[[OperationCall], Outcome | None]
    entity: str = ""
    behaviour: str = ""
    icon: str = "bolt"
    help: Label = ""
    fields: Fields | FieldsOf = field(default_factory=dict)
    start: Callable[[OperationCall], Mapping[str, object]] | None = None
    beside: Callable[[OperationCall], Panel | None] | None = None
    undo: Callable[[OperationCall], Outcome | None] | None = None
    when: str = ""
    confirm: Label = ""
    reason: str = "none"
    many: bool = False
    place: str = "form"
    danger: bool = False
    key: str = ""
    weight: int = 100
    grant: str = ""

    def __post_init__(self) -> None:
        if bool(self.entity) == bool(self.behaviour):
            raise ValueError(f"{self.name}: an operation is for an entity, or for all with a behaviour")
        if self.place not in PLACES:
            raise ValueError(f"{self.name}: an operation is placed at one of {', '.join(PLACES)}")
        if self.key and not _KEY.fullmatch(self.key):
            raise ValueError(f"{self.name}: the key is one letter from A to Z")
        if self.reason not in REASONS:
            raise ValueError(f"{self.name}: the reason is one of {', '.join(REASONS)}")

    @property
    def module(self) -> str:
        """The module it belongs to."""
        return self.name.partition(".")[0]

    @property
    def short(self) -> str:
        """Its name in grants and addresses: what stands behind the last dot."""
        return self.name.rpartition(".")[2]

    @property
    def action(self) -> str:
        """What must be granted."""
        return self.grant or f"operation:{self.short}"

    @property
    def asks(self) -> bool:
        """Tell whether anything has to be said or confirmed before it is done."""
        return bool(self.fields or self.confirm or self.reason != "none")
