"""What a caller may know of the definitions: entities on which they have some right, fields that they may read."""

from __future__ import annotations

from core.access import Access
from core.api.call import Call
from core.errors import NotFound
from core.metadata.specs import EntitySpec

ACTIONS = ("create", "read", "update", "delete", "import", "export")


def knows(call: Call, entity: str) -> bool:
    """Tell whether the caller has any right on the entity, whatever their API key is made for."""
    access = call.site.get(Access)
    if access.is_administrator(call.actor, call.catalog):
        return True
    rights = access.rights(call.actor, call.catalog)
    return rights.everything or any(rights.branches(entity, action) for action in ACTIONS)


def known_entity(call: Call, name: str) -> EntitySpec:
    """Return an entity that the caller may know of; any other is as unknown as one that does not exist."""
    spec = call.catalog.entity(name)
    if not knows(call, name):
        raise NotFound("There is no entity {name}.", code="unknown_entity", name=name)
    return spec


def actions_of(call: Call, entity: str) -> list[str]:
    """Return what the caller may do with some records of the entity."""
    access = call.site.get(Access)
    return [action for action in ACTIONS if access.may(call.actor, entity, action, call.catalog)]
