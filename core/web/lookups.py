"""What scripts ask while somebody types: choices for references, records for the palette; and uploaded files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.datastructures import FileStorage

from core.access import Access
from core.errors import NotFound
from core.files import OF_JOB, Files, StoredFile, download_headers
from core.kernel.site import Site
from core.kernel.values import FileRef, Ref
from core.metadata.specs import EntitySpec
from core.records.query import MAX_SEARCH, Query
from core.records.reading import Reading
from core.records.search import Searching
from core.storage import Database
from core.web.pages import Pages
from core.web.visit import Visit, visit

MOST = 20


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these answers."""
    made.add_url_rule("/choices/<entities>", "choices", lambda entities: choices(site, entities))
    made.add_url_rule("/search", "search", lambda: search(site, pages))
    made.add_url_rule("/files/<int:number>", "file", lambda number: download(site, number))


def choices(site: Site, entities: str) -> Response:
    """Return up to twenty records of the entities (comma-separated) that fit what was typed."""
    present = visit().require()
    typed = request.args.get("q", "").strip()[:MAX_SEARCH]
    names = entities.split(",")[:10]
    items: list[dict[str, Any]] = []
    for name in names:
        entity = present.catalog.entity(name)
        hint = present.style.label(entity.label) if len(names) > 1 else ""
        for ref in _matching(site, present, entity, typed):
            items.append({"id": ref.id, "title": ref.title or f"#{ref.id}", "hint": hint,
                          **({"entity": name} if len(names) > 1 else {})})
    return jsonify(items=items[:MOST])


def _matching(site: Site, present: Visit, entity: EntitySpec, typed: str) -> list[Ref]:
    """Return records by search key where there is one and something was typed, else the first in order of title."""
    searchable = any(f.search for f in entity.fields.values())
    title = entity.title if entity.has(entity.title) else "id"
    query = Query(fields=("id", title), sort=(title,), limit=MOST, search=typed if searchable else "")
    page = site.get(Reading).find(present.actor, entity.name, query, catalog=present.catalog)
    return [Ref(int(str(item["id"])), _text(item.get(title))) for item in page.items]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def find_by_title(site: Site, present: Visit, name: str, typed: str) -> list[Ref]:
    """Return records whose title may be what was typed."""
    return _matching(site, present, present.catalog.entity(name), typed[:MAX_SEARCH])


def search(site: Site, pages: Pages) -> Response:
    """Search everything the person may read: JSON for the palette, a page otherwise."""
    present = visit().require()
    typed = request.args.get("q", "").strip()[:MAX_SEARCH]
    hits = site.get(Searching).search(present.actor, typed, limit=MOST, catalog=present.catalog) if typed else []
    items = []
    for hit in hits:
        entity = present.catalog.entity(hit.entity)
        items.append({"title": hit.title or f"#{hit.id}", "entity": present.style.label(entity.label), "icon": entity.icon,
                      "url": url_for("web.record", entity=hit.entity, number=hit.id)})
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(items=items)
    return pages.show("search.html", nav="search", typed=typed, items=items)


def store_upload(site: Site, present: Visit, upload: FileStorage) -> int:
    """Keep an uploaded file and return its id; the record that is saved next refers to it."""
    database = site.get(Database)
    with database.unit(present.catalog, present.actor) as uow:
        return site.get(Files).store(upload.stream, upload.filename or "file", present.actor, uow)


def download(site: Site, number: int) -> Response:
    """Send a file to somebody who may read the record that it belongs to; never shown inside the site."""
    present = visit().require()
    files = site.get(Files)
    with site.get(Database).reading() as reader:
        found = files.find(number, reader)
    if not may_download(site, present, found):
        raise NotFound
    response = Response(_pieces(files.open(found)), headers=dict(download_headers(found.name, found.mime)))
    response.content_length = found.size
    return response


def may_download(site: Site, present: Visit, file: StoredFile) -> bool:
    """Tell whether the person may have the file: its owner's record shows it, or they have just uploaded it."""
    if file.entity is None or file.record_id is None or file.entity == OF_JOB:
        return file.created_by == present.actor.id
    spec = present.catalog.entities.get(file.entity)
    if spec is None:
        return False
    names = tuple(f.name for f in spec.fields.values() if f.type == "file")
    readable = site.get(Access).fields(present.actor, file.entity, present.catalog).readable
    shown = tuple(name for name in names if name in readable)
    if not shown:
        return False
    record = site.get(Reading).get(present.actor, file.entity, file.record_id, shown, catalog=present.catalog)
    return any(isinstance(value, FileRef) and value.id == file.id for value in record.values())


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(65_536):
            yield piece
