"""The site's documents behind a customization: one patch for each entity that is extended, one document for each of its own."""

from __future__ import annotations

from collections.abc import Mapping

from core.declaration import document_from_json
from core.errors import Conflict, Problem, ValidationFailed
from core.lifecycle.changes import Definitions
from core.metadata.documents import Document, plain
from core.metadata.names import FIELD_NAME, SITE_ENTITY_PREFIX, SITE_PREFIX
from core.metadata.specs import SITE, EntitySpec, FieldSpec, Json

Body = Mapping[str, Json]

SEEN = ("label", "help", "required", "unique", "search", "duplicate_key", "read_only", "default")
"""What of a module's field is remembered as it was when the site changed it."""


def field_parts(entity: str, body: object) -> tuple[str, Body]:
    """Return name and definition of a new field as a caller sends it, or refuse what is not one."""
    if not isinstance(body, Mapping):
        raise _refused("not_an_object", None, "A field is an object with name, type and label.")
    name = body.get("name")
    own = entity.startswith(SITE_ENTITY_PREFIX)
    if (
        not isinstance(name, str)
        or not FIELD_NAME.fullmatch(name)
        or not (own or name.startswith(SITE_PREFIX))
    ):
        raise _refused(
            "bad_name",
            "name",
            "Names of your own fields begin with x_ and go on with small letters, digits and _.",
        )
    if not isinstance(body.get("type"), str):
        raise _refused("required", "type", "A field needs a type.")
    return name, {key: value for key, value in body.items() if key != "name"}


def field_changes(spec: FieldSpec, body: object) -> Body:
    """Return the properties of a field that a caller changes; its name and its type stay."""
    if not isinstance(body, Mapping):
        raise _refused("not_an_object", None, "A field is an object with name, type and label.")
    if body.get("type", spec.type) != spec.type:
        raise Conflict("The type of a field cannot change; add a new field instead.", code="type_stays")
    return {key: value for key, value in body.items() if key not in ("name", "type")}


def entity_labels(body: object) -> Body:
    """Return what a caller changes of an entity: how one of its records, and several, are called."""
    if not isinstance(body, Mapping) or body.keys() - {"label", "plural"}:
        raise _refused("not_an_object", None, "Send what is to change of the entity: label, plural.")
    return body


def own_document(definitions: Definitions, entity: str) -> Document | None:
    """Return the site's document that declares this entity, or its patch of a module's entity; None before."""
    kind = _kind(entity)
    return next((d for d in definitions.documents if d.key == (SITE, kind, entity)), None)


def own_fields(definitions: Definitions, entity: str) -> dict[str, Json]:
    """Return what the site says about fields of an entity: its own, and its changes of others."""
    document = own_document(definitions, entity)
    return dict(_mapping(document.body.get("fields"))) if document else {}


def with_field(definitions: Definitions, entity: str, name: str, field: Body) -> Definitions:
    """Return the definitions with a new field of the site's own on an entity."""
    fields = own_fields(definitions, entity)
    if name in fields:
        raise Conflict("There is already a field {name}.", code="taken", name=name)
    return _with_fields(definitions, entity, {**fields, name: dict(field)})


def with_changed_field(definitions: Definitions, entity: str, spec: FieldSpec, changes: Body) -> Definitions:
    """Return the definitions with properties of a field changed: of the site's own, or over a module's."""
    fields = own_fields(definitions, entity)
    present = _mapping(fields.get(spec.name))
    fields[spec.name] = {**present, **changes}
    changed = _with_fields(definitions, entity, fields)
    return (
        changed
        if spec.owner == SITE
        else _remembering(changed, entity, spec, changes.keys() - present.keys())
    )


def with_changed_entity(definitions: Definitions, spec: EntitySpec, changes: Body) -> Definitions:
    """Return the definitions with an entity called otherwise; what is empty is said by its module again."""
    present = own_document(definitions, spec.name)
    body = _written(present) if present else {"extends": spec.name}
    kept: dict[str, Json] = {k: v for k, v in {**body, **changes}.items() if v or k not in changes}
    if _kind(spec.name) == "entity":
        return definitions.with_documents(document_from_json("entity", kept))
    before = _mapping(body.get("base"))
    seen: dict[str, Json] = {
        key: before.get(key, plain(getattr(spec, key))) for key in ("label", "plural") if key in kept
    }
    rest = {key: value for key, value in before.items() if key not in ("label", "plural")}
    return _without_nothing(definitions, spec.name, {**kept, "base": {**rest, **seen}})


def without_field(definitions: Definitions, entity: str, name: str) -> Definitions:
    """Return the definitions without a field of the site's own; its column goes to the trash."""
    fields = own_fields(definitions, entity)
    if name not in fields:
        raise Conflict("There is no field {name} of your own.", code="not_own", name=name)
    del fields[name]
    return _with_fields(definitions, entity, fields)


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


def _with_fields(definitions: Definitions, entity: str, fields: Body) -> Definitions:
    """Return the definitions with these as all that the site says about fields; a patch of nothing goes."""
    present = own_document(definitions, entity)
    body = _written(present) if present else {"extends": entity}
    kept = {key: value for key, value in body.items() if key not in ("extends", "fields", "base")}
    if not fields and not kept and _kind(entity) == "extend":
        return definitions.without((SITE, "extend", entity))
    return definitions.with_documents(document_from_json(_kind(entity), {**body, "fields": fields}))


def _without_nothing(definitions: Definitions, entity: str, body: Body) -> Definitions:
    """Return the definitions with a patch; one that says nothing goes."""
    said = {key: value for key, value in body.items() if value or key == "extends"}
    if not said.keys() - {"extends", "base"}:
        return definitions.without((SITE, "extend", entity))
    return definitions.with_documents(document_from_json("extend", said))


def _remembering(definitions: Definitions, entity: str, spec: FieldSpec, keys: set[str]) -> Definitions:
    """Return the definitions with the values that the site has seen of a module's field before changing them."""
    document = own_document(definitions, entity)
    if document is None:
        return definitions
    body = _written(document)
    seen = {f"fields.{spec.name}.{key}": plain(getattr(spec, key)) for key in sorted(keys) if key in SEEN}
    return definitions.with_documents(
        document_from_json("extend", {**body, "base": {**_mapping(body.get("base")), **seen}})
    )


def _written(document: Document) -> dict[str, Json]:
    return dict(_mapping(plain(document.body)))


def _kind(entity: str) -> str:
    return "entity" if entity.startswith(SITE_ENTITY_PREFIX) else "extend"


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _refused(code: str, field: str | None, message: str) -> ValidationFailed:
    return ValidationFailed(problems=[Problem(code=code, field=field, message=message)])
