"""What the pages of an entity's definitions tell beside: which views can be arranged, and who changed what and why."""

from __future__ import annotations

from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.storage import Database
from core.studio import Told
from core.studio.arranged import KINDS
from core.web.history_page import Line
from core.web.texts import N_
from core.web.visit import Visit

TITLES = {"list": N_("List"), "form": N_("Form"), "kanban": N_("Cards of the board")}
CHANGED = N_("changed")


def arranged_kinds(catalog: Catalog, entity: EntitySpec) -> list[str]:
    """Return the kinds of views that can be arranged and that the entity has."""
    board = catalog.view(entity.name, "kanban") is not None
    return [kind for kind in KINDS if kind != "kanban" or board]


def told_history(present: Visit, entries: tuple[Told, ...]) -> list[Line]:
    """Return who changed what of the definitions of an entity, as pages show it."""
    style, now = present.style, present.site.get(Database).now()
    lines = []
    for one in entries:
        part = style.joined(one.fields) if one.fields else style._(TITLES[one.view]) if one.view else ""
        lines.append(
            Line(
                who=one.change.actor_name or style._("The system"),
                what=style._(CHANGED),
                part=part,
                icon="edit",
                hue="blue",
                at=one.change.at,
                when=style.relative(one.change.at, now),
                moment=style.datetime(one.change.at),
                reason=one.change.reason,
                moves=(),
            )
        )
    return lines
