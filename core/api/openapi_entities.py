"""Entities in openapi.json: what their records read and write for this caller, and their own addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from apispec import APISpec

from core.access import Access
from core.api.call import Call
from core.api.record_routes import ROUTES
from core.api.routes import Route, Schema, listed, ref
from core.fields import FieldTypes
from core.metadata.specs import EntitySpec, FieldSpec

Describe = Callable[[Route], dict[str, Any]]

ACTIONS: Mapping[str, str] = {
    "list_records": "read",
    "get_record": "read",
    "create_records": "create",
    "change_record": "update",
    "delete_record": "delete",
}


def entity_parameter(entities: Sequence[str]) -> dict[str, Any]:
    """Return the parameter that names an entity; the caller's own entities are its examples."""
    schema: dict[str, Any] = {"type": "string"}
    if entities:
        schema["examples"] = list(entities)
    return {"name": "entity", "in": "path", "required": True, "schema": schema}


def add_entity(spec: APISpec, call: Call, entity: EntitySpec, *, routes_of: Describe) -> None:
    """Add the schemas of an entity and the addresses of its records."""
    access, types = call.site.get(Access), call.site.get(FieldTypes)
    rights = access.fields(call.actor, entity.name, call.catalog)
    label = call.style.label(entity.label)
    readable = [f for f in entity.fields.values() if f.name in rights.readable]
    spec.components.schema(
        entity.name,
        {"type": "object", "title": label, "properties": {f.name: _read(f, types) for f in readable}},
    )
    writable = [f for f in entity.fields.values() if f.name in rights.editable]
    spec.components.schema(
        f"{entity.name}.values",
        {
            "type": "object",
            "title": label,
            "additionalProperties": False,
            "properties": {f.name: _write(f, types) for f in writable},
        },
    )
    for route in ROUTES:
        if route.name in ACTIONS and access.may(call.actor, entity.name, ACTIONS[route.name], call.catalog):
            _add_path(spec, entity.name, label, route, routes_of)


def _add_path(spec: APISpec, entity: str, label: str, route: Route, describe: Describe) -> None:
    own = replace(
        route,
        path=route.path.replace("{entity}", entity),
        name=f"{route.name}:{entity}",
        group=label,
        body=_body(route, entity),
        answers=_answers(route, entity),
    )
    spec.path(path=own.path, operations={own.method.lower(): describe(own)})


def _body(route: Route, entity: str) -> Schema | None:
    values = ref(f"{entity}.values")
    if route.name == "create_records":
        return {"anyOf": [values, {"type": "array", "items": values, "minItems": 1, "maxItems": 10_000}]}
    return values if route.body is not None else None


def _answers(route: Route, entity: str) -> Mapping[int, Schema | None]:
    match route.name:
        case "list_records":
            return {200: listed(ref(entity), next={"type": ["string", "null"]})}
        case "get_record" | "change_record":
            return {200: ref(entity)}
        case "create_records":
            return {201: {"anyOf": [ref(entity), ref("Written"), listed(ref("Written"))]}}
    return route.answers


def _read(field: FieldSpec, types: FieldTypes) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "anyOf": [types.get(field.type).wire_schema(field), {"type": "null"}],
        "readOnly": True,
    }
    if isinstance(field.label, str):
        schema["title"] = field.label
    return schema


def _write(field: FieldSpec, types: FieldTypes) -> dict[str, Any]:
    return {"anyOf": [types.get(field.type).entered_schema(field), {"type": "null"}]}
