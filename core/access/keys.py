"""API keys: what they are made for, and which actors have the same rights."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from core.kernel.actor import Actor, Scope
from core.metadata.actions import ADMINISTER

ANY_TRANSITION = "transition:*"
"""Every step of every workflow of an entity, in grants and in the scopes of keys."""


def key_of(actor: Actor) -> Hashable:
    """Return what tells apart actors with different rights; those with an equal key share compiled queries."""
    return "elevated" if actor.elevated is not None else (actor.roles, actor.scopes, actor.shared)


def in_scope(actor: Actor, entity: str, action: str) -> bool:
    """Tell whether the actor's API key, if they use one, is made for this; an empty list is for nothing."""
    return covers(actor.scopes, entity, action)


def covers(scopes: tuple[Scope, ...] | None, entity: str, action: str) -> bool:
    """Tell whether one of the scopes covers an action on an entity; None covers everything."""
    if scopes is None:
        return True
    named = ("*", action, ANY_TRANSITION) if is_transition(action) else ("*", action)
    return any(s.entity in ("*", entity) and s.action in named for s in scopes)


def names_action(names: Collection[str], action: str) -> bool:
    """Tell whether a list of actions names one: by its name, with all transitions, or with everything.

    Everything is what is done with records; to administer is none of it.
    """
    everything = "*" in names and action != ADMINISTER
    return action in names or everything or (is_transition(action) and ANY_TRANSITION in names)


def is_transition(action: str) -> bool:
    """Tell whether an action is a step of a workflow: ``transition:<name>``."""
    return action.startswith("transition:")
