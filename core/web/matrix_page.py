"""The matrix of rights as a page and as a file, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.access.explain_words import ACTIONS
from core.access.matrix import EVERYTHING, Cell, cells
from core.access.matrix_csv import write
from core.kernel.site import Site
from core.web.form_values import whole
from core.web.pages import Pages
from core.web.visit import Visit, visit

PAGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One cell of the matrix in the reader's words."""

    entity: str
    action: str
    field: str
    where: str
    all: bool


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/access/matrix", "matrix", lambda: show(site, pages))
    made.add_url_rule("/access/matrix.csv", "matrix_file", lambda: send(site))


def show(site: Site, pages: Pages) -> Response:
    """Show what a role may do, a page at a time."""
    present = _administrator(site)
    style, catalog = present.style, present.catalog
    roles = _sorted(present, [(role.name, style.label(role.label)) for role in catalog.roles.values()])
    entities = _sorted(present, [(e.name, style.label(e.label)) for e in catalog.entities.values()])
    role = request.args.get("role", "")
    role = role if role in catalog.roles else next((name for name, _ in roles), "")
    entity = request.args.get("entity", "")
    entity = entity if entity in catalog.entities else ""
    offset = whole(request.args.get("offset", "")) or 0
    found = cells(site.get(Access), catalog, [role] if role else [], [entity] if entity else None)
    shown = list(islice(found, offset, offset + PAGE + 1))
    return pages.show(
        "matrix.html",
        nav="matrix",
        roles=roles,
        entities=entities,
        role=role,
        entity=entity,
        rows=[_row(present, cell) for cell in shown[:PAGE]],
        everything=any(cell.entity == EVERYTHING for cell in shown),
        before=url_for("web.matrix", role=role, entity=entity, offset=max(offset - PAGE, 0))
        if offset
        else "",
        after=url_for("web.matrix", role=role, entity=entity, offset=offset + PAGE)
        if len(shown) > PAGE
        else "",
    )


def send(site: Site) -> Response:
    """Send the matrix as a file: of one role or entity where they are named, else whole."""
    present = _administrator(site)
    role, entity = request.args.get("role", ""), request.args.get("entity", "")
    if entity:
        present.catalog.entity(entity)
    found = cells(
        site.get(Access),
        present.catalog,
        [role] if role in present.catalog.roles else None,
        [entity] if entity else None,
    )
    headers = {"Content-Disposition": 'attachment; filename="rights.csv"'}
    return Response("".join(write(found)), headers=headers, content_type="text/csv; charset=utf-8")


def _administrator(site: Site) -> Visit:
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    return present


def _sorted(present: Visit, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: present.style.sort_key(pair[1]))


def _row(present: Visit, cell: Cell) -> Row:
    style, entity = present.style, present.catalog.entities.get(cell.entity)
    word = ACTIONS.get(cell.action)
    field = entity.fields.get(cell.field) if entity is not None else None
    return Row(
        entity=style.label(entity.label) if entity is not None else "",
        action=style._(word.message) if word is not None else cell.action,
        field=style.label(field.label) if field is not None else cell.field,
        where=cell.where,
        all=cell.reach == "all",
    )
