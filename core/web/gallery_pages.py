"""The files of a record: seen as a gallery, several uploaded at once, each accepted or refused for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.datastructures import FileStorage

from core.access import Access
from core.errors import AccessDenied, NotFound, PayvandError, TooLarge, Unavailable, ValidationFailed
from core.files.headers import file_name
from core.kernel.site import Site
from core.kernel.values import PICTURES, AnyRef, FileRef
from core.metadata.specs import EntitySpec
from core.records.query import Query
from core.records.reading import Reading
from core.records.search import Searching
from core.records.service import Records
from core.storage import Database
from core.timeline.entities import ATTACHMENT, WITH_FILES
from core.web.form_values import whole
from core.web.looking import looking
from core.web.lookups import forget_uploads, store_upload
from core.web.pages import Pages, go
from core.web.visit import Visit, visit

PART = "X-Part"
ON_PAGE = 48
MOST = 100
"""Files that are taken from one form; a script sends one at a time, however many were chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A file of a record; ``icon`` stands for what is no picture."""

    id: int
    name: str
    file: FileRef
    size: str
    icon: str

    @property
    def is_picture(self) -> bool:
        """True for what has a thumbnail."""
        return self.file.mime in PICTURES


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A file that was not taken, and why."""

    name: str
    reason: str


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule(
        "/records/<entity>/<int:number>/files",
        "gallery",
        lambda entity, number: gallery(site, pages, entity, number),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/attachments/<int:number>/delete",
        "delete_attachment",
        lambda number: delete(site, pages, number),
        methods=["POST"],
    )


def gallery(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Show the files of a record; keep those that are posted."""
    present = visit().require()
    entity, title = _opened(site, present, name, number)
    if request.method == "GET":
        return _show(site, pages, present, entity, number, title)
    given = [one for one in request.files.getlist("file") if one.filename]
    refused = _keep_all(site, present, name, number, given)
    style = present.style
    kept = len(given) - len(refused)
    told = style.ngettext("{number} file was added.", "{number} files were added.", kept) if kept else ""
    if request.accept_mimetypes.best == "application/json":
        problems = [{"name": one.name, "reason": one.reason} for one in refused]
        answer = jsonify(kept=kept, problems=problems)
        answer.status_code = 422 if refused else 200
        return answer
    if refused:
        return _show(site, pages, present, entity, number, title, told=told, refused=refused)
    return go(url_for("web.gallery", entity=name, number=number), told)


def delete(site: Site, pages: Pages, number: int) -> Response:
    """Put a file of a record in the trash, from where it can be taken back."""
    present = visit().require()
    row = site.get(Reading).get(present.actor, ATTACHMENT, number, ("id", "record"), catalog=present.catalog)
    record = row["record"]
    if not isinstance(record, AnyRef):
        raise NotFound
    with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
        site.get(Records).delete(present.actor, ATTACHMENT, [number], uow=uow)
    told = present.style._("The file is in the trash.")
    if request.headers.get(PART):
        entity, title = _opened(site, present, record.entity, record.id)
        return _show(site, pages, present, entity, record.id, title, told=told)
    return go(url_for("web.gallery", entity=record.entity, number=record.id), told, f"{ATTACHMENT}:{number}")


def _opened(site: Site, present: Visit, name: str, number: int) -> tuple[EntitySpec, str]:
    """Return the entity and what the record is called; raise `NotFound` where it is out of sight or has no files."""
    entity = present.catalog.entity(name)
    titles = site.get(Searching).titles(present.actor, name, [number], catalog=present.catalog)
    if number not in titles or WITH_FILES not in entity.behaviours:
        raise NotFound
    return entity, titles[number] or f"#{present.style.number(number)}"


def _keep_all(
    site: Site, present: Visit, name: str, number: int, given: Sequence[FileStorage]
) -> list[Refused]:
    style = present.style
    if not given:
        return [Refused(name="", reason=style._("Choose a file first."))]
    too_many = style._("At most {maximum} files are taken at once.", maximum=MOST)
    refused = [Refused(name=file_name(one.filename or ""), reason=too_many) for one in given[MOST:]]
    for upload in given[:MOST]:
        try:
            _keep(site, present, name, number, upload)
        except (ValidationFailed, AccessDenied, NotFound, TooLarge, Unavailable) as problem:
            refused.append(Refused(name=file_name(upload.filename or ""), reason=_reason(present, problem)))
    return refused


def _keep(site: Site, present: Visit, name: str, number: int, upload: FileStorage) -> None:
    database, records = site.get(Database), site.get(Records)
    called = file_name(upload.filename or "")
    stored = store_upload(site, present, upload)
    values = {"record": {"entity": name, "id": number}, "name": called, "file": stored}

    def once() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            records.create(present.actor, ATTACHMENT, [values], uow=uow)

    try:
        database.attempt(once)
    except PayvandError:
        forget_uploads(site, present, [stored])
        raise


def _reason(present: Visit, refused: PayvandError) -> str:
    style = present.style
    return " ".join(style.problem(p) for p in refused.problems) or style._(refused.message, **refused.params)


def _show(
    site: Site,
    pages: Pages,
    present: Visit,
    entity: EntitySpec,
    number: int,
    title: str,
    *,
    told: str = "",
    refused: Sequence[Refused] = (),
) -> Response:
    items, older = _attached(site, present, entity, number)
    access, actor, catalog = site.get(Access), present.actor, present.catalog
    return pages.show(
        "_gallery.html" if request.headers.get(PART) else "gallery.html",
        nav=entity.name,
        entity=entity,
        number=number,
        title=title,
        items=items,
        older=older,
        may={act: access.may(actor, ATTACHMENT, act, catalog) for act in ("create", "delete")},
        told=told,
        refused=refused,
        status=422 if refused else 200,
    )


def _attached(site: Site, present: Visit, entity: EntitySpec, number: int) -> tuple[list[Attached], str]:
    """Return the newest files that the reader may see, and the address of older ones."""
    if not site.get(Reading).may_read(present.actor, ATTACHMENT, present.catalog):
        return [], ""
    where = f"refers(record, '{entity.name}', {number})"
    before = whole(request.args.get("before", ""))
    if before:
        where += f" and id < {before}"
    query = Query(fields=("id", "name", "file"), filter=where, sort=("-id",), limit=ON_PAGE)
    with looking(site, present) as uow:
        page = site.get(Reading).find(present.actor, ATTACHMENT, query, catalog=present.catalog, uow=uow)
    found = []
    for row in page.items:
        file = row.get("file")
        if isinstance(file, FileRef):
            found.append(
                Attached(
                    id=int(str(row["id"])),
                    name=str(row.get("name") or file.name or f"#{file.id}"),
                    file=file,
                    size=_size(present, file.size or 0),
                    icon=_icon(file.mime or ""),
                )
            )
    more = page.next is not None and found
    older = url_for("web.gallery", entity=entity.name, number=number, before=found[-1].id) if more else ""
    return found, older


def _size(present: Visit, size: int) -> str:
    style = present.style
    if size < 2**20:
        return style._("{number} KB", number=style.number(max(1, round(size / 1024))))
    return style._("{number} MB", number=style.number(round(size / 2**20)))


def _icon(mime: str) -> str:
    if mime.startswith("text/csv") or "spreadsheet" in mime or "excel" in mime:
        return "table"
    return "file-text" if mime.startswith("text/") or "pdf" in mime or "word" in mime else "paperclip"
