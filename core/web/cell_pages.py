"""One cell of a list, edited where it stands: its input as a fragment, and the whole row anew when it is saved."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from core.access import Access
from core.errors import AccessDenied, BadRequest, NotFound, PayvandError, ValidationFailed, VersionConflict
from core.fields import FieldTypes
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.web.fields import FieldViews
from core.web.form_values import FormReader, whole
from core.web.list_query import ListState
from core.web.list_rows import rows_of, table_of
from core.web.listing import context_of, read_listing
from core.web.lookups import find_by_title, store_upload
from core.web.pages import Pages
from core.web.status_bar import without_states
from core.web.visit import Visit, visit

FIT = frozenset(
    {
        "text",
        "email",
        "phone",
        "url",
        "integer",
        "decimal",
        "percent",
        "money",
        "date",
        "datetime",
        "choice",
        "boolean",
        "reference",
    }
)
"""Types of fields that can be edited inside of a cell."""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of cells."""
    address = "/records/<entity>/<int:number>/cell/<field>"
    made.add_url_rule(address, "cell", lambda entity, number, field: show(site, pages, entity, number, field))
    made.add_url_rule(
        address,
        "save_cell",
        lambda entity, number, field: save(site, pages, entity, number, field),
        methods=["POST"],
    )


def editable_columns(site: Site, present: Visit, catalog: Catalog, entity: EntitySpec) -> frozenset[str]:
    """Return the fields that this person may edit in the cells of a list."""
    access = site.get(Access)
    if not access.may(present.actor, entity.name, "update", catalog):
        return frozenset()
    rights = without_states(
        access.fields(present.actor, entity.name, catalog), catalog, entity.name, new=False
    )
    return frozenset(
        spec.name
        for spec in entity.fields.values()
        if spec.type in FIT
        and spec.name in rights.editable
        and spec.name in rights.readable
        and not (spec.system or spec.derived or spec.read_only)
    )


def _field(site: Site, present: Visit, entity: EntitySpec, name: str) -> FieldSpec:
    if name not in editable_columns(site, present, present.catalog, entity):
        raise AccessDenied("This value cannot be changed here.", code="not_editable")
    return entity.fields[name]


def show(site: Site, pages: Pages, name: str, number: int, field: str) -> Response:
    """Show the input of one cell."""
    present = visit().require()
    entity = present.catalog.entity(name)
    spec = _field(site, present, entity, field)
    reading = site.get(Reading)
    record = reading.get(present.actor, name, number, ("id", "version", field), catalog=present.catalog)
    views = FieldViews(site.get(FieldTypes), present.style, site.settings.currency)
    return pages.show(
        "_cell.html",
        entity=entity,
        number=number,
        version=record["version"],
        f=views.field(spec, record[field]),
    )


def save(site: Site, pages: Pages, name: str, number: int, field: str) -> Response:
    """Write one value, if nobody was faster, and show the row as it is now."""
    present = visit().require()
    entity = present.catalog.entity(name)
    spec = _field(site, present, entity, field)
    try:
        _write(site, present, entity, spec, number)
    except (ValidationFailed, BadRequest, AccessDenied, VersionConflict, NotFound) as refused:
        return _refused(present, refused)
    return _row(site, pages, present, entity, number)


def _write(site: Site, present: Visit, entity: EntitySpec, spec: FieldSpec, number: int) -> None:
    reader = FormReader(
        types=site.get(FieldTypes),
        context=context_of(site, present),
        catalog=present.catalog,
        find=lambda target, text: find_by_title(site, present, target, text),
        store=lambda upload: store_upload(site, present, upload),
    )
    typed = reader.read(entity, [spec.name], request.form, request.files)
    if typed.problems:
        raise ValidationFailed(problems=typed.problems)
    version, database = whole(request.form.get("version", "")) or 0, site.get(Database)

    def act() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            site.get(Records).update(
                present.actor, entity.name, number, typed.values, version=version, uow=uow, parsed=True
            )

    database.attempt(act)


def _refused(present: Visit, refused: PayvandError) -> Response:
    """Tell why a cell is not saved: every reason, in the reader's words."""
    style = present.style
    reasons = [style.problem(one) for one in refused.problems] or [style._(refused.message, **refused.params)]
    answer = jsonify(message=" ".join(reasons), conflict=isinstance(refused, VersionConflict))
    answer.status_code = refused.status
    return answer


def _row(site: Site, pages: Pages, present: Visit, entity: EntitySpec, number: int) -> Response:
    listing = read_listing(site, present, entity.name, ListState.read(request.args))
    query = Query(fields=listing.query.fields, filter=f"id == {number}", limit=1)
    page = site.get(Reading).find(present.actor, entity.name, query, catalog=present.catalog)
    rows = rows_of(listing.views, entity, listing.columns, page.items)
    if not rows:
        return Response(status=204)  # changed to where this person does not see it any more
    editable = editable_columns(site, present, present.catalog, entity)
    table = table_of(pages.renderer, present, listing.views, entity, listing.columns, editable)
    return pages.show("_row_alone.html", entity=entity, row=rows[0], table=table)
