"""Panels of modules on the form of a record, rendered one by one: what fails is left out and logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from core.contributions import Panel
from core.contributions.panels import PLACES
from core.hooks import Plugins
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.web.looking import looking
from core.web.operation_page import asking_of
from core.web.pages import Pages
from core.web.visit import Visit

HOOK = "record_panels"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A panel as the form's template gets it."""

    id: str
    title: str
    html: Markup
    count: int | None


def record_panels(
    site: Site, present: Visit, entity: EntitySpec, record: Mapping[str, Any]
) -> dict[str, list[Shown]]:
    """Return the panels of a record by place; of a new one, and without a module that has any, nothing is asked."""
    plugins = site.get(Plugins)
    found: dict[str, list[Shown]] = {place: [] for place in PLACES}
    if not record or not plugins.answered(HOOK):
        return found
    made: list[tuple[int, str, str, Shown]] = []

    def show(panel: Panel) -> None:
        html = site.get(Pages).panel(panel, present)
        shown = Shown(
            id=panel.name.replace(".", "-"),
            title=present.style.label(panel.title),
            html=html,
            count=panel.count,
        )
        made.append((panel.weight, panel.name, panel.place, shown))

    with looking(site, present) as uow:
        asking = asking_of(site, present, uow)
        plugins.ask_each(HOOK, show, entity=entity, record=record, asking=asking)
    for _, _, place, shown in sorted(made, key=lambda one: one[:2]):
        found[place].append(shown)
    return found
