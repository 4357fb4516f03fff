"""Many rows at once: chosen one by one or all that the list finds; edited with a preview, deleted, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for

from core.access import Access, FieldRights
from core.errors import AccessDenied, PayvandError, Problem, ValidationFailed
from core.fields import FieldTypes
from core.jobs import Jobs
from core.kernel.site import Site
from core.metadata.specs import FILE_TYPES, EntitySpec, FieldSpec, Json
from core.records.bulk import AT_ONCE, IDS, Bulk, BulkDone, Chosen, new_cause
from core.records.bulk_task import BULK_EDIT, defer_bulk
from core.storage import Database, UnitOfWork
from core.web.chips import LONGEST_ID
from core.web.fields import FieldViews
from core.web.form_values import FormReader, FormValues
from core.web.listing import context_of, read_listing
from core.web.lookups import find_by_title, store_upload
from core.web.pages import Pages, WayBack, go
from core.web.saved_views import read_state
from core.web.visit import Visit, visit

UNFIT = FILE_TYPES | {"list", "sequence"}
"""Types of fields that are not the same for many records."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The rows that a form was sent for: as ids, or as the state of the list that finds them."""

    ids: tuple[int, ...]
    everything: bool
    state: str
    chosen: Chosen

    @property
    def back(self) -> str:
        """The query string of the list."""
        return read_state(self.state).address()


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    acts: dict[str, Callable[[str], Response]] = {
        "edit": lambda entity: edit(site, pages, entity),
        "undo": lambda entity: undo(site, entity),
    }
    for name, act in acts.items():
        made.add_url_rule(f"/records/<entity>/bulk/{name}", f"bulk_{name}", act, methods=["POST"])
    made.add_url_rule(
        "/records/<entity>/delete", "delete_records", lambda entity: delete(site, entity), methods=["POST"]
    )
    made.add_url_rule(
        "/records/<entity>/bulk/<int:job>", "bulk_task", lambda entity, job: task(site, pages, entity, job)
    )


def read_choice(site: Site, present: Visit, name: str) -> Choice:
    """Read which rows are meant; a state is asked again, with the rights of whoever sends it."""
    state = request.form.get("state", "")
    ids = tuple(
        dict.fromkeys(
            int(v) for v in request.form.getlist("id") if v.isascii() and v.isdigit() and len(v) < LONGEST_ID
        )
    )[:IDS]
    everything = request.form.get("all") == "1"
    if not everything:
        return Choice(ids=ids, everything=False, state=state, chosen=Chosen(ids=ids))
    query = read_listing(site, present, name, read_state(state)).query
    return Choice(
        ids=(), everything=True, state=state, chosen=Chosen(filter=query.filter, search=query.search)
    )


def edit(site: Site, pages: Pages, name: str) -> Response:
    """Ask for fields and values, tell how many records they are for, and write them."""
    present = visit().require()
    entity, access = present.catalog.entity(name), site.get(Access)
    access.require(present.actor, name, "update", present.catalog)
    choice = read_choice(site, present, name)
    if not choice.ids and not choice.everything:
        return go(
            url_for("web.record_list", entity=name) + choice.back, present.style._("Nothing was chosen.")
        )
    rights = access.fields(present.actor, name, present.catalog)
    names = _fields(entity, rights)
    if request.form.get("act") != "apply":
        return _ask(site, pages, present, entity, choice, names)
    typed = _typed(site, present, entity, names)
    if typed.problems:
        return _ask(site, pages, present, entity, choice, names, typed=typed, problems=typed.problems)
    try:
        return _carried_out(site, present, entity, choice, _wire(site, entity, typed.values))
    except (ValidationFailed, AccessDenied) as refused:
        reasons = refused.problems or (
            Problem(code=refused.reason, message=refused.message, params=refused.params),
        )
        return _ask(site, pages, present, entity, choice, names, typed=typed, problems=reasons)


def _fields(entity: EntitySpec, rights: FieldRights) -> dict[str, FieldSpec]:
    """Return the fields that this person may write in many records."""
    return {
        spec.name: spec
        for spec in entity.fields.values()
        if spec.name in rights.editable
        and spec.name in rights.readable
        and not (spec.system or spec.derived or spec.read_only or spec.unique or spec.type in UNFIT)
    }


def _asked(names: Mapping[str, FieldSpec]) -> list[str]:
    """Return the fields that are on the form: those before, and one more."""
    form = request.form
    wanted = [*form.getlist("field"), form.get("new_field", "")]
    dropped = form.get("act", "").removeprefix("drop:")
    return [name for name in dict.fromkeys(wanted) if name in names and name != dropped]


def _typed(site: Site, present: Visit, entity: EntitySpec, names: Mapping[str, FieldSpec]) -> FormValues:
    reader = FormReader(
        types=site.get(FieldTypes),
        context=context_of(site, present),
        catalog=present.catalog,
        find=lambda target, text: find_by_title(site, present, target, text),
        store=lambda upload: store_upload(site, present, upload),
    )
    return reader.read(entity, _asked(names), request.form, request.files)


def _wire(site: Site, entity: EntitySpec, values: Mapping[str, Any]) -> dict[str, Json]:
    """Return typed values as jobs and the API carry them."""
    types = site.get(FieldTypes)
    wire: dict[str, Json] = {}
    for name, value in values.items():
        spec = entity.fields[name]
        if spec.type == "links":
            wire[name] = [getattr(one, "id", one) for one in value or ()]
        else:
            wire[name] = None if value is None else types.get(spec.type).dump(spec, value)
    return wire


def _ask(
    site: Site,
    pages: Pages,
    present: Visit,
    entity: EntitySpec,
    choice: Choice,
    names: Mapping[str, FieldSpec],
    *,
    typed: FormValues | None = None,
    problems: tuple[Problem, ...] | list[Problem] = (),
) -> Response:
    """Show the form: which records, which fields, and why something was refused."""
    typed = typed or _typed(site, present, entity, names)
    views = FieldViews(site.get(FieldTypes), present.style, site.settings.currency)
    told = [(problem.field or "", present.style.problem(problem)) for problem in problems]
    asked = _asked(names)
    shown = [
        views.field(
            names[name],
            typed.values.get(name),
            raw=typed.raw.get(name),
            errors=[text for field, text in told if field == name],
        )
        for name in asked
    ]
    seen, may = _counts(site, present, entity.name, choice)
    return pages.show(
        "bulk.html",
        nav=entity.name,
        entity=entity,
        choice=choice,
        fields=shown,
        others=[spec for name, spec in names.items() if name not in asked],
        problems=[text for field, text in told if field not in asked],
        seen=seen,
        may=may,
        at_once=AT_ONCE,
        status=422 if problems else 200,
    )


def _counts(site: Site, present: Visit, name: str, choice: Choice) -> tuple[int, int]:
    """Return how many records were chosen, and how many of them this person may change."""
    database, bulk = site.get(Database), site.get(Bulk)
    with database.unit(present.catalog, present.actor, channel="web", reading=True) as uow:
        seen = len(bulk.find(present.actor, name, choice.chosen, "read", uow))
        return seen, len(bulk.find(present.actor, name, choice.chosen, "update", uow))


def _carried_out(
    site: Site, present: Visit, entity: EntitySpec, choice: Choice, values: dict[str, Json] | None
) -> Response:
    """Write the values, or put the records in the trash where there are none; in a job where they are many."""
    name, database = entity.name, site.get(Database)

    def act() -> BulkDone | int:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            return _write(site, present, name, choice, values, uow)

    done = database.attempt(act)
    back = url_for("web.record_list", entity=name) + choice.back
    if isinstance(done, int):
        return go(url_for("web.bulk_task", entity=name, job=done))
    way = WayBack(url=url_for("web.bulk_undo", entity=name), values=(("cause", done.cause),))
    style = present.style
    if values is None:
        text = style.ngettext(
            "{number} record is in the trash.", "{number} records are in the trash.", done.changed
        )
    else:
        text = style.ngettext("{number} record is changed.", "{number} records are changed.", done.changed)
    return go(back, text, undo=way if done.changed else "")


def _write(
    site: Site,
    present: Visit,
    name: str,
    choice: Choice,
    values: dict[str, Json] | None,
    uow: UnitOfWork,
) -> BulkDone | int:
    bulk, cause = site.get(Bulk), new_cause()
    if values is None and not choice.everything:
        ids = list(choice.ids)  # what is named is deleted whole, or refused
    else:
        ids = bulk.find(present.actor, name, choice.chosen, "delete" if values is None else "update", uow)
    if not ids:
        raise AccessDenied("You may change none of these records.", code="nothing_granted")
    if len(ids) > AT_ONCE:
        return defer_bulk(site.get(Jobs), name, ids, values, cause=cause, uow=uow)
    if values is None:
        return bulk.delete(present.actor, name, ids, cause=cause, uow=uow)
    return bulk.edit(present.actor, name, ids, values, cause=cause, uow=uow)


def delete(site: Site, name: str) -> Response:
    """Put the chosen records in the trash; the next page offers the way back."""
    present = visit().require()
    site.get(Access).require(present.actor, name, "delete", present.catalog)
    choice = read_choice(site, present, name)
    if not choice.ids and not choice.everything:
        return go(
            url_for("web.record_list", entity=name) + choice.back, present.style._("Nothing was chosen.")
        )
    return _carried_out(site, present, present.catalog.entity(name), choice, None)


def undo(site: Site, name: str) -> Response:
    """Take a bulk change back: fields that nobody has moved since."""
    present, database = visit().require(), site.get(Database)
    cause = request.form.get("cause", "")

    def act() -> BulkDone:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            return site.get(Bulk).undo(present.actor, name, cause, uow=uow)

    style = present.style
    try:
        done = database.attempt(act)
        text = style.ngettext(
            "{number} record is as before.", "{number} records are as before.", done.changed
        )
        if done.unchanged:
            left = "{number} was changed since and stays.", "{number} were changed since and stay."
            text = f"{text} {style.ngettext(*left, done.unchanged)}"
    except PayvandError as refused:
        text = style._(refused.message, **refused.params)
    return go(url_for("web.record_list", entity=name), text)


def task(site: Site, pages: Pages, name: str, job: int) -> Response:
    """Show how far a bulk change is, and what became of it."""
    present = visit().require()
    status = site.get(Jobs).status(present.actor, job)
    if status.kind != BULK_EDIT or status.arguments.get("entity") != name:
        return go(url_for("web.record_list", entity=name))
    return pages.show(
        "bulk_task.html",
        nav=name,
        entity=present.catalog.entity(name),
        job=status,
        result=status.result or {},
    )
