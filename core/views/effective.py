"""The views a reader gets: written or generated, new fields included, unreadable ones left out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.metadata.catalog import Catalog
from core.metadata.generated import MAIN, generated_view
from core.metadata.layers import mapping
from core.metadata.layout import MORE
from core.metadata.specs import EntitySpec, FieldSpec, ItemSpec, Json, Label, ViewSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedFilter:
    """A filter of a list that the view offers by name."""

    name: str
    label: Label
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ListView:
    """The columns of a list as the reader may see them, all that could be chosen, and its ways to look.

    ``known`` are the fields that the reader may name at all. ``totals`` says which columns are measured, and how.
    """

    columns: tuple[str, ...]
    choices: tuple[str, ...]
    sort: tuple[str, ...]
    filters: tuple[NamedFilter, ...]
    known: frozenset[str]
    totals: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True, slots=True)
class FormSection:
    """A titled group of a form with the items that the reader may see."""

    name: str
    label: Label
    items: tuple[ItemSpec, ...]
    tab: Label = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pointing:
    """Records that point to the one on a form, by a reference of theirs; ``name`` is ``entity.field``."""

    entity: str
    field: str

    @property
    def name(self) -> str:
        """How it is written in views."""
        return f"{self.entity}.{self.field}"


def pointing(catalog: Catalog, entity: EntitySpec, option: str) -> tuple[Pointing, ...]:
    """Return what the form of an entity counts (``counts``) or shows as tabs (``related``)."""
    view = _view(catalog, entity, "form")
    names = view.options.get(option)
    found = []
    for name in names if isinstance(names, Mapping) else ():
        other, _, field = name.rpartition(".")
        if other in catalog.entities and field in catalog.entities[other].fields:
            found.append(Pointing(entity=other, field=field))
    return tuple(found)


def list_view(catalog: Catalog, entity: EntitySpec, readable: Container[str]) -> ListView:
    """Return the list of an entity for a reader of these fields."""
    view = _view(catalog, entity, "list")
    placed = [item.name for section in view.sections for item in section.items if not item.hidden]
    columns = tuple(name for name in placed if name in entity.fields and name in readable)
    choices = tuple(f.name for f in entity.fields.values() if f.name in readable and is_listable(f))
    return ListView(
        columns=columns or choices[:1],
        choices=choices,
        sort=tuple(n for n in _names(view.options.get("sort")) if n.removeprefix("-") in readable),
        filters=tuple(_filters(view.options.get("filters"))),
        known=frozenset(name for name in entity.fields if name in readable),
        totals=MappingProxyType(
            {n: str(f) for n, f in mapping(view.options.get("totals")).items() if n in readable}
        ),
    )


def form_sections(catalog: Catalog, entity: EntitySpec, readable: Container[str]) -> tuple[FormSection, ...]:
    """Return the sections of a form; fields that no section places come in the section ``more``."""
    view = _view(catalog, entity, "form")
    seen: set[str] = set()
    sections = []
    for section in view.sections:
        items = tuple(
            i for i in section.items if i.name in entity.fields and i.name in readable and not i.hidden
        )
        seen.update(i.name for i in section.items)
        if items:
            sections.append(FormSection(name=section.name, label=section.label, items=items, tab=section.tab))
    rest = tuple(
        ItemSpec(name=f.name)
        for f in entity.fields.values()
        if f.name not in seen and f.name in readable and not f.system
    )
    if not rest:
        return tuple(sections)
    more = next((s for s in sections if s.name == MORE), None)
    kept = [s for s in sections if s is not more]
    items = (*(more.items if more else ()), *rest)
    name, label = (MAIN, "Details") if not sections else (MORE, more.label if more else "More")
    tab = more.tab if more else kept[-1].tab if kept else ""
    return (*kept, FormSection(name=name, label=label, items=items, tab=tab))


def _view(catalog: Catalog, entity: EntitySpec, kind: str) -> ViewSpec:
    view = catalog.view(entity.name, kind) or generated_view(entity, kind)
    assert view is not None  # lists and forms can always be generated
    return view


def is_listable(field: FieldSpec) -> bool:
    """Tell whether a field can be a column."""
    return field.type not in ("list", "long_text", "rich_text") and field.name != "deleted_at"


def _names(value: Json) -> tuple[str, ...]:
    return tuple(str(name) for name in value) if isinstance(value, (list, tuple)) else ()


def _filters(value: Json) -> Iterable[NamedFilter]:
    if isinstance(value, Mapping):
        for name, body in value.items():
            if isinstance(body, Mapping) and body.get("hidden") is not True:
                label = body.get("label")
                yield NamedFilter(
                    name=name,
                    where=str(body.get("where") or ""),
                    label=_label(label, name),
                )


def _label(value: Json, name: str) -> Label:
    """Return a label as it was written: a text, or texts by language."""
    if isinstance(value, str):
        return value
    texts = (
        {code: text for code, text in value.items() if isinstance(text, str)}
        if isinstance(value, Mapping)
        else {}
    )
    return texts or name
