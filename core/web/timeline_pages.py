"""The timeline of a record by itself: older things, notes that are written, changed and deleted, followers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from core.errors import AccessDenied, NotFound, PayvandError, ValidationFailed
from core.identity import Identity
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.records.query import Query
from core.records.reading import Reading
from core.records.search import Searching
from core.records.service import Records
from core.storage import Database
from core.timeline.entities import FOLLOWER, NOTE
from core.timeline.feed import Feed, Position
from core.timeline.mentions import Person, find_people, read_mentions
from core.web.form_values import whole
from core.web.lookups import store_upload
from core.web.pages import Pages, go
from core.web.timeline_view import ON_PAGE, Composed, has_timeline, shown_note, timeline_of
from core.web.visit import Visit, visit

PART = "X-Part"
"""Header of a script that puts the answer into a page."""

MOST_FILES = 10


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    at = "/records/<entity>/<int:number>"
    made.add_url_rule(f"{at}/timeline", "timeline", lambda entity, number: show(site, pages, entity, number))
    made.add_url_rule(
        f"{at}/notes", "add_note", lambda entity, number: add(site, pages, entity, number), methods=["POST"]
    )
    made.add_url_rule(
        f"{at}/follow", "follow", lambda entity, number: follow(site, pages, entity, number), methods=["POST"]
    )
    made.add_url_rule(f"{at}/people", "people", lambda entity, number: people(site, entity, number))
    made.add_url_rule(
        "/notes/<int:number>", "note", lambda number: change(site, pages, number), methods=["GET", "POST"]
    )
    made.add_url_rule(
        "/notes/<int:number>/delete",
        "delete_note",
        lambda number: delete(site, pages, number),
        methods=["POST"],
    )


def show(
    site: Site,
    pages: Pages,
    name: str,
    number: int,
    composed: Composed | None = None,
    *,
    told: str = "",
    status: int = 200,
) -> Response:
    """Show the timeline: inside the shell, or for a script by itself."""
    present, entity = _opened(site, name, number)
    view = timeline_of(
        site,
        present,
        entity,
        number,
        kind=request.args.get("kind", "")[:60],
        before=Position.read(request.args.get("before", "")),
        limit=ON_PAGE,
        composed=composed,
    )
    template = "_timeline.html" if request.headers.get(PART) else "timeline.html"
    return pages.show(
        template,
        nav=name,
        entity=entity,
        number=number,
        title=_title(site, present, entity, number),
        timeline=view,
        told=told,
        status=status,
    )


def add(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Write a note, and tell who is mentioned; what is not accepted comes back with the reason."""
    present, entity = _opened(site, name, number)
    body = request.form.get("body", "").strip()
    chosen = tuple(filter(None, map(whole, request.form.getlist("mention")[:50])))
    composed = _checked(site, present, entity, number, body, chosen)
    if composed is not None:
        return show(site, pages, name, number, composed, status=422)
    told = _may_be_told(site, present, entity, number, _mentioned(site, present, body, chosen))
    files = [f for f in request.files.getlist("file") if f.filename][:MOST_FILES]
    try:
        stored = [store_upload(site, present, upload) for upload in files]
        values = {
            "record": {"entity": name, "id": number},
            "body": body,
            "mentions": [one.id for one in told],
            "files": [{"file": one} for one in stored],
        }
        _write(site, present, lambda records, uow: records.create(present.actor, NOTE, [values], uow=uow))
    except (ValidationFailed, AccessDenied) as refused:
        reason = _reason(present, refused)
        return show(
            site,
            pages,
            name,
            number,
            Composed(body=body, chosen=chosen, problem=reason),
            status=refused.status,
        )
    return _done(site, pages, name, number, present.style._("The note is there."))


def _checked(
    site: Site, present: Visit, entity: EntitySpec, number: int, body: str, chosen: tuple[int, ...]
) -> Composed | None:
    """Return what has to be said before a note is written; None where nothing has."""
    style = present.style
    if not body:
        return Composed(problem=style._("Write something first."))
    mentions = read_mentions(site, present.actor, present.catalog, body, chosen)
    if mentions.ambiguous:
        text = style._(
            "Several people are called {name}; choose one of them from the list.", name=mentions.ambiguous[0]
        )
        return Composed(body=body, chosen=chosen, problem=text)
    told = {one.id for one in _may_be_told(site, present, entity, number, mentions.people)}
    unread = tuple(one.name for one in mentions.people if one.id not in told)
    if unread and not request.form.get("anyway"):
        return Composed(body=body, chosen=chosen, unread=unread)
    return None


def _mentioned(site: Site, present: Visit, body: str, chosen: Sequence[int]) -> tuple[Person, ...]:
    return read_mentions(site, present.actor, present.catalog, body, chosen).people


def _may_be_told(
    site: Site, present: Visit, entity: EntitySpec, number: int, found: Sequence[Person]
) -> list[Person]:
    """Return those of the people who may read the record."""
    return [
        one for one in found if _reads(site, site.get(Identity).actor_of(one.id), present, entity, number)
    ]


def _reads(site: Site, actor: Actor, present: Visit, entity: EntitySpec, number: int) -> bool:
    catalog = present.catalog
    if actor.id is None or not site.get(Reading).may_read(actor, entity.name, catalog):
        return False
    return number in site.get(Searching).titles(actor, entity.name, [number], catalog=catalog)


def people(site: Site, name: str, number: int) -> Response:
    """Return people who fit what was typed behind an ``@``, and whether they may read this record."""
    present, entity = _opened(site, name, number)
    found = find_people(site, present.actor, present.catalog, request.args.get("q", "").strip()[:80])
    told = {one.id for one in _may_be_told(site, present, entity, number, found)}
    hint = present.style._("may not read this record")
    return jsonify(items=[{"id": p.id, "title": p.name, "hint": "" if p.id in told else hint} for p in found])


def change(site: Site, pages: Pages, number: int) -> Response:
    """Show a note to change it, and save it."""
    present = visit().require()
    name, record, note = Feed(site, present.actor, present.catalog).note(number)
    problem, status = "", 200
    if request.method == "POST":
        body = request.form.get("body", "").strip()
        mentions = _mentioned(site, present, body, [one.id for one in note.mentions])
        told = _may_be_told(site, present, present.catalog.entity(name), record, mentions)
        values = {"body": body, "mentions": [one.id for one in told]}
        try:
            _write(
                site,
                present,
                lambda records, uow: records.update(
                    present.actor, NOTE, number, values, version=None, uow=uow
                ),
            )
        except ValidationFailed as refused:
            problem, status = _reason(present, refused), refused.status
        else:
            return _done(site, pages, name, record, present.style._("Saved."))
    return pages.show(
        "note.html",
        nav=name,
        note=note,
        shown=shown_note(present, note),
        body=request.form.get("body", note.body),
        back=url_for("web.record", entity=name, number=record),
        problem=problem,
        status=status,
    )


def delete(site: Site, pages: Pages, number: int) -> Response:
    """Put a note in the trash."""
    present = visit().require()
    name, record, _ = Feed(site, present.actor, present.catalog).note(number)
    _write(site, present, lambda records, uow: records.delete(present.actor, NOTE, [number], uow=uow))
    return _done(site, pages, name, record, present.style._("The note is in the trash."), f"{NOTE}:{number}")


def follow(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Follow a record, or do so no longer."""
    present, _ = _opened(site, name, number)
    actor = present.actor
    where = f"refers(record, '{name}', {number}) and user == {actor.id}"
    query = Query(fields=("id",), filter=where, limit=5)
    page = site.get(Reading).find(actor, FOLLOWER, query, catalog=present.catalog)
    ids = [int(str(row["id"])) for row in page.items]
    wanted = request.form.get("follow") == "1"
    if wanted and not ids:
        row = {"record": {"entity": name, "id": number}, "user": actor.id}
        _write(site, present, lambda records, uow: records.create(actor, FOLLOWER, [row], uow=uow))
    elif ids and not wanted:
        _write(site, present, lambda records, uow: records.delete(actor, FOLLOWER, ids, uow=uow))
    style = present.style
    told = style._("You follow this now.") if wanted else style._("You follow this no longer.")
    return _done(site, pages, name, number, told)


def _opened(site: Site, name: str, number: int) -> tuple[Visit, EntitySpec]:
    """Return who asks and the entity; raise `NotFound` where the record is out of sight or has no timeline."""
    present = visit().require()
    entity = present.catalog.entity(name)
    titles = site.get(Searching).titles(present.actor, name, [number], catalog=present.catalog)
    if number not in titles or not has_timeline(entity):
        raise NotFound
    return present, entity


def _title(site: Site, present: Visit, entity: EntitySpec, number: int) -> str:
    titles = site.get(Searching).titles(present.actor, entity.name, [number], catalog=present.catalog)
    return titles.get(number) or f"#{present.style.number(number)}"


def _write(site: Site, present: Visit, act: Any) -> None:
    database, records = site.get(Database), site.get(Records)

    def once() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            act(records, uow)

    database.attempt(once)


def _reason(present: Visit, refused: PayvandError) -> str:
    style = present.style
    return " ".join(style.problem(p) for p in refused.problems) or style._(refused.message, **refused.params)


def _done(site: Site, pages: Pages, name: str, number: int, told: str, undo: str = "") -> Response:
    """Show the timeline as it is now to a script; lead anybody else back to the record."""
    if request.headers.get(PART):
        return show(site, pages, name, number, told=told)
    return go(url_for("web.record", entity=name, number=number) + "#timeline", told, undo)
