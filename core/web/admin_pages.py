"""What administrators change while everybody works on: fields and entities of the site's own."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import Conflict, MetadataConflict, MetadataInvalid, PayvandError, ValidationFailed
from core.i18n import Style
from core.kernel.site import Site
from core.metadata.specs import SITE, FieldSpec, Json
from core.studio import Studio
from core.studio.arrangement import PLAIN_TYPES, is_plain_field
from core.web.arranged_history import TITLES, arranged_kinds, told_history
from core.web.pages import Pages, go
from core.web.texts import N_
from core.web.visit import Visit, visit

OFFERED = (
    "text",
    "long_text",
    "rich_text",
    "integer",
    "decimal",
    "percent",
    "money",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multi_choice",
    "reference",
    "links",
    "email",
    "phone",
    "url",
    "file",
    "image",
)
TYPE_LABELS = {
    "text": N_("Text"),
    "long_text": N_("Long text"),
    "rich_text": N_("Formatted text"),
    "integer": N_("Whole number"),
    "decimal": N_("Decimal number"),
    "percent": N_("Percent"),
    "money": N_("Amount of money"),
    "boolean": N_("Yes or no"),
    "date": N_("Date"),
    "datetime": N_("Date and time"),
    "choice": N_("Choice"),
    "multi_choice": N_("Several choices"),
    "reference": N_("Reference to a record"),
    "links": N_("Links to records"),
    "email": N_("E-mail address"),
    "phone": N_("Phone number"),
    "url": N_("Web address"),
    "file": N_("File"),
    "image": N_("Picture"),
    "list": N_("Table of records"),
    "reference_any": N_("Reference to records of several kinds"),
    "sequence": N_("Number in sequence"),
}
ROLLED, COMPUTED = N_("{type}, gathered from other records"), N_("{type}, computed")
HUES = ("gray", "teal", "blue", "green", "amber", "orange", "red", "violet", "pink")


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/fields", "fields", lambda: fields(site, pages))
    made.add_url_rule(
        "/fields/<entity>",
        "entity_fields",
        lambda entity: entity_fields(site, pages, entity),
        methods=["GET", "POST"],
    )
    made.add_url_rule(
        "/fields/<entity>/<name>/remove",
        "remove_field",
        lambda entity, name: remove_field(site, entity, name),
        methods=["POST"],
    )
    made.add_url_rule("/entities/new", "new_entity", lambda: new_entity(site, pages), methods=["GET", "POST"])


def _administrator(site: Site) -> Visit:
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    return present


def fields(site: Site, pages: Pages) -> Response:
    """Show all entities, to choose whose fields to see."""
    present = _administrator(site)
    entities = sorted(
        present.catalog.entities.values(), key=lambda e: present.style.sort_key(present.style.label(e.label))
    )
    return pages.show("fields.html", nav="fields", entities=entities)


def entity_fields(site: Site, pages: Pages, name: str) -> Response:
    """Show the fields of an entity and add one."""
    present = visit().require()
    access = site.get(Access)
    access.require_administers(present.actor, name, present.catalog)
    every = access.is_administrator(present.actor, present.catalog)
    entity = present.catalog.entity(name)
    typed = {
        key: request.form.get(key, "")
        for key in ("name", "type", "label_en", "label_fa", "help", "choices", "to")
    }
    flags = {key: every and request.form.get(key) == "1" for key in ("required", "search", "unique")}
    problems: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            site.get(Studio).add_field(present.actor, name, field_body(typed, flags))
            return go(
                url_for("web.entity_fields", entity=name),
                present.style._("The field is ready, on every screen and in the API."),
            )
        except (ValidationFailed, MetadataInvalid, MetadataConflict, Conflict) as refused:
            problems = sentences(present, refused)
    targets = sorted(
        ((e.name, present.style.label(e.label)) for e in present.catalog.entities.values() if every),
        key=lambda pair: present.style.sort_key(pair[1]),
    )
    studio = site.get(Studio)
    return pages.show(
        "entity_fields.html",
        nav="fields",
        entity=entity,
        typed=typed,
        flags=flags,
        problems=problems,
        targets=targets,
        types=[(t, TYPE_LABELS[t]) for t in OFFERED if every or t in PLAIN_TYPES],
        status=422 if problems else 200,
        rows=[
            (field, type_text(present.style, field), field.owner == SITE and (every or is_plain_field(field)))
            for field in entity.fields.values()
            if not field.system and access.reads_everywhere(present.actor, name, field.name, present.catalog)
        ],
        removed=studio.removed_fields(present.actor, name),
        views=[(kind, TITLES[kind]) for kind in arranged_kinds(present.catalog, entity)],
        history=told_history(present, studio.history(present.actor, name)),
    )


def type_text(style: Style, field: FieldSpec) -> str:
    """Return what kind of field it is, in words."""
    name = style._(TYPE_LABELS[field.type]) if field.type in TYPE_LABELS else field.type
    if field.computed:
        return style._(COMPUTED, type=name)
    return style._(ROLLED, type=name) if field.rollup is not None else name


def field_body(typed: dict[str, str], flags: dict[str, bool]) -> dict[str, Json]:
    """Return the definition of a field as the page collects it."""
    name = typed["name"].strip()
    label = {lang: typed[f"label_{lang}"].strip() for lang in ("en", "fa") if typed[f"label_{lang}"].strip()}
    body: dict[str, Json] = {
        "name": name if name.startswith("x_") else f"x_{name}",
        "type": typed["type"],
        "label": label or name,
        **{key: True for key, on in flags.items() if on},
    }
    if typed["help"].strip():
        body["help"] = typed["help"].strip()
    if typed["type"] in ("reference", "links"):
        body["to"] = typed["to"]
    if typed["type"] in ("choice", "multi_choice"):
        body["choices"] = choices_of(typed["choices"])
    return body


def choices_of(text: str) -> dict[str, Json]:
    """Return the options of a choice from lines ``name = label``; a line without a name gets one by number."""
    found: dict[str, Json] = {}
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        name, separator, label = line.partition("=")
        found[name.strip() if separator else f"option_{number}"] = {
            "label": (label if separator else line).strip(),
            "hue": HUES[number % len(HUES)],
        }
    return found


def sentences(present: Visit, refused: PayvandError) -> tuple[str, ...]:
    """Return what is wrong in the reader's words, one sentence for each reason."""
    style = present.style
    return tuple(style.problem(p) for p in refused.problems) or (style._(refused.message, **refused.params),)


def remove_field(site: Site, entity: str, name: str) -> Response:
    """Put a field of the site's own in the trash; its values stay until it is purged."""
    present = visit().require()
    site.get(Studio).remove_field(present.actor, entity, name)
    return go(
        url_for("web.entity_fields", entity=entity),
        present.style._("The field is in the trash; its values are kept."),
    )


def new_entity(site: Site, pages: Pages) -> Response:
    """Make an entity of the site's own, with its title field; more fields follow on its page."""
    present = _administrator(site)
    keys = ("name", "label_en", "label_fa", "title_en", "title_fa")
    typed = {key: request.form.get(key, "").strip() for key in keys}
    problems: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            entity = site.get(Studio).add_entity(present.actor, entity_body(typed))
            return go(
                url_for("web.entity_fields", entity=entity.name),
                present.style._("The entity is ready; add its fields."),
            )
        except (ValidationFailed, MetadataInvalid, MetadataConflict, Conflict) as refused:
            problems = sentences(present, refused)
    return pages.show(
        "new_entity.html", nav="fields", typed=typed, problems=problems, status=422 if problems else 200
    )


def entity_body(typed: dict[str, str]) -> dict[str, Json]:
    """Return the definition of an entity as the page collects it."""

    def labels(stem: str) -> dict[str, Json]:
        return {lang: typed[f"{stem}_{lang}"] for lang in ("en", "fa") if typed[f"{stem}_{lang}"]}

    name = typed["name"].removeprefix("x.")
    return {
        "name": f"x.{name}",
        "label": labels("label") or name,
        "title": "name",
        "fields": {
            "name": {"type": "text", "label": labels("title") or "Name", "required": True, "search": True}
        },
    }
