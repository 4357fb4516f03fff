"""Kinds of collections: lists, boards and others show the same records, each at its own address."""

from __future__ import annotations

from flask import current_app

from core.metadata.catalog import Catalog
from core.metadata.generated import generated_view
from core.metadata.specs import EntitySpec, ViewSpec
from core.web.addresses import address
from core.web.texts import N_

KINDS = {
    "list": ("web.record_list", N_("List"), "list"),
    "kanban": ("web.record_kanban", N_("Board"), "layout-kanban"),
    "calendar": ("web.record_calendar", N_("Calendar"), "calendar"),
    "chart": ("web.record_chart", N_("Chart"), "chart-bar"),
}
"""Kinds of collections in the order of the switcher: the route that shows them, their name, their icon."""


def collection_url(kind: str, entity: str) -> str:
    """Return the address of a collection; an unknown kind leads to the list."""
    endpoint = KINDS[kind][0] if kind in KINDS and KINDS[kind][0] in current_app.view_functions else ""
    return address(endpoint or "web.record_list", entity=entity)


def collection_view(catalog: Catalog, entity: EntitySpec, kind: str) -> ViewSpec | None:
    """Return the view of a kind: the written one, else a generated one where that makes sense."""
    return catalog.view(entity.name, kind) or generated_view(entity, kind)
