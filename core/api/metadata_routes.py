"""Definitions: entities and fields, as the caller may know them; administrators change them while all work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from core.access import Access, FieldRights
from core.api.answers import nothing, reply
from core.api.bodies import read_json
from core.api.call import Call
from core.api.idempotency import KEY, Made, once_beside
from core.api.questions import FLAG
from core.api.rights import actions_of, known_entity, knows
from core.api.routes import OBJECT, Parameter, Route, flag, listed, ref, text
from core.i18n import Style
from core.metadata.documents import plain
from core.metadata.specs import EntitySpec, FieldSpec, Label
from core.storage.catalogs import Catalogs
from core.studio import Studio


def get_entities(call: Call) -> Response:
    """Answer the entities on which the caller has some right."""
    found = [e for e in call.catalog.entities.values() if knows(call, e.name)]
    return reply({"items": [_entity(call, spec) for spec in sorted(found, key=lambda e: e.name)]})


def get_entity(call: Call, entity: str) -> Response:
    """Answer an entity with the fields that the caller may read or write."""
    spec = known_entity(call, entity)
    return reply({**_entity(call, spec), "fields": _fields(call, spec)})


def get_fields(call: Call, entity: str) -> Response:
    """Answer the fields of an entity that the caller may read or write; or those in the trash that they may restore."""
    if flag(call, "trash"):
        _require(call, entity)
        return reply(
            {"items": [{"name": name} for name in call.site.get(Studio).removed_fields(call.actor, entity)]}
        )
    return reply({"items": _fields(call, known_entity(call, entity))})


def add_entity(call: Call) -> Response:
    """Make an entity with list, form, rights and API."""
    call.require_administrator()
    body, raw = read_json(call.request)

    def act() -> Made:
        spec = call.site.get(Studio).add_entity(call.actor, body)
        call.catalog = call.site.get(Catalogs).current()
        return Made(status=201, body=orjson.dumps({**_entity(call, spec), "fields": _fields(call, spec)}))

    return once_beside(call, raw, act, address=call.request.path)


def remove_entity(call: Call, entity: str) -> Response:
    """Put an entity of the site's own in the trash."""
    call.require_administrator()
    call.site.get(Studio).remove_entity(call.actor, entity)
    return nothing()


def change_entity(call: Call, entity: str) -> Response:
    """Change what an entity is called."""
    _require(call, entity)
    body, _ = read_json(call.request)
    spec = call.site.get(Studio).change_entity(call.actor, entity, body, why=text(call, "why"))
    return reply(_entity(call, spec))


def add_field(call: Call, entity: str) -> Response:
    """Add a field; the very next request on any process can use it."""
    _require(call, entity)
    body, raw = read_json(call.request)

    def act() -> Made:
        return Made(
            status=201,
            body=orjson.dumps(
                _own(call, call.site.get(Studio).add_field(call.actor, entity, body, why=text(call, "why")))
            ),
        )

    return once_beside(call, raw, act, address=call.request.path)


def change_field(call: Call, entity: str, field: str) -> Response:
    """Change properties of a field; a module's is patched by the site."""
    _require(call, entity)
    body, _ = read_json(call.request)
    changed = call.site.get(Studio).change_field(call.actor, entity, field, body, why=text(call, "why"))
    return reply(_own(call, changed))


def remove_field(call: Call, entity: str, field: str) -> Response:
    """Put a field of the site's own in the trash; its values stay until they are purged."""
    _require(call, entity)
    call.site.get(Studio).remove_field(call.actor, entity, field, why=text(call, "why"))
    return nothing()


def restore_field(call: Call, entity: str, field: str) -> Response:
    """Take a field out of the trash, with the values that it had."""
    _require(call, entity)

    def act() -> Made:
        return Made(
            status=200,
            body=orjson.dumps(
                _own(
                    call,
                    call.site.get(Studio).restore_field(call.actor, entity, field, why=text(call, "why")),
                )
            ),
        )

    return once_beside(call, b"", act)


def _require(call: Call, entity: str) -> None:
    """Refuse whoever may not arrange the entity; what of a change is more than that, the studio refuses."""
    call.site.get(Access).require_administers(call.actor, entity, call.catalog)


def _own(call: Call, spec: FieldSpec) -> dict[str, Any]:
    """Return a field that was changed, as the one who changed it has it."""
    if call.everybody:
        return _field(spec, call.style, None)
    catalog = call.site.get(Catalogs).current()
    return _field(spec, call.style, call.site.get(Access).fields(call.actor, spec.entity, catalog))


def _entity(call: Call, spec: EntitySpec) -> dict[str, Any]:
    style = call.style
    return {
        "name": spec.name,
        "label": style.label(spec.label),
        "plural": style.label(spec.plural),
        "title": spec.title,
        "icon": spec.icon,
        "owner": spec.owner,
        "part_of": spec.part_of or None,
        "actions": actions_of(call, spec.name),
    }


def _fields(call: Call, spec: EntitySpec) -> list[dict[str, Any]]:
    rights, style = call.site.get(Access).fields(call.actor, spec.name, call.catalog), call.style
    return [
        _field(field, style, rights)
        for field in spec.fields.values()
        if field.name in rights.readable or field.name in rights.editable
    ]


def _field(spec: FieldSpec, style: Style, rights: FieldRights | None) -> dict[str, Any]:
    """Return a field; without ``rights`` as an administrator has it."""
    writable = not (spec.system or spec.derived or spec.type == "sequence")
    described: dict[str, Any] = {
        "name": spec.name,
        "type": spec.type,
        **_labelled("label", spec.label, style),
        "owner": spec.owner,
        "required": spec.required,
        "unique": spec.unique,
        "search": spec.search,
        "readable": rights is None or spec.name in rights.readable,
        "editable": writable if rights is None else spec.name in rights.editable,
    }
    if spec.help:
        described |= _labelled("help", spec.help, style)
    if spec.default is not None:
        described["default"] = plain(spec.default)
    if spec.choices:
        described["choices"] = [
            {
                "name": c.name,
                "label": style.label(c.label),
                "hue": c.hue,
                **({"hidden": True} if c.hidden else {}),
            }
            for c in spec.choices
        ]
    return {
        **described,
        **{name: plain(value) for name, value in spec.options.items() if name not in described},
    }


def _labelled(name: str, label: Label, style: Style) -> dict[str, Any]:
    """Return a label in the caller's language; of the site's own also what was written for each language."""
    if isinstance(label, Mapping):
        return {name: style.label(label), f"{name}s": dict(label)}
    return {name: style.label(label)}


WHY = Parameter(name="why", about="Why it is changed; it is kept beside the definition.")
_ENTITIES, _FIELDS = "/metadata/entities", "/metadata/entities/{entity}/fields"

ROUTES = (
    Route(
        method="GET",
        path=_ENTITIES,
        name="list_entities",
        run=get_entities,
        group="Definitions",
        about="The entities that the caller may know of.",
        answers={200: listed(ref("Entity"))},
    ),
    Route(
        method="POST",
        path=_ENTITIES,
        name="add_entity",
        run=add_entity,
        group="Definitions",
        about="Make an entity with list, form, rights and API.",
        headers=(KEY,),
        body=ref("NewEntity"),
        answers={201: ref("Entity")},
    ),
    Route(
        method="GET",
        path=f"{_ENTITIES}/{{entity}}",
        name="get_entity",
        run=get_entity,
        group="Definitions",
        about="An entity with its fields.",
        answers={200: ref("Entity")},
    ),
    Route(
        method="PATCH",
        path=f"{_ENTITIES}/{{entity}}",
        name="change_entity",
        run=change_entity,
        group="Definitions",
        about="Change what an entity is called: label, plural.",
        parameters=(WHY,),
        body=OBJECT,
        answers={200: ref("Entity")},
    ),
    Route(
        method="DELETE",
        path=f"{_ENTITIES}/{{entity}}",
        name="remove_entity",
        run=remove_entity,
        group="Definitions",
        about="Put an entity of the site's own in the trash.",
        answers={204: None},
    ),
    Route(
        method="GET",
        path=_FIELDS,
        name="list_fields",
        run=get_fields,
        group="Definitions",
        about="The fields of an entity.",
        answers={200: listed(ref("Field"))},
        parameters=(Parameter(name="trash", about="Those in the trash, by name.", schema=FLAG),),
    ),
    Route(
        method="POST",
        path=_FIELDS,
        name="add_field",
        run=add_field,
        group="Definitions",
        about="Add a field while everybody works on.",
        parameters=(WHY,),
        headers=(KEY,),
        body=ref("NewField"),
        answers={201: ref("Field")},
    ),
    Route(
        method="PATCH",
        path=f"{_FIELDS}/{{field}}",
        name="change_field",
        run=change_field,
        group="Definitions",
        about="Change properties of a field.",
        parameters=(WHY,),
        body=OBJECT,
        answers={200: ref("Field")},
    ),
    Route(
        method="DELETE",
        path=f"{_FIELDS}/{{field}}",
        name="remove_field",
        run=remove_field,
        group="Definitions",
        about="Put a field of the site's own in the trash.",
        parameters=(WHY,),
        answers={204: None},
    ),
    Route(
        method="POST",
        path=f"{_FIELDS}/{{field}}/restore",
        name="restore_field",
        run=restore_field,
        group="Definitions",
        about="Take a field out of the trash.",
        parameters=(WHY,),
        headers=(KEY,),
        answers={200: ref("Field")},
    ),
)
