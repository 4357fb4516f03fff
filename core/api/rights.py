"""What a caller may know of the definitions: entities on which they have some right, fields that they may read."""

from __future__ import annotations

from core.access import RECORD_ACTIONS, Access
from core.api.call import Call
from core.metadata.actions import ADMINISTER
from core.metadata.catalog import unknown_entity
from core.metadata.specs import EntitySpec


def knows(call: Call, entity: str) -> bool:
    """Tell whether the caller has any right on the entity, whatever their API key is made for."""
    return call.site.get(Access).knows(call.actor, entity, call.catalog)


def known_entity(call: Call, name: str) -> EntitySpec:
    """Return an entity that the caller may know of; any other is as unknown as one that does not exist."""
    spec = call.catalog.entity(name)
    if not knows(call, name):
        raise unknown_entity(name)
    return spec


def actions_of(call: Call, entity: str) -> list[str]:
    """Return what the caller may do with some records of the entity, and whether they arrange it."""
    access = call.site.get(Access)
    found = [action for action in RECORD_ACTIONS if access.may(call.actor, entity, action, call.catalog)]
    return [*found, ADMINISTER] if access.administers(call.actor, entity, call.catalog) else found
