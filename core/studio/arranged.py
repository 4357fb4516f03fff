"""Views as they stand for somebody who arranges them: without what they cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import BadRequest
from core.metadata.catalog import Catalog
from core.metadata.generated import generated_view
from core.metadata.layers import mapping, texts
from core.metadata.specs import EntitySpec, Label, SectionSpec, ViewSpec
from core.studio.arrangement import Reads, ReadsText
from core.views import form_sections, is_listable

KINDS = ("list", "form", "kanban")
"""Kinds of views whose layout can be changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangedSection:
    """A section with the names of what is shown in it."""

    name: str
    label: Label
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrangedFilter:
    """A ready-made filter, offered or not."""

    name: str
    label: Label
    hidden: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Arranged:
    """A view as somebody arranges it: without what they cannot read. ``others`` are fields that could stand in it."""

    name: str
    kind: str
    label: Label
    sort: tuple[str, ...]
    sections: tuple[ArrangedSection, ...]
    others: tuple[str, ...]
    filters: tuple[ArrangedFilter, ...]


def arranged(catalog: Catalog, view: ViewSpec, reads: Reads, reads_text: ReadsText) -> Arranged:
    """Return a view as somebody arranges it."""
    entity = catalog.entity(view.entity)
    sections = tuple(
        ArrangedSection(
            name=section.name,
            label=section.label,
            items=tuple(i.name for i in section.items if not i.hidden and reads(i.name)),
        )
        for section in shown(catalog, view)
    )
    placed = {name for section in sections for name in section.items}
    able = (field for field in entity.fields.values() if view.kind == "form" or is_listable(field))
    label = view.options.get("label")
    return Arranged(
        name=view.name,
        kind=view.kind,
        label=label if isinstance(label, str) else {k: str(v) for k, v in mapping(label).items()},
        sort=tuple(n for n in texts(view.options.get("sort")) if reads(n.removeprefix("-"))),
        sections=sections,
        others=tuple(f.name for f in able if f.name not in placed and not f.system and reads(f.name)),
        filters=tuple(_arranged_filters(view, reads_text)),
    )


def _arranged_filters(view: ViewSpec, reads_text: ReadsText) -> Iterator[ArrangedFilter]:
    for name, one in mapping(view.options.get("filters")).items():
        body = mapping(one)
        if reads_text(str(body.get("where") or "")):
            label = body.get("label")
            texts_of = {k: str(v) for k, v in mapping(label).items()}
            told = label if isinstance(label, str) else texts_of
            yield ArrangedFilter(name=name, label=told or name, hidden=body.get("hidden") is True)


def present_view(catalog: Catalog, entity: EntitySpec, kind: str) -> ViewSpec:
    """Return a view as it stands; one that nobody wrote is generated."""
    found = (catalog.view(entity.name, kind) or generated_view(entity, kind)) if kind in KINDS else None
    if found is None:
        raise BadRequest(
            "{entity} has no view {name}. There are: {known}.",
            code="unknown_view",
            entity=entity.name,
            name=kind[:80],
            known=KINDS,
        )
    return found


def shown(catalog: Catalog, view: ViewSpec) -> tuple[SectionSpec, ...]:
    """Return the sections of a view with what is shown in them; a form shows also what nobody has placed."""
    if view.kind != "form":
        return view.sections
    entity = catalog.entity(view.entity)
    found = {
        s.name: SectionSpec(name=s.name, label=s.label, items=s.items, tab=s.tab)
        for s in form_sections(catalog, entity, entity.fields)
    }
    return (*found.values(), *(s for s in view.sections if s.name not in found))
