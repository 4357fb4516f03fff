"""The view of an entity until someone writes one, with stable names, so that patches hold against it."""

from __future__ import annotations

from types import MappingProxyType

from core.metadata.layout import MORE
from core.metadata.relations import UNSTORED
from core.metadata.specs import EntitySpec, ItemSpec, SectionSpec, ViewSpec
from core.metadata.view_merge import COLUMNS

MAIN = "main"
LIST_COLUMNS = 6


def generated_view(entity: EntitySpec, kind: str) -> ViewSpec | None:
    """Return the generated list or form: section ``main`` with the entity's own fields, ``more`` with the others."""
    sections: tuple[SectionSpec, ...]
    if kind == "list":
        sections = (SectionSpec(name=COLUMNS, label="", items=_columns(entity)),)
    elif kind == "form":
        sections = _sections(entity)
    else:
        return None
    return ViewSpec(
        name=f"{entity.name}.{kind}",
        entity=entity.name,
        kind=kind,
        sections=sections,
        options=MappingProxyType({}),
        owner=entity.owner,
        place=entity.place,
    )


def _columns(entity: EntitySpec) -> tuple[ItemSpec, ...]:
    own = [
        f.name
        for f in entity.fields.values()
        if not f.system and f.type not in UNSTORED and f.type != "long_text" and f.name != entity.title
    ]
    title = [entity.title] if entity.title in entity.fields else []
    return tuple(ItemSpec(name=name, owner=entity.owner) for name in [*title, *own][:LIST_COLUMNS])


def _sections(entity: EntitySpec) -> tuple[SectionSpec, ...]:
    fields = [f for f in entity.fields.values() if not f.system]
    main = tuple(ItemSpec(name=f.name, owner=f.owner) for f in fields if f.owner == entity.owner)
    more = tuple(ItemSpec(name=f.name, owner=f.owner) for f in fields if f.owner != entity.owner)
    sections = [SectionSpec(name=MAIN, label="Details", items=main)]
    if more:
        sections.append(SectionSpec(name=MORE, label="More", items=more))
    return tuple(sections)
