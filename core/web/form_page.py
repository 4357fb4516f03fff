"""The page of one record: read it, write it, with everything kept when something is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for

from core.access import Access, FieldRights
from core.contributions import Operation, Operations
from core.errors import AccessDenied, NotFound, Problem, ValidationFailed, VersionConflict
from core.fields import FieldTypes
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.views import form_sections
from core.web.form_model import build_form, form_columns
from core.web.form_values import FormReader, FormValues, whole
from core.web.history_page import history_lines
from core.web.listing import context_of
from core.web.lookups import find_by_title, store_upload
from core.web.pages import Pages, go
from core.web.panels import record_panels
from core.web.status_bar import status_bars, without_states
from core.web.timeline_view import timeline_of
from core.web.visit import Visit, visit

NEW = 0


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule(
        "/records/<entity>/new",
        "record_new",
        lambda entity: edit(site, pages, entity, NEW),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/records/<entity>/<int:number>",
        "record",
        lambda entity, number: edit(site, pages, entity, number),
        methods=["GET", "POST"],
    )


def edit(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Show a record or an empty form; save what is posted."""
    present = visit().require()
    entity = present.catalog.entity(name)
    access = site.get(Access)
    access.require(present.actor, name, "read" if number else "create", present.catalog)
    rights = access.fields(present.actor, name, present.catalog)
    rights = without_states(rights, present.catalog, name, new=not number)
    record = _read(site, present, name, number) if number else {}
    if request.method == "GET":
        return _show(site, pages, present, entity, record, rights)
    return _save(site, pages, present, entity, record, rights)


def _read(site: Site, present: Visit, name: str, number: int) -> dict[str, Any]:
    reading = site.get(Reading)
    try:
        return reading.get(present.actor, name, number, catalog=present.catalog)
    except NotFound:
        found = reading.get(present.actor, name, number, catalog=present.catalog, trash=True)
        return {**found, "trashed": True}


def _save(
    site: Site, pages: Pages, present: Visit, entity: EntitySpec, record: dict[str, Any], rights: FieldRights
) -> Response:
    typed = _typed(site, present, entity, rights)
    if typed.problems:
        return _show(
            site, pages, present, entity, record, rights, typed=typed, problems=typed.problems, status=422
        )
    try:
        number = _write(site, present, entity, record, typed)
    except (ValidationFailed, AccessDenied) as refused:
        # Whatever refuses it, what was typed is still there.
        reasons = refused.problems or (
            Problem(code=refused.reason, message=refused.message, params=refused.params),
        )
        return _show(
            site, pages, present, entity, record, rights, typed=typed, problems=reasons, status=refused.status
        )
    except VersionConflict:
        return _show(
            site,
            pages,
            present,
            entity,
            _read(site, present, entity.name, int(record["id"])),
            rights,
            typed=typed,
            conflict=True,
            status=412,
        )
    style = present.style
    if request.form.get("then") == "new":
        return go(url_for("web.record_new", entity=entity.name), style._("Saved."))
    return go(url_for("web.record", entity=entity.name, number=number), style._("Saved."))


def _typed(site: Site, present: Visit, entity: EntitySpec, rights: FieldRights) -> FormValues:
    reader = FormReader(
        types=site.get(FieldTypes),
        context=context_of(site, present),
        catalog=present.catalog,
        find=lambda name, text: find_by_title(site, present, name, text),
        store=lambda upload: store_upload(site, present, upload),
    )
    names = [name for name in entity.fields if name in rights.editable and name in rights.readable]
    return reader.read(
        entity, names, request.form, request.files, columns=form_columns(present.catalog, entity, rights)
    )


def _write(
    site: Site, present: Visit, entity: EntitySpec, record: Mapping[str, Any], typed: FormValues
) -> int:
    database, records, actor = site.get(Database), site.get(Records), present.actor

    def act() -> int:
        with database.unit(present.catalog, actor, channel="web") as uow:
            if not record:
                # What was left empty is not said, so that defaults such as the owner hold.
                said = {name: value for name, value in typed.values.items() if value is not None}
                return records.create(actor, entity.name, [said], uow=uow, parsed=True)[0].id
            version = whole(request.form.get("version", "")) or 0
            # Lists are merged: a line that somebody has added since the page was opened is not on it.
            return records.update(
                actor,
                entity.name,
                int(record["id"]),
                typed.values,
                version=version,
                uow=uow,
                parsed=True,
                merge_lists=True,
            ).id

    return database.attempt(act)


def _show(
    site: Site,
    pages: Pages,
    present: Visit,
    entity: EntitySpec,
    record: dict[str, Any],
    rights: FieldRights,
    *,
    typed: FormValues | None = None,
    problems: tuple[Problem, ...] | list[Problem] = (),
    conflict: bool = False,
    status: int = 200,
) -> Response:
    catalog, actor = present.catalog, present.actor
    access = site.get(Access)
    number = int(record.get("id") or 0)
    trashed = bool(record.get("trashed"))
    may = {a: access.may(actor, entity.name, a, catalog) for a in ("create", "update", "delete")}
    writable = (may["update"] if number else may["create"]) and not trashed
    sections = form_sections(catalog, entity, rights.readable)
    form = build_form(
        site,
        present,
        entity,
        sections,
        _values(site, present, entity, record, number),
        rights,
        writable=writable,
        typed=typed,
        problems=problems,
        conflict=conflict,
    )
    return pages.show(
        "form.html",
        nav=entity.name,
        entity=entity,
        number=number,
        form=form,
        version=_version(record, typed, conflict),
        title=_title(present, entity, record),
        may=may,
        writable=writable,
        trashed=trashed,
        conflict=conflict,
        **_happened(site, present, entity, number, trashed=trashed),
        bars=status_bars(site, present, entity, record, rights.readable),
        operations=_operations(site, present, entity, number) if number and not trashed else [],
        panels=record_panels(site, present, entity, record if not trashed else {}),
        status=status,
    )


def _happened(
    site: Site, present: Visit, entity: EntitySpec, number: int, *, trashed: bool
) -> dict[str, object]:
    """Return what the form shows of the past: the timeline, or the history where there is none."""
    timeline = timeline_of(site, present, entity, number, trashed=trashed)
    lines = history_lines(site, present, entity, number, 12) if number and timeline is None else []
    return {"timeline": timeline, "history": lines}


def _operations(site: Site, present: Visit, entity: EntitySpec, number: int) -> list[Operation]:
    """Return what the person may do with this record now."""
    found = site.get(Operations).offers(present.actor, entity.name, number, catalog=present.catalog)
    return [offered.operation for offered in found]


def _version(record: Mapping[str, Any], typed: FormValues | None, conflict: bool) -> int:
    """Return the version that the person has seen: a form that comes back for another reason is as old as it was."""
    seen = whole(request.form.get("version", "")) if typed is not None and not conflict else None
    return int(record.get("version", 0)) if seen is None else seen


def _values(
    site: Site, present: Visit, entity: EntitySpec, record: Mapping[str, Any], number: int
) -> dict[str, Any]:
    """Return the record's values, or those a new record would start with, for the eye only."""
    if number:
        return dict(record)
    types, context = site.get(FieldTypes), context_of(site, present)
    live = {"$today": present.style.today(site.get(Database).now())}
    values: dict[str, Any] = {}
    for spec in entity.fields.values():
        if spec.default is None or spec.derived:
            continue
        if isinstance(spec.default, str) and spec.default.startswith("$"):
            values[spec.name] = live.get(spec.default)
        else:
            values[spec.name] = types.get(spec.type).load(spec, spec.default, context)
    return values


def _title(present: Visit, entity: EntitySpec, record: Mapping[str, Any]) -> str:
    if not record:
        return present.style._("New: {entity}", entity=present.style.label(entity.label))
    title = record.get(entity.title)
    return str(title) if title not in (None, "") else f"#{record.get('id')}"
