"""The chart a reader gets: what its bars stand for and what they measure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from core.metadata.catalog import Catalog
from core.metadata.collection_checks import GROUPS, MEASURE
from core.metadata.generated import column_field
from core.metadata.layers import text
from core.metadata.specs import NOTHING, EntitySpec, FieldSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartView:
    """A chart as the reader may see it; ``by`` says to what days are gathered."""

    group: FieldSpec
    measure: str = "count()"
    by: str = "month"
    look: str = "bar"

    @property
    def function(self) -> str:
        """What is made of the values behind a bar: count, sum, avg, min or max."""
        return self.measure.partition("(")[0]

    @property
    def measured(self) -> str:
        """The field that is measured, empty where records are counted."""
        match = MEASURE.fullmatch(self.measure)
        return (match[2] or "") if match else ""


def chart_view(catalog: Catalog, entity: EntitySpec, readable: Container[str]) -> ChartView | None:
    """Return the chart of an entity for a reader of these fields, None where there is none or they have none.

    Where nobody wrote one, the records are counted by their first choice.
    """
    view = catalog.view(entity.name, "chart")
    options = view.options if view is not None else NOTHING
    name = text(options.get("group_by")) or column_field(entity)
    if name not in readable or not entity.has(name) or entity.fields[name].type not in GROUPS:
        return None
    found = ChartView(
        group=entity.fields[name],
        measure=text(options.get("measure")) or "count()",
        by=text(options.get("by")) or "month",
        look=text(options.get("chart")) or "bar",
    )
    return found if not found.measured or found.measured in readable else None
