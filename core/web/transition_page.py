"""Moves on screens: the dialog of a step, taking it, and the drag of a card that means one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request, url_for

from core.errors import (
    AccessDenied,
    BadRequest,
    NotFound,
    PayvandError,
    Problem,
    TransitionRefused,
    VersionConflict,
)
from core.fields import FieldTypes
from core.kernel.site import Site
from core.metadata.specs import EntitySpec
from core.records.guarding import REASON
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.web.fields import DIALOG, FieldView, FieldViews
from core.web.form_values import FormReader, FormValues, whole
from core.web.list_page import context_of
from core.web.lookups import find_by_title, store_upload
from core.web.pages import Pages, go, same_site
from core.web.visit import Visit, visit
from core.workflow import Offer


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule(
        "/records/<entity>/<int:number>/transition/<name>",
        "transition",
        lambda entity, number, name: page(site, pages, entity, number, name),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/records/<entity>/<int:number>/move",
        "move",
        lambda entity, number: move(site, entity, number),
        methods=["POST"],
    )


def page(site: Site, pages: Pages, name: str, number: int, transition: str) -> Response:
    """Show the dialog of a step, or take it."""
    present = visit().require()
    entity = present.catalog.entity(name)
    offer = _offer(site, present, entity, number, transition, whole(request.values.get("to", "")))
    if request.method == "GET":
        return _show(site, pages, present, entity, number, offer, FormValues(), offer.why_not)
    typed = _typed(site, present, entity, offer)
    try:
        if typed.problems:
            raise TransitionRefused(problems=typed.problems)
        _take(site, present, entity, number, offer, typed.values)
    except (NotFound, AccessDenied):
        raise
    except PayvandError as refused:
        if refused.status >= 500:
            raise
        return _show(
            site, pages, present, entity, number, offer, typed, _reasons(refused), status=refused.status
        )
    done = present.style._("Done: {step}", step=present.style.label(offer.label))
    return go(same_site(request.form.get("next"), _record(entity, number)), done)


def _record(entity: EntitySpec, number: int) -> str:
    return url_for("web.record", entity=entity.name, number=number)


def _reasons(refused: PayvandError) -> Sequence[Problem]:
    return refused.problems or (Problem(code=refused.reason, message=refused.message, params=refused.params),)


def _offer(site: Site, present: Visit, entity: EntitySpec, number: int, name: str, to: int | None) -> Offer:
    """Return the offer that is meant, or say that it is none now."""
    with site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True) as uow:
        found = site.get(Records).moves(present.actor, entity.name, [number], uow=uow)
    if number not in found:
        raise NotFound
    fitting = [o for o in found[number] if o.name == name and (to is None or (o.to and o.to[0] == to))]
    if not fitting:
        raise TransitionRefused("This step does not lead on from the present state.", code="wrong_state")
    if len(fitting) > 1:
        raise TransitionRefused("Say where this step is to lead (to).", code="target_missing")
    return fitting[0]


def _typed(site: Site, present: Visit, entity: EntitySpec, offer: Offer) -> FormValues:
    reader = FormReader(
        types=site.get(FieldTypes),
        context=context_of(site, present),
        catalog=present.catalog,
        find=lambda name, text: find_by_title(site, present, name, text),
        store=lambda upload: store_upload(site, present, upload),
    )
    return reader.read(entity, (*offer.required, *offer.ask), request.form, request.files)


def _take(
    site: Site, present: Visit, entity: EntitySpec, number: int, offer: Offer, values: Mapping[str, Any]
) -> None:
    database, version = site.get(Database), whole(request.form.get("version", ""))

    def act() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            site.get(Records).transition(
                present.actor,
                entity.name,
                number,
                offer.name,
                values=values,
                to=offer.to[0] if offer.to else None,
                reason=request.form.get("reason", ""),
                version=version or 0,
                uow=uow,
                parsed=True,
            )

    database.attempt(act)


def _show(
    site: Site,
    pages: Pages,
    present: Visit,
    entity: EntitySpec,
    number: int,
    offer: Offer,
    typed: FormValues,
    problems: Sequence[Problem],
    *,
    status: int = 200,
) -> Response:
    record = site.get(Reading).get(present.actor, entity.name, number, catalog=present.catalog)
    fields, reason_errors, others = _fields(site, present, entity, offer, record, typed, problems)
    # After a conflict the version of now is shown: whoever has read the sentence may go on.
    conflict = status == VersionConflict.status
    seen = None if conflict else whole(request.form.get("version", ""))
    return pages.show(
        "transition.html",
        nav=entity.name,
        entity=entity,
        offer=offer,
        action=request.path,
        back=same_site(request.values.get("next"), _record(entity, number)),
        version=record["version"] if seen is None else seen,
        fields=fields,
        problems=others,
        reason=request.form.get("reason", ""),
        reason_errors=reason_errors,
        next=same_site(request.values.get("next"), ""),
        status=status,
    )


def _fields(
    site: Site,
    present: Visit,
    entity: EntitySpec,
    offer: Offer,
    record: Mapping[str, Any],
    typed: FormValues,
    problems: Sequence[Problem],
) -> tuple[list[FieldView], list[str], list[str]]:
    """Return the inputs with the problems at their places, those of the reason, and those that have no place here."""
    views = FieldViews(site.get(FieldTypes), present.style, site.settings.currency, ids=DIALOG)
    told = [(problem.field or "", present.style.problem(problem)) for problem in problems]
    asked = (*offer.required, *offer.ask)
    shown = [
        replace(
            views.field(
                entity.fields[name],
                typed.values.get(name, record.get(name)),
                raw=typed.raw.get(name),
                errors=[text for field, text in told if field == name],
            ),
            required=name in offer.required,
            read_only=False,
        )
        for name in asked
    ]
    others = [text for field, text in told if field not in (*asked, REASON)]
    return shown, [text for field, text in told if field == REASON], list(dict.fromkeys(others))


def move(site: Site, name: str, number: int) -> Response:
    """Take the one step that leads to a state: what the drag of a card means.

    A script is answered in JSON: what moved, the sentences that speak against it, or the dialog where something must
    be asked. A plain form is led to where it came from, or to that dialog.
    """
    present = visit().require()
    entity = present.catalog.entity(name)
    sent = request.get_json(silent=True) if request.is_json else request.form
    sent = sent if isinstance(sent, Mapping) else {}
    target, version = _target(sent.get("to")), whole(str(sent.get("version", "")))
    database = site.get(Database)

    def act() -> dict[str, Any]:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            saved = site.get(Records).move_to(
                present.actor,
                entity.name,
                number,
                target,
                version=version or 0,
                field=str(sent.get("field", "")),
                uow=uow,
            )
            return {"id": saved.id, "version": saved.version, "changed": sorted(saved.changed)}

    afterwards = same_site(str(sent.get("next", "")), "")
    scripted = request.is_json or "application/json" in request.headers.get("Accept", "")
    try:
        told = database.attempt(act)
    except (TransitionRefused, VersionConflict) as refused:
        return _refused(site, present, entity, number, target, refused, afterwards, scripted=scripted)
    if scripted:
        return make_response(jsonify(told))
    return go(afterwards or _record(entity, number), present.style._("Saved."))


def _target(value: object) -> str | int:
    """Return a state, or the id of the record that stands for one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not value:
        raise BadRequest("Say by to where the record is to be: a state, or an id.", code="wrong_type")
    return whole(value) or value


def _refused(
    site: Site,
    present: Visit,
    entity: EntitySpec,
    number: int,
    target: str | int,
    refused: PayvandError,
    afterwards: str,
    *,
    scripted: bool,
) -> Response:
    url = _dialog(site, present, entity, number, target, afterwards) if refused.reason == "incomplete" else ""
    if not scripted:
        if url:
            return go(url)
        raise refused
    style = present.style
    body = {
        "code": refused.reason,
        "message": style._(refused.message, **refused.params),
        "errors": [style.problem(problem) for problem in refused.problems],
    }
    return make_response(jsonify({**body, "dialog": url} if url else body), 422 if url else refused.status)


def _dialog(
    site: Site, present: Visit, entity: EntitySpec, number: int, target: str | int, afterwards: str
) -> str:
    """Return where the one step to a target is asked about; ``afterwards`` is where it goes on afterwards."""
    with site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True) as uow:
        offers = site.get(Records).moves(present.actor, entity.name, [number], uow=uow).get(number, [])
    found = next((o for o in offers if o.target == target), None)
    if found is None:
        return ""
    to = found.to[0] if found.to is not None else None
    return url_for(
        "web.transition", entity=entity.name, number=number, name=found.name, to=to, next=afterwards or None
    )
