"""What scripts ask while somebody types: choices for references, records for the palette; and uploaded files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.datastructures import FileStorage

from core.files import Files, Thumbnails, download_headers, thumbnail_headers
from core.kernel.site import Site
from core.kernel.values import Ref
from core.metadata.specs import EntitySpec
from core.records.attachments import Attachments
from core.records.near import Nearness
from core.records.page import Hit
from core.records.query import MAX_SEARCH, Query
from core.records.reading import Reading
from core.records.search import Searching
from core.storage import Database
from core.web.pages import Pages
from core.web.visit import Visit, visit

MOST = 20
MOST_ON_PAGE = 100
MOST_NEAR = 5
GROUP = 8
"""Hits of one entity on the page of a search."""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these answers."""
    made.add_url_rule("/choices/<entities>", "choices", lambda entities: choices(site, entities))
    made.add_url_rule("/search", "search", lambda: search(site, pages))
    made.add_url_rule("/files/<int:number>", "file", lambda number: download(site, number))
    made.add_url_rule(
        "/files/<int:number>/<size>", "thumbnail", lambda number, size: thumbnail(site, number, size)
    )


def choices(site: Site, entities: str) -> Response:
    """Return up to twenty records of the entities (comma-separated) that fit what was typed.

    Of several entities those that the person may not read are left out; asked for alone, one is refused.
    """
    present = visit().require()
    typed = request.args.get("q", "").strip()[:MAX_SEARCH]
    names = entities.split(",")[:10]
    items: list[dict[str, Any]] = []
    reading = site.get(Reading)
    for name in names:
        if len(names) > 1 and not _is_readable(reading, present, name):
            continue
        entity = present.catalog.entity(name)
        hint = present.style.label(entity.label) if len(names) > 1 else ""
        extra = {"entity": name} if len(names) > 1 else {}
        items += [
            {"id": ref.id, "title": ref.title or f"#{ref.id}", "hint": hint, **extra}
            for ref in _matching(site, present, entity, typed)
        ]
    return jsonify(items=items[:MOST])


def _is_readable(reading: Reading, present: Visit, name: str) -> bool:
    known = name in present.catalog.entities
    return known and reading.may_read(present.actor, name, present.catalog)


def _matching(site: Site, present: Visit, entity: EntitySpec, typed: str) -> list[Ref]:
    """Return records by search key where there is one and something was typed, else the first in order of title."""
    reading = site.get(Reading)
    reading.require_read(present.actor, entity.name, present.catalog)
    readable = reading.eyes(present.actor, present.catalog).fields(entity.name).readable
    searchable = any(f.search for f in entity.fields.values() if f.name in readable)
    title = entity.title if entity.title in readable else "id"
    query = Query(fields=("id", title), sort=(title,), limit=MOST, search=typed if searchable else "")
    page = reading.find(present.actor, entity.name, query, catalog=present.catalog)
    shown = title if title != "id" else ""
    return [Ref(int(str(item["id"])), _text(item.get(shown))) for item in page.items]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def find_by_title(site: Site, present: Visit, name: str, typed: str) -> list[Ref]:
    """Return records whose title may be what was typed."""
    return _matching(site, present, present.catalog.entity(name), typed[:MAX_SEARCH])


def search(site: Site, pages: Pages) -> Response:
    """Search everything the person may read: JSON for the palette, a page otherwise."""
    present = visit().require()
    typed = request.args.get("q", "").strip()[:MAX_SEARCH]
    as_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    hits, near = _hits(site, present, typed, MOST if as_json else MOST_ON_PAGE)
    if as_json:
        return jsonify(items=[_item(present, hit) for hit in hits], near=near)
    names = dict.fromkeys(
        hit.entity for hit in hits
    )  # of what somebody may have meant the likeliest comes first
    groups = [
        _group(present, name, [hit for hit in hits if hit.entity == name], typed)
        for name in (names if near else sorted(names))
    ]
    return pages.show("search.html", nav="search", typed=typed, groups=groups, near=near)


def _hits(site: Site, present: Visit, typed: str, most: int) -> tuple[list[Hit], bool]:
    """Return what holds all the words; where nothing does, what somebody may have meant, and True."""
    if not typed:
        return [], False
    entity = request.args.get("entity", "")
    entities = [entity] if entity in present.catalog.entities else None
    found = site.get(Searching).search(
        present.actor, typed, entities, limit=most, catalog=present.catalog, broadly=True
    )
    if found or entities:
        return found, False
    near = site.get(Nearness).near(present.actor, typed, MOST_NEAR, catalog=present.catalog)
    return near, bool(near)


def _item(present: Visit, hit: Hit) -> dict[str, str]:
    entity = present.catalog.entity(hit.entity)
    return {
        "title": hit.title or f"#{hit.id}",
        "entity": present.style.label(entity.label),
        "icon": entity.icon,
        "url": url_for("web.record", entity=hit.entity, number=hit.id),
    }


def _group(present: Visit, name: str, hits: list[Hit], typed: str) -> dict[str, Any]:
    """Return the hits of one entity; more of them are in its list."""
    entity = present.catalog.entity(name)
    return {
        "label": present.style.label(entity.plural or entity.label),
        "items": [_item(present, hit) for hit in hits[:GROUP]],
        "more": url_for("web.record_list", entity=name, q=typed) if len(hits) > GROUP else "",
    }


def store_upload(site: Site, present: Visit, upload: FileStorage) -> int:
    """Keep an uploaded file and return its id; the record that is saved next refers to it."""
    database = site.get(Database)
    with database.unit(present.catalog, present.actor) as uow:
        return site.get(Files).store(upload.stream, upload.filename or "file", present.actor, uow)


def forget_uploads(site: Site, present: Visit, numbers: Iterable[int]) -> None:
    """Keep nothing of uploads that were refused; what a record refers to stays."""
    with site.get(Database).unit(present.catalog, present.actor) as uow:
        for number in numbers:
            site.get(Files).discard(number, present.actor, uow)


def download(site: Site, number: int) -> Response:
    """Send a file to somebody who may read the record that it belongs to; never shown inside the site."""
    present = visit().require()
    found = site.get(Attachments).find(present.actor, number, catalog=present.catalog)
    response = Response(
        _pieces(site.get(Files).open(found)), headers=dict(download_headers(found.name, found.mime))
    )
    response.content_length = found.size
    return response


def thumbnail(site: Site, number: int, size: str) -> Response:
    """Send a thumbnail of a file to somebody who may have the file; of what is no picture there is none."""
    present = visit().require()
    found = site.get(Attachments).find(present.actor, number, catalog=present.catalog)
    drawn = site.get(Thumbnails).get(found, size)
    response = Response(drawn, headers=dict(thumbnail_headers(f"{found.sha256[:32]}-{size}")))
    response.make_conditional(request)
    return response


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(65_536):
            yield piece
