"""The fields by which one may filter, and what a form needs to ask for the value of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.fields import FieldTypes
from core.metadata.specs import EntitySpec, FieldSpec, Label
from core.views import ListView
from core.web.chips import operators
from core.web.visit import Visit


@dataclass(frozen=True, kw_only=True, slots=True)
class FilterField:
    """A field by which one may filter, with what a form needs to ask for its value."""

    name: str
    label: Label
    operators: tuple[str, ...]
    type: str
    choices: tuple[tuple[str, str], ...]
    target: str


def filterable(present: Visit, entity: EntitySpec, view: ListView) -> Iterator[FieldSpec]:
    """Yield the fields by which this reader may filter."""
    types = present.site.get(FieldTypes)
    for spec in (entity.fields[name] for name in view.choices):
        if types.get(spec.type).filterable and not (spec.system and spec.name in ("id", "version")):
            yield spec


def filter_fields(present: Visit, entity: EntitySpec, view: ListView) -> Iterator[FilterField]:
    """Yield the same fields, each with what its form asks for."""
    return (filter_field(present, spec) for spec in filterable(present, entity, view))


def filter_field(present: Visit, spec: FieldSpec) -> FilterField:
    """Return what the form of a field asks for."""
    return FilterField(
        name=spec.name,
        label=spec.label,
        operators=operators(spec),
        type=spec.type,
        choices=tuple((c.name, present.style.label(c.label)) for c in spec.choices),
        target=str(spec.option("to") or ""),
    )
