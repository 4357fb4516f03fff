"""The page of one record: read it, write it, with everything kept when something is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from core.contributions import Operation, Operations
from core.errors import AccessDenied, NotFound, Problem, Unavailable, ValidationFailed, VersionConflict
from core.kernel.site import Site
from core.metadata.actions import ADMINISTER
from core.records.duplicates import DuplicatesFound, allow_duplicates
from core.records.service import Records
from core.storage import Database
from core.views import form_sections
from core.web.form_check import check
from core.web.form_conflict import Conflict, find_conflict
from core.web.form_head import FormHead
from core.web.form_model import build_form
from core.web.form_open import OpenForm, open_form
from core.web.form_related import related
from core.web.form_told import told
from core.web.form_values import FormValues, whole
from core.web.history_page import history_lines
from core.web.looking import looking
from core.web.lookups import forget_uploads, store_upload
from core.web.merge_page import merged_into
from core.web.pages import Pages, go, is_administrator
from core.web.panels import record_panels
from core.web.pictures import drop_refused
from core.web.status_bar import status_bars
from core.web.timeline_view import timeline_of
from core.web.visit import Visit, visit

NEW = 0
ACTIONS = ("create", "update", "delete", "merge")
"""What the head of a form offers besides operations."""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    for path, name, methods in (
        ("/records/<entity>/new", "record_new", ["GET", "POST"]),
        ("/records/<entity>/<int:number>", "record", ["GET", "POST"]),
    ):
        made.add_url_rule(
            path, name, lambda entity, number=NEW: edit(site, pages, entity, number), methods=methods
        )
    for path, name in (
        ("/records/<entity>/check", "check_new"),
        ("/records/<entity>/<int:number>/check", "check"),
    ):
        made.add_url_rule(
            path, name, lambda entity, number=NEW: check(site, entity, number), methods=["POST"]
        )


def edit(site: Site, pages: Pages, name: str, number: int) -> Response:
    """Show a record or an empty form; save what is posted."""
    present = visit().require()
    form, missing = None, NotFound()
    try:
        form = open_form(site, present, name, number)
    except NotFound as refused:
        missing = refused
    if form is None or form.trashed:
        target = merged_into(site, present, name, number)
        if target:
            return go(url_for("web.record", entity=name, number=target))
    if form is None:
        raise missing
    return _show(pages, form) if request.method == "GET" else _save(pages, form)


def _save(pages: Pages, form: OpenForm) -> Response:
    typed = form.typed(lambda upload: store_upload(form.site, form.present, upload))
    if typed.problems:
        return _show(pages, form, typed=typed, problems=typed.problems, status=422)
    try:
        number = _write(form, typed)
    except (ValidationFailed, AccessDenied, Unavailable) as refused:
        # Whatever refuses it, what was typed is still there; of pictures that cannot be shown the one before.
        dropped = drop_refused(form.entity, typed.values, refused.problems)
        if dropped:
            forget_uploads(form.site, form.present, [file.id for file in dropped])
        reasons = refused.problems or (
            Problem(code=refused.reason, message=refused.message, params=refused.params),
        )
        return _show(pages, form, typed=typed, problems=reasons, status=refused.status)
    except DuplicatesFound as found:
        return _show(pages, form, typed=typed, duplicates=found, status=found.status)
    except VersionConflict:
        return _compare(pages, form, typed)
    name, style = form.entity.name, form.present.style
    if request.form.get("then") == "new":
        return go(url_for("web.record_new", entity=name), style._("Saved."))
    return go(url_for("web.record", entity=name, number=number), style._("Saved."))


def _compare(pages: Pages, form: OpenForm, typed: FormValues) -> Response:
    """Show what somebody else has saved meanwhile beside what was typed, to be chosen field by field."""
    now = open_form(form.site, form.present, form.entity.name, form.number)
    conflict = find_conflict(now, typed, whole(request.form.get("version", "")) or 0)
    return _show(pages, now, typed=typed, conflict=conflict, status=412)


def _write(form: OpenForm, typed: FormValues) -> int:
    database, records, actor = form.site.get(Database), form.site.get(Records), form.present.actor
    entity = form.entity.name

    def act() -> int:
        with database.unit(form.present.catalog, actor, channel="web") as uow:
            if request.form.get("override") == "duplicates":
                allow_duplicates(uow, request.form.get("override_reason", ""))
            values: Mapping[str, Any] = typed.values
            if records.depends(entity, form.present.catalog):
                # What does not show is not said, whatever a browser may send.
                hidden = records.look(actor, entity, form.number, values, uow=uow).hidden
                values = {name: value for name, value in values.items() if name not in hidden}
            if not form.number:
                # What was left empty is not said, so that defaults such as the owner hold.
                said = {name: value for name, value in values.items() if value is not None}
                return records.create(actor, entity, [said], uow=uow, parsed=True)[0].id
            version = whole(request.form.get("version", "")) or 0
            # Lists are merged: a line that somebody has added since the page was opened is not on it.
            return records.update(
                actor, entity, form.number, values, version=version, uow=uow, parsed=True, merge_lists=True
            ).id

    return database.attempt(act)


def _show(
    pages: Pages,
    form: OpenForm,
    *,
    typed: FormValues | None = None,
    problems: Sequence[Problem] = (),
    conflict: Conflict | None = None,
    duplicates: DuplicatesFound | None = None,
    status: int = 200,
) -> Response:
    site, present, entity, number = form.site, form.present, form.entity, form.number
    values = form.first_values()
    bars = status_bars(site, present, entity, form.record, form.rights.readable)
    model = build_form(
        site,
        present,
        entity,
        form_sections(present.catalog, entity, form.rights.readable),
        values,
        form.rights,
        writable=form.writable,
        typed=typed,
        problems=problems,
        conflict=conflict is not None,
        look=form.look(typed.values if typed else {} if number else values, computed=False),
    )
    head = _head(form)
    return pages.show(
        "form.html",
        nav=entity.name,
        entity=entity,
        number=number,
        form=model,
        drawing=pages.renderer.drawing(present, entity.name),
        version=_version(form.record, typed, conflict),
        title=head.title,
        head=head,
        may=head.may,
        writable=head.writable,
        trashed=head.trashed,
        conflict=conflict,
        duplicates=duplicates,
        tells=told(form, values, typed),
        counts=related(form, "counts"),
        related=related(form, "related"),
        **_happened(form),
        bars=bars,
        panels=record_panels(site, present, entity, form.record if not form.trashed else {}),
        status=status,
    )


def _head(form: OpenForm) -> FormHead:
    """Return what stands above a form."""
    return FormHead(
        entity=form.entity.name,
        number=form.number,
        title=_title(form.present, form),
        csrf=form.present.csrf,
        may={**{action: form.may(action) for action in ACTIONS}, ADMINISTER: form.arranged},
        writable=form.writable,
        trashed=form.trashed,
        administrator=is_administrator(form.present),
        operations=_operations(form),
    )


def _happened(form: OpenForm) -> dict[str, object]:
    """Return what the form shows of the past: the timeline, or the history where there is none."""
    site, present, entity, number = form.site, form.present, form.entity, form.number
    timeline = timeline_of(site, present, entity, number, trashed=form.trashed)
    lines = history_lines(site, present, entity, number, 12) if number and timeline is None else []
    return {"timeline": timeline, "history": lines}


def _operations(form: OpenForm) -> tuple[Operation, ...]:
    """Return what the person may do with this record now."""
    if not form.number or form.trashed:
        return ()
    present = form.present
    with looking(form.site, present) as uow:
        offers = form.site.get(Operations).offers(
            present.actor, form.entity.name, form.number, catalog=present.catalog, uow=uow
        )
    return tuple(offered.operation for offered in offers)


def _version(record: Mapping[str, Any], typed: FormValues | None, conflict: Conflict | None) -> int:
    """Return the version that the person has seen: a form that comes back for another reason is as old as it was."""
    seen = whole(request.form.get("version", "")) if typed is not None and conflict is None else None
    return int(record.get("version", 0)) if seen is None else seen


def _title(present: Visit, form: OpenForm) -> str:
    if not form.record:
        return present.style._("New: {entity}", entity=present.style.label(form.entity.label))
    title = form.record.get(form.entity.title)
    return str(title) if title not in (None, "") else f"#{form.number}"
