"""`Actor`: who is asking, with everything that decides what they may see."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

SYSTEM_LOGIN = "system"


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """How one person wants to read: language, calendar, digits, zone. Empty means the site's choice."""

    language: str = ""
    calendar: str = ""
    digits: str = ""
    time_zone: str = ""
    money_unit: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What an API key may touch: an entity (or ``*``) and actions (or ``*``). The owner's rights bound it."""

    entity: str = "*"
    action: str = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A person, an API key or the system itself.

    ``id`` is the account id (also the id of the public profile); None for the system and for nobody.
    ``teams`` are the ids of the teams the person belongs to, ``team`` the one new records get; ``teams_below``
    adds the teams below them. ``shared`` are the entities of which records may be shared with them: where it leaves
    one out, nobody looks for shares.
    ``scopes`` is None for people and the list of an API key's scopes otherwise.
    ``elevated`` holds the reason for acting with all rights; it is written to the history.
    ``read_only`` is True where somebody else looks through their eyes: no unit of work of theirs may write.
    """

    id: int | None = None
    login: str = ""
    name: str = ""
    roles: frozenset[str] = frozenset()
    team: int | None = None
    teams: tuple[int, ...] = ()
    teams_below: tuple[int, ...] = ()
    shared: frozenset[str] = frozenset()
    preferences: Preferences = field(default_factory=Preferences)
    scopes: tuple[Scope, ...] | None = None
    channel: str = "system"
    elevated: str | None = None
    read_only: bool = False

    def elevate(self, reason: str) -> Actor:
        """Return the same person with all rights, for a stated reason."""
        return replace(self, elevated=reason)

    @property
    def is_nobody(self) -> bool:
        """True where nobody is signed in and nothing is elevated."""
        return self.id is None and self.elevated is None


def system_actor(reason: str) -> Actor:
    """Return the actor for work that no person asked for, e.g. installing a module."""
    return Actor(login=SYSTEM_LOGIN, name="Payvand", elevated=reason)
