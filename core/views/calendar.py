"""The calendar a reader gets: where entries begin and end, and what colours them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from core.metadata.catalog import Catalog
from core.metadata.collection_checks import MOMENTS
from core.metadata.layers import text
from core.metadata.specs import EntitySpec, FieldSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarView:
    """A calendar as the reader may see it; what has no ``start`` stands at its ``fallback``, where there is one.

    ``all_day`` is the name of a field, empty where there is none.
    """

    start: FieldSpec
    end: FieldSpec | None = None
    fallback: FieldSpec | None = None
    all_day: str = ""
    hue: FieldSpec | None = None

    @property
    def timed(self) -> bool:
        """True where entries have a time of day."""
        return self.start.type == "datetime"


def calendar_view(catalog: Catalog, entity: EntitySpec, readable: Container[str]) -> CalendarView | None:
    """Return the calendar of an entity for a reader of these fields, None where nobody wrote one or they have none."""
    view = catalog.view(entity.name, "calendar")
    if view is None:
        return None
    named = {
        key: entity.fields[name]
        for key in ("start", "end", "fallback", "all_day", "hue_by")
        if (name := text(view.options.get(key))) in readable and entity.has(name)
    }
    start, all_day = named.get("start"), named.get("all_day")
    if start is None or start.type not in MOMENTS:
        return None
    like = {key: field for key, field in named.items() if field.type == start.type}
    return CalendarView(
        start=start,
        end=like.get("end"),
        fallback=like.get("fallback"),
        all_day=all_day.name if all_day is not None and all_day.type == "boolean" else "",
        hue=named.get("hue_by"),
    )
