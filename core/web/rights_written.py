"""What roles and restrictions say, in a line each, as their history tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from core.access.explain_words import ACTIONS
from core.i18n import Style
from core.metadata.catalog import Catalog
from core.metadata.documents import canonical
from core.metadata.layers import items, mapping, text, texts
from core.metadata.role_merge import label_of
from core.metadata.specs import Json
from core.web.explain_page import SCOPES as SCOPE_WORDS
from core.web.texts import N_

Teller: TypeAlias = Callable[[Style, Catalog, Json], str]


def _told_grants(style: Style, catalog: Catalog, value: Json) -> str:
    return style.joined(tuple(_told_grant(style, catalog, mapping(grant)) for grant in items(value)))


def _told_grant(style: Style, catalog: Catalog, grant: Mapping[str, Json]) -> str:
    """Return a grant as it was written, in a line."""
    entity = catalog.entities.get(text(grant.get("entity")))
    name = style.label(entity.label) if entity is not None else text(grant.get("entity"))
    words = told_actions(style, texts(grant.get("actions")))
    scope, when = SCOPE_WORDS[text(grant.get("scope"), "all")], text(grant.get("when"))
    told = f"{name}: {words} ({style._(scope)}{', ' + when if when else ''})"
    fields = mapping(grant.get("fields"))
    return f"{told} {canonical(fields)}" if fields else told


def _told_roles(style: Style, catalog: Catalog, value: Json) -> str:
    roles = catalog.roles
    return style.joined(tuple(style.label(roles[n].label) if n in roles else n for n in texts(value)))


def _told_label(style: Style, _catalog: Catalog, value: Json) -> str:
    return style.label(label_of(value, ""))


OF_ROLES: Mapping[str, tuple[str, Teller]] = {
    "label": (N_("Label"), _told_label),
    "grants": (N_("What it allows"), _told_grants),
    "implies": (N_("Roles that come with it"), _told_roles),
}
"""What the history of a role tells."""


def _told_entity(style: Style, catalog: Catalog, value: Json) -> str:
    entity = catalog.entities.get(text(value))
    return style.label(entity.label) if entity is not None else text(value)


def told_actions(style: Style, names: Iterable[str]) -> str:
    """Return actions in words, as far as there are words for them."""
    return style.joined(tuple(style._(ACTIONS[one].message) if one in ACTIONS else one for one in names))


OF_RESTRICTIONS: Mapping[str, tuple[str, Teller]] = {
    "label": (N_("Label"), _told_label),
    "entity": (N_("Kind of record"), _told_entity),
    "when": (N_("Only where"), lambda _style, _catalog, value: text(value)),
    "actions": (N_("What"), lambda style, _catalog, value: told_actions(style, texts(value))),
    "except": (N_("Does not bind"), _told_roles),
    "disabled": (
        N_("Out of force"),
        lambda style, _catalog, value: style._("Yes") if value else style._("No"),
    ),
}
"""What the history of a restriction tells."""
