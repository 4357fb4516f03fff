"""What rooms below storage and records may know of the things that live there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from core.kernel.actor import Actor, Preferences


class UnitOfWorkLike(Protocol):
    """One transaction, as hooks see it: they may run statements and plan for after the commit, never commit."""

    @property
    def actor(self) -> Actor:
        """Who does all this."""

    @property
    def now(self) -> datetime:
        """The moment of this unit, in UTC; one constant."""

    @property
    def today(self) -> date:
        """The date of this unit in the actor's zone; one constant."""

    @property
    def reason(self) -> str | None:
        """Why it is done, for the history."""

    @property
    def memo(self) -> dict[Any, Any]:
        """What its parts want to remember until its end."""

    def execute(self, statement: Any, params: Any = None) -> Any:
        """Run one statement in this transaction."""

    def after_commit(self, act: Callable[[], object]) -> None:
        """Do ``act`` once everything is committed; never, if it is not."""


class AccountLike(Protocol):
    """An account of the core: who may sign in, with which roles."""

    @property
    def id(self) -> int:
        """Id of the account, and of its public profile."""

    @property
    def login(self) -> str:
        """Name to sign in with."""

    @property
    def active(self) -> bool:
        """False where signing in is refused."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of roles."""


class TaskLike(Protocol):
    """A named piece of work that jobs run."""

    @property
    def name(self) -> str:
        """Qualified name, e.g. ``exchange.import``."""


class NamedLike(Protocol):
    """Something that modules bring and that is known by a qualified name: an operation, a route, a panel."""

    @property
    def name(self) -> str:
        """Qualified name, e.g. ``sampling.weigh``."""


class EventLike(Protocol):
    """Something that happened around a record, as its timeline tells it."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def kind(self) -> str:
        """Of which kind."""


class AskingLike(Protocol):
    """Who asks, and inside which unit of work: what handlers of modules get."""

    @property
    def actor(self) -> Actor:
        """Who asks."""

    @property
    def uow(self) -> UnitOfWorkLike:
        """The unit of work; it only reads where somebody looks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What a module knows of the person behind an account."""

    name: str
    team: int | None = None
    teams: tuple[int, ...] = ()
    teams_below: tuple[int, ...] = ()
    shared: frozenset[str] = frozenset()
    preferences: Preferences = field(default_factory=Preferences)
