"""The kanban a reader gets: which field its columns come from, what its cards show, what their heads add up."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from core.metadata.catalog import Catalog
from core.metadata.generated import KANBAN, generated_view
from core.metadata.kanban_checks import COLUMN_TYPES, among_pair
from core.metadata.layers import text, texts
from core.metadata.specs import NOTHING, EntitySpec, FieldSpec
from core.metadata.workflow_specs import WorkflowSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Among:
    """Columns are the records whose field ``there`` is what the field ``here`` of the cards is."""

    there: str
    here: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KanbanView:
    """A kanban as the reader may see it; what they may not read is on no card, in no sum and no form.

    ``fold`` are values of the field itself, or of the field ``hue_by`` of the records that are its columns.
    ``workflow`` is the one whose states are the columns; ``order`` the field by which records stand as columns.
    """

    group: FieldSpec
    card: tuple[str, ...]
    sums: tuple[str, ...]
    quick_create: tuple[str, ...]
    fold: tuple[str, ...]
    sort: tuple[str, ...]
    hue_by: str = ""
    order: str = ""
    among: Among | None = None
    workflow: WorkflowSpec | None = None


def kanban_view(catalog: Catalog, entity: EntitySpec, readable: Container[str]) -> KanbanView | None:
    """Return the kanban of an entity for a reader of these fields, None where they have none.

    There is none without a field to make columns of, nor for those who may not read that field. What nobody wrote
    follows from the workflow of the entity, where there is one.
    """
    flows = catalog.workflows_of(entity.name)
    written = catalog.view(entity.name, KANBAN)
    view = written or generated_view(entity, KANBAN)
    options = view.options if view is not None else NOTHING
    named = text(options.get("group_by"))
    group = entity.fields.get(flows[0].field if flows and written is None else named)
    if group is None or group.type not in COLUMN_TYPES or group.name not in readable:
        return None
    flow = catalog.workflow_of(entity.name, group.name)
    placed = [i.name for section in view.sections for i in section.items if not i.hidden] if view else []
    target = catalog.entities.get(str(group.option("to"))) if group.type == "reference" else None
    hue_by = text(options.get("hue_by")) or (flow.kind if flow else "")
    return KanbanView(
        group=group,
        card=_seen(placed, entity, readable, without=(entity.title, group.name)),
        sums=_seen(texts(options.get("sums")), entity, readable),
        quick_create=_seen(
            texts(options.get("quick_create")) or _needed(entity), entity, readable, without=(group.name,)
        ),
        fold=texts(options.get("fold")),
        sort=tuple(n for n in texts(options.get("sort")) if n.removeprefix("-") in readable),
        hue_by=hue_by if target is not None and target.has(hue_by) else "",
        order=flow.order if flow else "",
        among=_among(text(options.get("among")) or (flow.among if flow else ""), target, readable),
        workflow=flow,
    )


def _among(written: str, target: EntitySpec | None, readable: Container[str]) -> Among | None:
    """Return what narrows the columns; where the site makes other columns of the cards, it means nothing."""
    pair = among_pair(written)
    if pair is None or target is None or not target.has(pair[0]) or pair[1] not in readable:
        return None
    return Among(there=pair[0], here=pair[1])


def _needed(entity: EntitySpec) -> tuple[str, ...]:
    """Return what a new record cannot do without: its title and what is required, where people type it."""
    typed = (f for f in entity.fields.values() if not f.derived and not f.system and not f.read_only)
    return tuple(f.name for f in typed if f.name == entity.title or (f.required and f.default is None))


def _seen(
    names: Iterable[str],
    entity: EntitySpec,
    readable: Container[str],
    without: tuple[str, ...] = (),
) -> tuple[str, ...]:
    return tuple(n for n in names if n in entity.fields and n in readable and n not in without)
