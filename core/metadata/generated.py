"""The view of an entity until someone writes one, with stable names, so that patches hold against it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.metadata.layout import MORE
from core.metadata.relations import UNSTORED
from core.metadata.specs import EntitySpec, ItemSpec, Json, SectionSpec, ViewSpec
from core.metadata.view_merge import CARD, COLUMNS

MAIN = "main"
LIST_COLUMNS = 6
CARD_FIELDS = 4
KANBAN = "kanban"
CHART = "chart"


def generated_view(entity: EntitySpec, kind: str) -> ViewSpec | None:
    """Return the generated view: of a form the section ``main`` with the entity's own fields, ``more`` with the others.

    A kanban and a chart are generated for an entity with a choice: its values are the columns, or the bars.
    """
    sections: tuple[SectionSpec, ...]
    options: Mapping[str, Json] = {}
    if kind == "list":
        sections = (SectionSpec(name=COLUMNS, label="", items=_columns(entity)),)
    elif kind == "form":
        sections = _sections(entity)
    elif kind == CHART and (group_by := column_field(entity)):
        sections, options = (), {"group_by": group_by}
    elif kind == KANBAN and (group_by := column_field(entity)):
        sections = (SectionSpec(name=CARD, label="", items=_card(entity, group_by)),)
        options = {"group_by": group_by, "sums": _amounts(entity)}
    else:
        return None
    return ViewSpec(
        name=f"{entity.name}.{kind}",
        entity=entity.name,
        kind=kind,
        sections=sections,
        options=MappingProxyType(dict(options)),
        owner=entity.owner,
        place=entity.place,
    )


def column_field(entity: EntitySpec) -> str:
    """Return the field whose choices are the columns where nobody said which; empty where there is none."""
    return next((f.name for f in entity.fields.values() if f.type == "choice" and not f.derived), "")


def _card(entity: EntitySpec, group_by: str) -> tuple[ItemSpec, ...]:
    shown = [i for i in _columns(entity) if i.name not in (entity.title, group_by)]
    return tuple(shown[:CARD_FIELDS])


def _amounts(entity: EntitySpec) -> tuple[str, ...]:
    return tuple(f.name for f in entity.fields.values() if f.type == "money")[:1]


def _columns(entity: EntitySpec) -> tuple[ItemSpec, ...]:
    own = [
        f.name
        for f in entity.fields.values()
        if not f.system
        and f.type not in UNSTORED
        and f.type not in ("long_text", "rich_text")
        and f.name != entity.title
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
