"""The pages on which an entity is arranged: its names, one field with its options, a list, a form or a card."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import (
    AccessDenied,
    BadRequest,
    Conflict,
    MetadataConflict,
    MetadataInvalid,
    PayvandError,
    ValidationFailed,
)
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.metadata.entity_specs import HUES
from core.metadata.specs import EntitySpec, Json, Label
from core.studio import Arranged, Studio
from core.web.admin_pages import sentences
from core.web.arranged_forms import field_changes, texts, typed_label, view_changes
from core.web.arranged_history import TITLES, arranged_kinds
from core.web.collections import collection_url
from core.web.pages import Pages, go
from core.web.texts import N_
from core.web.visit import Visit, visit

HUE_WORDS = {
    "gray": N_("gray"),
    "red": N_("red"),
    "orange": N_("orange"),
    "amber": N_("amber"),
    "green": N_("green"),
    "teal": N_("teal"),
    "blue": N_("blue"),
    "violet": N_("violet"),
    "pink": N_("pink"),
}
REFUSALS = (ValidationFailed, MetadataInvalid, MetadataConflict, Conflict, BadRequest)


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule(
        "/entities/<entity>/names",
        "entity_names",
        lambda entity: names(site, pages, entity),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/fields/<entity>/<name>",
        "arrange_field",
        lambda entity, name: field(site, pages, entity, name),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/fields/<entity>/<name>/restore",
        "restore_field",
        lambda entity, name: restore_field(site, entity, name),
        methods=["POST"],
    )
    made.add_url_rule(
        "/fields/<entity>/views/<kind>",
        "arrange_view",
        lambda entity, kind: view(site, pages, entity, kind),
        methods=["GET", "POST"],
    )


def arranging(site: Site, entity: str) -> Visit:
    """Return who asks, if they may arrange the entity."""
    present = visit().require()
    site.get(Access).require_administers(present.actor, entity, present.catalog)
    return present


def names(site: Site, pages: Pages, name: str) -> Response:
    """Show how an entity is called, and call it otherwise."""
    present = arranging(site, name)
    entity = present.catalog.entity(name)

    def act() -> None:
        changes: dict[str, Json] = {
            key: label
            for key, said in (("label", entity.label), ("plural", entity.plural))
            if (label := typed_label(request.form, key, said))
        }
        if changes:
            site.get(Studio).change_entity(present.actor, name, changes, why=_why())

    style = present.style
    return _answer(
        pages,
        present,
        entity,
        "entity_names.html",
        act,
        url_for("web.entity_fields", entity=name),
        labels=[
            ("label", N_("One record"), texts(entity.label, style)),
            ("plural", N_("Several records"), texts(entity.plural, style)),
        ],
    )


def field(site: Site, pages: Pages, name: str, of: str) -> Response:
    """Show what a field is called and which options it has, and change that."""
    present = arranging(site, name)
    studio, actor, style = site.get(Studio), present.actor, present.style
    said = studio.said(actor, name, of)
    spec = present.catalog.field(name, of)

    def act() -> None:
        changes = field_changes(request.form, spec, said)
        if changes:
            studio.change_field(actor, name, of, changes, why=_why())

    return _answer(
        pages,
        present,
        present.catalog.entity(name),
        "arrange_field.html",
        act,
        url_for("web.entity_fields", entity=name),
        field=spec,
        labels=[
            ("label", N_("Label"), texts(spec.label, style)),
            ("help", N_("Help for those who fill it in"), texts(spec.help, style)),
        ],
        options=[(choice, texts(choice.label, style)) for choice in spec.choices],
        states=present.catalog.workflow_of(name, of) is not None and studio.arranges(actor, name),
        hues=[(hue, HUE_WORDS[hue]) for hue in HUES],
    )


def restore_field(site: Site, entity: str, name: str) -> Response:
    """Take a field out of the trash, with its values."""
    present = arranging(site, entity)
    site.get(Studio).restore_field(present.actor, entity, name)
    return go(
        url_for("web.entity_fields", entity=entity), present.style._("The field is back, with its values.")
    )


def view(site: Site, pages: Pages, name: str, kind: str) -> Response:
    """Show how a list, a form or a card is laid out, and lay it out otherwise."""
    present = arranging(site, name)
    studio, actor, catalog = site.get(Studio), present.actor, present.catalog
    shown = studio.view(actor, name, kind)
    entity = catalog.entity(name)

    def act() -> None:
        key = "sections" if kind == "form" else "columns"
        back = {key: None, **({"sort": None} if kind == "list" else {})}
        changes = back if request.form.get("act") == "reset" else view_changes(request.form, shown)
        if changes:
            studio.change_view(actor, name, kind, changes, why=_why())

    style = present.style
    return _answer(
        pages,
        present,
        entity,
        "arrange_view.html",
        act,
        collection_url("list" if kind == "form" else kind, name),
        view=shown,
        title=TITLES[kind],
        kinds=[(one, TITLES[one]) for one in arranged_kinds(catalog, entity)],
        sections=[(section, texts(section.label, style)) for section in shown.sections],
        sortable=[name for name in (*_shown(shown), *shown.others) if "." not in name],
        filters=[(one, texts(one.label, style)) for one in shown.filters],
        field_label=lambda path: style.label(field_label(catalog, entity, path)),
    )


def _shown(view: Arranged) -> list[str]:
    return [name for section in view.sections for name in section.items]


def field_label(catalog: Catalog, entity: EntitySpec, path: str) -> Label:
    """Return the label of the field at the end of a path, which whoever asks has been found to read."""
    name, _, rest = path.partition(".")
    spec = entity.fields[name]
    to = spec.option("to")
    target = catalog.entities.get(to) if isinstance(to, str) else None
    return field_label(catalog, target, rest) if rest and target is not None else spec.label


def _answer(
    pages: Pages,
    present: Visit,
    entity: EntitySpec,
    template: str,
    act: Callable[[], None],
    onward: str,
    **values: object,
) -> Response:
    """Do what was sent and lead on, or show the page with what is wrong with it."""
    problems: tuple[str, ...] = ()
    status = 200
    if request.method == "POST":
        try:
            act()
        except (*REFUSALS, AccessDenied) as refused:
            problems, status = sentences(present, refused), _status(refused)
        else:
            return go(onward, present.style._("Changed, for everybody."))
    typed = request.form if request.method == "POST" else {}
    return pages.show(
        template, nav="fields", entity=entity, problems=problems, typed=typed, status=status, **values
    )


def _status(refused: PayvandError) -> int:
    return 422 if refused.status == 409 else refused.status


def _why() -> str:
    return request.form.get("why", "").strip()
