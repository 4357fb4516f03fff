"""The site's documents behind a customization: one patch for each entity that is extended, one document for each of its own."""

from __future__ import annotations

from collections.abc import Mapping

from core.declaration import document_from_json
from core.errors import Conflict, Problem, ValidationFailed
from core.lifecycle.changes import Definitions
from core.metadata.documents import Document, plain
from core.metadata.names import FIELD_NAME, SITE_ENTITY_PREFIX, SITE_PREFIX
from core.metadata.specs import SITE, Json

Body = Mapping[str, Json]


def field_parts(body: object) -> tuple[str, Body]:
    """Return name and definition of a field as a caller sends it, or refuse its name."""
    if not isinstance(body, Mapping):
        raise _refused("not_an_object", None, "A field is an object with name, type and label.")
    name = body.get("name")
    if not isinstance(name, str) or not FIELD_NAME.fullmatch(name) or not name.startswith(SITE_PREFIX):
        raise _refused(
            "bad_name",
            "name",
            "Names of your own fields begin with x_ and go on with small letters, digits and _.",
        )
    return name, {key: value for key, value in body.items() if key != "name"}


def own_document(definitions: Definitions, entity: str) -> Document | None:
    """Return the site's document that declares this entity, or its patch of a module's entity; None before."""
    kind = "entity" if entity.startswith(SITE_ENTITY_PREFIX) else "extend"
    return next((d for d in definitions.documents if d.key == (SITE, kind, entity)), None)


def with_field(
    definitions: Definitions, entity: str, name: str, field: Body, *, replaces: bool
) -> Definitions:
    """Return the definitions with a field of the site's own added to, or changed on, an entity."""
    present = own_document(definitions, entity)
    body: dict[str, Json] = _body(present, entity)
    fields = dict(_mapping(body.get("fields")))
    if (name in fields) is not replaces:
        raise Conflict(
            "There is already a field {name}." if not replaces else "There is no field {name} of your own.",
            code="taken" if not replaces else "not_own",
            name=name,
        )
    fields[name] = {**_mapping(fields.get(name)), **field} if replaces else dict(field)
    return definitions.with_documents(_document(entity, {**body, "fields": fields}))


def without_field(definitions: Definitions, entity: str, name: str) -> Definitions:
    """Return the definitions without a field of the site's own; its column goes to the trash."""
    body = _body(own_document(definitions, entity), entity)
    fields = dict(_mapping(body.get("fields")))
    if name not in fields:
        raise Conflict("There is no field {name} of your own.", code="not_own", name=name)
    del fields[name]
    return definitions.with_documents(_document(entity, {**body, "fields": fields}))


def entity_documents(body: object) -> tuple[Document, ...]:
    """Return what makes a whole entity of one body: itself, its menu entry, and a role for those who work with it."""
    if not isinstance(body, Mapping):
        raise _refused("not_an_object", None, "An entity is an object with name, label, title and fields.")
    name = body.get("name")
    if not isinstance(name, str) or not name.startswith(SITE_ENTITY_PREFIX):
        raise _refused("bad_name", "name", "Names of your own entities look like x.device.")
    written = {key: value for key, value in body.items() if key not in ("name", "icon", "menu")}
    label = body.get("plural") or body.get("label") or name
    icon = {"icon": body["icon"]} if "icon" in body else {}
    return (
        document_from_json("entity", {"entity": name, **written, **icon}),
        document_from_json("menu", {"menu": name.replace(".", "_"), "label": label, "entity": name, **icon}),
        document_from_json(
            "role",
            {
                "role": f"{name}_user",
                "label": label,
                "grants": [
                    {"entity": name, "actions": ["create", "read", "update", "delete", "import", "export"]}
                ],
            },
        ),
    )


def _document(entity: str, body: Mapping[str, Json]) -> Document:
    return document_from_json("entity" if entity.startswith(SITE_ENTITY_PREFIX) else "extend", body)


def _body(present: Document | None, entity: str) -> dict[str, Json]:
    if present is None:
        return {"extends": entity}
    body = plain(present.body)
    return dict(_mapping(body))


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _refused(code: str, field: str | None, message: str) -> ValidationFailed:
    return ValidationFailed(problems=[Problem(code=code, field=field, message=message)])
