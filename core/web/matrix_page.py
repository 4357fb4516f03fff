"""The matrix of rights as a page and as a file, for administrators."""

from __future__ import annotations

from itertools import islice

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.access.matrix import EVERYTHING, cells
from core.access.matrix_csv import write
from core.kernel.site import Site
from core.web.form_values import whole
from core.web.pages import Pages
from core.web.rights_told import told_cell
from core.web.visit import Visit, visit

PAGE = 100


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
        rows=[told_cell(present.style, catalog, cell) for cell in shown[:PAGE]],
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
