"""Principals: roles, teams and preferences of an account, remembered as long as the access version stays."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from core.kernel.actor import Actor
from core.kernel.protocols import Profile

MOST = 4096


ProfileOf = Callable[[int], "Profile | None"]


class Principals:
    """Remembers actors by (account, access version); a new version forgets them all."""

    def __init__(self, profile_of: ProfileOf) -> None:
        self._profile_of = profile_of
        self._version = -1
        self._actors: dict[int, Actor] = {}
        self._lock = Lock()

    def actor(self, account: int, login: str, roles: frozenset[str], version: int) -> Actor:
        """Return the person behind an account, with their principals at this access version."""
        if self._version == version:
            known = self._actors.get(account)
            if known is not None and known.roles == roles:
                return known
        profile = self._profile_of(account) or Profile(name=login)
        actor = Actor(id=account, login=login, name=profile.name or login, roles=roles, team=profile.team,
                      teams=profile.teams, teams_below=profile.teams_below, preferences=profile.preferences)
        with self._lock:
            if self._version != version:
                self._actors, self._version = {}, version
            if len(self._actors) >= MOST:
                self._actors.clear()
            self._actors[account] = actor
        return actor
