"""Exports: everything that a list shows, page by page with the reader's rights, as text or as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.access import Access
from core.contributions import FileFormat, FileFormats
from core.errors import AccessDenied, BadRequest
from core.exchange.csv_writing import CSV, write_csv
from core.exchange.embedded import with_contents
from core.exchange.export_columns import export_columns
from core.exchange.sheets import XLSX
from core.exchange.whole import Whole
from core.exchange.workbook_writing import write_workbook
from core.fields import FieldTypes
from core.i18n import Style
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.records.page import Page, Values
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.storage import Database

FORMATS = ("csv", "xlsx")


def export_records(
    site: Site, actor: Actor, entity: str, query: Query, fmt: str, *, catalog: Catalog, style: Style
) -> tuple[str, str, Whole]:
    """Return file name, MIME type and content; whatever goes wrong is told here, before the first byte."""
    spec = catalog.entity(entity)
    own = _own_format(site, entity, fmt)
    access = site.get(Access)
    access.require(actor, entity, "export", catalog)
    readable = access.fields(actor, entity, catalog).readable
    wanted = query.fields if own is None else [name for name in own.fields if name in readable]
    columns = export_columns(spec, wanted, readable, site.get(FieldTypes), style, catalog)
    # What a list shows and may not leave the system is left out, as a list leaves out what may not be seen.
    given = access.exportable(actor, entity, catalog)
    columns = [column for column in columns if column.field.name in given]
    if not columns:
        raise AccessDenied("You may export none of these fields.", code="nothing_to_export")
    names = [c.field.name for c in columns] if own is None else [name for name in wanted if name in given]
    asked = replace(
        query,
        fields=tuple(dict.fromkeys(names)),
        limit=MAX_LIMIT,
        cursor="",
        count=False,
        granted="export",
    )
    first = site.get(Reading).find(actor, entity, asked, catalog=catalog)

    def rows() -> Iterator[Values]:
        return _rows(site.get(Reading), actor, entity, asked, catalog, first)

    suffix = f".{fmt}" if own is None else own.suffix
    name = f"{spec.table}-{style.today(site.get(Database).now()):%Y-%m-%d}{suffix}"
    if own is not None and own.write is not None:
        return name, own.mime, Whole(own.write(with_contents(site, rows(), spec), style))
    if fmt == "csv":
        return name, CSV, Whole(write_csv(columns, rows(), style))
    return name, XLSX, Whole(write_workbook(style.label(spec.plural), columns, rows, style))


def _own_format(site: Site, entity: str, fmt: str) -> FileFormat | None:
    """Return the kind of file of a module that is asked for, None for those that every entity has."""
    own = {one.asked_as: one for one in site.get(FileFormats).of(entity) if one.write}
    if fmt not in FORMATS and fmt not in own:
        raise BadRequest(
            "{name} is one of {known}.", code="unknown_value", name="format", known=(*FORMATS, *own)
        )
    return None if fmt in FORMATS else own[fmt]


def _rows(
    reading: Reading, actor: Actor, entity: str, query: Query, catalog: Catalog, page: Page
) -> Iterator[Values]:
    while True:
        yield from page.items
        if page.next is None:
            return
        page = reading.find(actor, entity, replace(query, cursor=page.next), catalog=catalog)
