"""Principals: roles, teams and preferences of an account, remembered as long as the access version stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from core.identity.opening import read_scopes
from core.kernel.actor import Actor, Scope
from core.kernel.protocols import Profile

MOST = 4096


ProfileOf = Callable[[int], "Profile | None"]


class Principals:
    """Remembers actors by (account, access version); a new version forgets them all."""

    def __init__(self, profile_of: ProfileOf) -> None:
        self._profile_of = profile_of
        self._version = -1
        self._actors: dict[int, Actor] = {}
        self._narrowed: dict[tuple[str, int], tuple[Actor, object, Actor]] = {}
        self._lock = Lock()

    def actor(self, account: int, login: str, roles: frozenset[str], version: int) -> Actor:
        """Return the person behind an account, with their principals at this access version."""
        if self._version == version:
            known = self._actors.get(account)
            if known is not None and known.roles == roles:
                return known
        profile = self._profile_of(account) or Profile(name=login)
        actor = Actor(
            id=account,
            login=login,
            name=profile.name or login,
            roles=roles,
            team=profile.team,
            teams=profile.teams,
            teams_below=profile.teams_below,
            shared=profile.shared,
            preferences=profile.preferences,
        )
        with self._lock:
            if self._version != version:
                self._actors, self._narrowed, self._version = {}, {}, version
            if len(self._actors) >= MOST:
                self._actors.clear()
            self._actors[account] = actor
        return actor

    def forget(self) -> None:
        """Remember nobody."""
        with self._lock:
            self._actors, self._narrowed, self._version = {}, {}, -1

    def by_key(self, actor: Actor, key: int, scopes: object) -> Actor:
        """Return the owner of an API key, narrowed to what the key is for."""
        return self._narrow(actor, ("api", key), scopes, lambda: read_scopes(scopes))

    def by_session(self, actor: Actor) -> Actor:
        """Return somebody who sits at a browser."""
        return self._narrow(actor, ("web", actor.id or 0), None, lambda: None)

    def _narrow(
        self,
        actor: Actor,
        key: tuple[str, int],
        given: object,
        scopes: Callable[[], tuple[Scope, ...] | None],
    ) -> Actor:
        """Remember the actor of a key or a session: they come back with every request."""
        known = self._narrowed.get(key)
        if known is not None and known[0] is actor and known[1] == given:
            return known[2]
        narrowed = replace(actor, channel=key[0], scopes=scopes())
        if len(self._narrowed) >= MOST:
            self._narrowed.clear()
        self._narrowed[key] = (actor, given, narrowed)
        return narrowed
