"""What modules tell in the timeline of a record; a module that fails is left out and logged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from core.hooks import Plugins
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.timeline import TimelineEvent, TimelineKind
from core.timeline.feed import Events
from core.web.looking import looking
from core.web.operation_page import asking_of
from core.web.visit import Visit

KINDS = "timeline_kinds"
EVENTS = "timeline_events"


def kinds_of_modules(site: Site, entity: EntitySpec) -> list[TimelineKind]:
    """Return the kinds of things that modules tell of records of an entity."""
    found: list[TimelineKind] = []
    site.get(Plugins).ask_each(KINDS, found.append, entity=entity)
    return found


def events_of_modules(site: Site, present: Visit, entity: EntitySpec, number: int) -> Events | None:
    """Return what asks modules for events of a record; None where no module has any."""
    plugins = site.get(Plugins)
    if not plugins.answered(EVENTS):
        return None

    def ask(kind: str, before: datetime | None, limit: int) -> Iterable[TimelineEvent]:
        found: list[TimelineEvent] = []
        with looking(site, present) as uow:
            plugins.ask_each(
                EVENTS,
                found.append,
                entity=entity,
                record_id=number,
                asking=asking_of(site, present, uow),
                kind=kind,
                before=before,
                limit=limit,
            )
        found = [
            one for one in found if (not kind or one.kind == kind) and (before is None or one.at < before)
        ]
        return islice(sorted(found, key=lambda one: one.at, reverse=True), limit)

    return ask
