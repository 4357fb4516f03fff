"""Records that point to the one on a form: how many there are, and the first of them on a tab."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from core.access import Access
from core.fields import FieldTypes
from core.metadata.specs import EntitySpec
from core.records.page import Page
from core.records.query import Query
from core.records.reading import Reading
from core.views import Pointing, list_view, pointing
from core.web.addresses import address
from core.web.chips import Chip
from core.web.collections import collection_url
from core.web.fields import FieldView, FieldViews
from core.web.form_open import OpenForm
from core.web.list_query import ListState
from core.web.looking import looking

ROWS = 10
COLUMNS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Records that point here: their number, the list of them all, and the first rows where they stand on a tab."""

    id: str
    label: str
    icon: str
    entity: str
    total: int
    url: str
    new: str = ""
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[FieldView, ...]], ...] = field(default_factory=tuple)


def related(form: OpenForm, option: str) -> list[Related]:
    """Return what the form's view counts (``counts``) or shows on tabs (``related``), within the reader's rights."""
    if not form.number or form.trashed:
        return []
    found = pointing(form.present.catalog, form.entity, option)
    several = {p.entity for p in found if sum(p.entity == q.entity for q in found) > 1}
    return [
        _related(form, one, rows=ROWS if option == "related" else 0, told=one.entity in several)
        for one in found
        if _readable(form, one)
    ]


def _readable(form: OpenForm, one: Pointing) -> bool:
    access, actor, catalog = form.site.get(Access), form.present.actor, form.present.catalog
    if not access.may(actor, one.entity, "read", catalog):
        return False
    return one.field in access.fields(actor, one.entity, catalog).readable


def _related(form: OpenForm, one: Pointing, *, rows: int, told: bool) -> Related:
    catalog, actor, style = form.present.catalog, form.present.actor, form.present.style
    entity = catalog.entity(one.entity)
    columns, sort = _shown(form, entity, one) if rows else ([], ())
    query = Query(
        fields=tuple(dict.fromkeys(("id", *columns))),
        filter=_condition(form, entity, one),
        sort=sort,
        limit=rows or 1,
        count=True,
    )
    with looking(form.site, form.present) as uow:
        page = form.site.get(Reading).find(actor, entity.name, query, catalog=catalog, uow=uow)
    views = FieldViews(form.site.get(FieldTypes), style, form.site.settings.currency)
    label = style.label(entity.plural or entity.label)
    return Related(
        id=one.name.replace(".", "-"),
        label=f"{label}: {style.label(entity.fields[one.field].label)}" if told else label,
        icon=entity.icon,
        entity=entity.name,
        total=page.total or 0,
        url=_where(form, entity, one, page, straight=not rows),
        new=_new(form, entity, one),
        headings=tuple(style.label(entity.fields[name].label) for name in columns),
        rows=tuple(
            (int(str(item["id"])), _cells(views, entity, columns, item)) for item in page.items if rows
        ),
    )


def _shown(form: OpenForm, entity: EntitySpec, one: Pointing) -> tuple[list[str], tuple[str, ...]]:
    """Return the columns and the order of the rows on a tab: those of the list, in short."""
    present = form.present
    readable = form.site.get(Access).fields(present.actor, entity.name, present.catalog).readable
    view = list_view(present.catalog, entity, readable)
    return [name for name in view.columns if name != one.field][:COLUMNS], tuple(view.sort)


def _where(form: OpenForm, entity: EntitySpec, one: Pointing, page: Page, *, straight: bool) -> str:
    """Return where a count leads: to the records in their list, or straight to the only one."""
    if straight and page.total == 1 and page.items:
        return address("web.record", entity=entity.name, number=page.items[0]["id"])
    return collection_url("list", entity.name) + _address(form, entity, one)


def _cells(
    views: FieldViews, entity: EntitySpec, columns: list[str], item: dict[str, Any]
) -> tuple[FieldView, ...]:
    return tuple(views.cell(entity.fields[name], item.get(name)) for name in columns)


def _condition(form: OpenForm, entity: EntitySpec, one: Pointing) -> str:
    if entity.fields[one.field].type == "reference_any":
        return f"refers({one.field}, '{form.entity.name}', {form.number})"
    return f"{one.field} == {form.number}"


def _address(form: OpenForm, entity: EntitySpec, one: Pointing) -> str:
    if entity.fields[one.field].type == "reference_any":
        return ListState(where=_condition(form, entity, one)).address()
    return ListState(chips=(Chip(field=one.field, operator="is", value=str(form.number)),)).address()


def _new(form: OpenForm, entity: EntitySpec, one: Pointing) -> str:
    """Return the address of a new one that points here already."""
    access, actor, catalog = form.site.get(Access), form.present.actor, form.present.catalog
    if not access.may(actor, entity.name, "create", catalog):
        return ""
    if one.field not in access.fields(actor, entity.name, catalog).editable:
        return ""
    many = entity.fields[one.field].type == "reference_any"
    here = f"{form.entity.name}:{form.number}" if many else str(form.number)
    return address("web.record_new", entity=entity.name) + "?" + urlencode({one.field: here})
