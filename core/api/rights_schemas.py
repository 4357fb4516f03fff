"""The schemas of openapi.json about roles, restrictions, and what a change does to rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api.routes import OBJECT, TEXT, Schema, object_of, ref

_OR_TEXT: Schema = {"type": ["string", "null"]}
_TEXTS: Schema = {"type": "array", "items": TEXT}
_FLAG: Schema = {"type": "boolean"}
_LABELS: Schema = {"type": "object", "additionalProperties": TEXT}
_LABEL: Schema = {"anyOf": [TEXT, _LABELS]}
_REACH: Schema = {
    "anyOf": [
        {"type": "null"},
        object_of(("reach", "where"), reach={"type": "string", "enum": ["all", "some"]}, where=_OR_TEXT),
    ]
}
_DIFFERENCE: Mapping[str, Any] = {
    "modules": {**_TEXTS, "description": "The modules that come, go or change with it."},
    "total": {"type": "integer", "description": "How many cells of the matrix differ."},
    "wider": {"type": "integer", "description": "How many of them may let somebody do more."},
    "plan": {**TEXT, "description": "What tells this plan from others, to be sent with the change."},
    "items": {"type": "array", "items": ref("RightsChange")},
    "next": {"type": ["integer", "null"], "description": "The offset of the rows that follow."},
}
_COMMON: Mapping[str, Any] = {
    "name": TEXT,
    "label": TEXT,
    "owner": {**TEXT, "description": "The module that it comes from, or site."},
    "said": {**OBJECT, "description": "What the site says of it, which is what can be changed."},
}
_GRANT_FIELDS: Schema = object_of(
    (),
    read=_TEXTS,
    edit=_TEXTS,
    masked={**_LABELS, "description": "Fields that are hidden where their expression holds."},
)
_GRANT: Mapping[str, Any] = {
    "entity": TEXT,
    "actions": _TEXTS,
    "scope": {"type": "string", "enum": ["own", "team", "team_below", "all"]},
    "when": TEXT,
    "fields": _GRANT_FIELDS,
}
_SAID_OF_ROLE: Mapping[str, Any] = {
    "label": _LABEL,
    "grants": {"type": "array", "items": ref("GrantSaid")},
    "implies": _TEXTS,
}
_SAID_OF_RESTRICTION: Mapping[str, Any] = {
    "label": _LABEL,
    "entity": TEXT,
    "when": {**TEXT, "description": "Only records for which this expression holds are left."},
    "actions": {**_TEXTS, "description": "What it is about; nothing means all of it."},
    "except": {**_TEXTS, "description": "Roles whose holders it does not bind."},
    "disabled": {**_FLAG, "description": "Out of force."},
}

RIGHTS: Mapping[str, Schema] = {
    "RightsDifference": object_of((*_DIFFERENCE,), **_DIFFERENCE),
    "ModulePlan": object_of(
        ("module", "act", *_DIFFERENCE),
        module=TEXT,
        act={"type": "string", "enum": ["install", "enable", "disable", "refresh"]},
        **_DIFFERENCE,
    ),
    "RightsChange": object_of(
        ("role", "entity", "action", "field", "kind", "wider", "before", "after"),
        role=TEXT,
        entity=TEXT,
        action=TEXT,
        field={**_OR_TEXT, "description": "Null where it is about the record."},
        kind={"type": "string", "enum": ["added", "widened", "changed", "narrowed", "removed"]},
        wider={**_FLAG, "description": "It may let somebody do more."},
        before=_REACH,
        after=_REACH,
    ),
    "GrantSaid": object_of(("entity", "actions"), **_GRANT),
    "Grant": object_of((*_GRANT, "owner"), **_GRANT, owner=TEXT),
    "Role": object_of(
        (*_COMMON, "administrator", "grants", "implies"),
        **_COMMON,
        administrator=_FLAG,
        grants={"type": "array", "items": ref("Grant")},
        implies=_TEXTS,
    ),
    "RoleSaid": object_of((), **_SAID_OF_ROLE),
    "NewRole": object_of(("name",), name=TEXT, **_SAID_OF_ROLE),
    "Restriction": object_of(
        (*_COMMON, "entity", "when", "actions", "except", "in_force"),
        **_COMMON,
        entity=TEXT,
        when=TEXT,
        actions=_TEXTS,
        **{"except": _TEXTS},
        in_force=_FLAG,
    ),
    "RestrictionSaid": object_of((), **_SAID_OF_RESTRICTION),
    "NewRestriction": object_of(("name", "entity", "when"), name=TEXT, **_SAID_OF_RESTRICTION),
    "DefinitionChange": object_of(
        ("name", "at", "actor", "actor_name", "reason", "before", "after"),
        name=TEXT,
        at={"type": "string", "format": "date-time"},
        actor={"type": ["integer", "null"]},
        actor_name=TEXT,
        reason=TEXT,
        before={"type": ["object", "null"], "description": "What the site said; null where it said nothing."},
        after={
            "type": ["object", "null"],
            "description": "What it says since; null where it was taken away.",
        },
    ),
}
