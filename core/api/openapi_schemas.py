"""The schemas of openapi.json that do not depend on the entities of a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api.routes import ID, OBJECT, TEXT, Schema, ref

_OR_TEXT: Schema = {"type": ["string", "null"]}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_LABEL: Schema = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
    ]
}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_OR_FLAG: Schema = {"type": ["boolean", "null"]}


def _object(required: tuple[str, ...] = (), /, **properties: Any) -> Schema:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


_REACH: Schema = {
    "anyOf": [
        {"type": "null"},
        _object(("reach", "where"), reach={"type": "string", "enum": ["all", "some"]}, where=_OR_TEXT),
    ]
}

SCHEMAS: Mapping[str, Schema] = {
    "Problem": _object(
        ("type", "title", "status", "code", "detail", "errors"),
        type=TEXT,
        title=TEXT,
        status={"type": "integer"},
        code=TEXT,
        detail=TEXT,
        reference=TEXT,
        current={"type": "integer"},
        errors={
            "type": "array",
            "items": _object(("code", "message"), field=_OR_TEXT, code=TEXT, message=TEXT, place=TEXT),
        },
    ),
    "Record": _object(id=ID, version={"type": "integer"}),
    "Written": _object(("id", "version"), id=ID, version={"type": "integer"}),
    "Page": _object(("items", "next"), items={"type": "array", "items": OBJECT}, next=_OR_TEXT, total=_COUNT),
    "Hit": _object(("entity", "id", "title"), entity=TEXT, id=ID, title=_OR_TEXT),
    "HistoryEntry": _object(
        ("id", "at", "actor", "actor_name", "channel", "reason", "action", "changes", "part"),
        id=ID,
        at={"type": "string", "format": "date-time"},
        actor={"type": ["integer", "null"]},
        actor_name=_OR_TEXT,
        channel=TEXT,
        reason=_OR_TEXT,
        action={
            "type": "string",
            "enum": ["create", "update", "delete", "restore", "transition", "view_as", "view_as_ended"],
        },
        changes={
            "type": "object",
            "description": "Of each field the value before and after.",
            "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2},
        },
        part={"anyOf": [ref("HistoryPart"), {"type": "null"}]},
        transition={**TEXT, "description": "The step of a workflow that was taken; empty for other changes."},
    ),
    "Explanation": _object(
        ("person", "entity", "action", "decision", "why", "who_can_change_it", "reasons"),
        person=_object(("id", "login", "name"), id=ID, login=TEXT, name=TEXT),
        entity=TEXT,
        action=TEXT,
        id={"type": ["integer", "null"]},
        field=_OR_TEXT,
        decision={"type": "string", "enum": ["allowed", "refused", "depends"]},
        why={**_TEXTS, "description": "Sentences that tell why it is so."},
        who_can_change_it={**_TEXTS, "description": "Sentences that tell who can change it, and how."},
        reasons={"type": "array", "items": ref("Reason")},
    ),
    "RightsDifference": _object(
        ("module", "act", "modules", "total", "wider", "items", "next"),
        module=TEXT,
        act={"type": "string", "enum": ["install", "enable", "disable", "refresh"]},
        modules={**_TEXTS, "description": "The modules that come, go or change with it."},
        total={"type": "integer", "description": "How many cells of the matrix differ."},
        wider={"type": "integer", "description": "How many of them may let somebody do more."},
        items={"type": "array", "items": ref("RightsChange")},
        next={"type": ["integer", "null"], "description": "The offset of the rows that follow."},
    ),
    "RightsChange": _object(
        ("role", "entity", "action", "field", "kind", "wider", "before", "after"),
        role=TEXT,
        entity=TEXT,
        action=TEXT,
        field={**_OR_TEXT, "description": "Null where it is about the record."},
        kind={"type": "string", "enum": ["added", "widened", "changed", "narrowed", "removed"]},
        wider={**_FLAG, "description": "It may let somebody do more."},
        before=_REACH,
        after=_REACH,
    ),
    "Reason": _object(
        ("kind", "name", "label", "owner", "through", "holds", "hidden", "gives_field", "parts"),
        kind={"type": "string", "enum": ["administrator", "key", "grant", "restriction"]},
        name={**TEXT, "description": "The role or the restriction."},
        label=TEXT,
        owner={**TEXT, "description": "Who has written it: a module, or the site."},
        through={**_TEXTS, "description": "The roles that brought this one."},
        entity={**TEXT, "description": "What it speaks of: the whole, where a part has its rights."},
        scope=TEXT,
        holds=_OR_FLAG,
        hidden={**_FLAG, "description": "It rests on something that you may not read."},
        gives_field=_FLAG,
        parts={
            "type": "array",
            "items": _object(
                ("text", "why", "holds", "values"),
                text={**TEXT, "description": "The condition; empty where you may not know of it."},
                why={"type": "string", "enum": ["whole", "scope", "condition", "mask"]},
                holds=_OR_FLAG,
                values={"type": "object", "additionalProperties": {"type": "string"}},
            ),
        },
    ),
    "Offer": _object(
        ("name", "label", "field", "to_state", "to", "allowed", "why_not", "required", "ask", "reason"),
        name=TEXT,
        label=TEXT,
        workflow=TEXT,
        field={**TEXT, "description": "The field that holds the state."},
        to_state=TEXT,
        to={"anyOf": [_object(("id", "title"), id=ID, title=TEXT), {"type": "null"}]},
        allowed=_FLAG,
        why_not={**_TEXTS, "description": "Sentences that tell what stands in the way."},
        required={**_TEXTS, "description": "Fields that must be filled with the step."},
        ask={**_TEXTS, "description": "Fields that may be filled with the step."},
        reason={"type": "string", "enum": ["required", "optional", "none"]},
    ),
    "Workflow": _object(
        ("name", "label", "entity", "field", "initial", "states", "transitions"),
        name=TEXT,
        label=TEXT,
        entity=TEXT,
        field=TEXT,
        owner=TEXT,
        kind=_OR_TEXT,
        among=_OR_TEXT,
        order=_OR_TEXT,
        initial=_TEXTS,
        states={
            "type": "array",
            "items": _object(("name", "label"), name=TEXT, label=TEXT, hue=TEXT, final=_FLAG),
        },
        transitions={"type": "array", "items": OBJECT},
    ),
    "Step": _object(
        (),
        to={**ID, "description": "Of a state that is a reference: the record to refer to."},
        values=OBJECT,
        reason=TEXT,
    ),
    "MoveTo": _object(
        ("to",),
        to={"anyOf": [TEXT, ID], "description": "A state, or the id of the record that stands for one."},
        field=TEXT,
        values=OBJECT,
        reason=TEXT,
    ),
    "HistoryPart": _object(
        ("entity", "id", "list", "title", "arrived"),
        entity=TEXT,
        id=ID,
        list={**_OR_TEXT, "description": "The list field that shows the part."},
        title={**_OR_TEXT, "description": "As it is today."},
        arrived={**_FLAG, "description": "It came from another record."},
    ),
    "Entity": _object(
        ("name", "label", "plural", "title", "actions"),
        name=TEXT,
        label=TEXT,
        plural=TEXT,
        title=TEXT,
        icon=TEXT,
        owner=TEXT,
        part_of=_OR_TEXT,
        actions=_TEXTS,
        fields={"type": "array", "items": ref("Field")},
    ),
    "Field": _object(
        ("name",),
        name=TEXT,
        type=TEXT,
        label=TEXT,
        owner=TEXT,
        help=TEXT,
        required=_FLAG,
        unique=_FLAG,
        search=_FLAG,
        readable=_FLAG,
        editable=_FLAG,
        choices={"type": "array", "items": _object(name=TEXT, label=TEXT, hue=TEXT)},
    ),
    "NewField": _object(
        ("name", "type"),
        name={"type": "string", "pattern": "^x_[a-z0-9_]{1,46}$"},
        type=TEXT,
        label=_LABEL,
        help=_LABEL,
        required=_FLAG,
        unique=_FLAG,
        search=_FLAG,
        choices=OBJECT,
    ),
    "NewEntity": _object(
        ("name", "fields"),
        name={"type": "string", "pattern": r"^x\.[a-z][a-z0-9_]{0,30}$"},
        label=_LABEL,
        plural=_LABEL,
        title=TEXT,
        icon=TEXT,
        fields={"type": "object", "additionalProperties": OBJECT},
    ),
    "Module": _object(
        ("name", "version", "label", "state"),
        name=TEXT,
        version=TEXT,
        label=TEXT,
        summary=TEXT,
        state={"type": "string", "enum": ["available", "enabled", "disabled", "quarantined"]},
        requires=OBJECT,
        required_by=_TEXTS,
        outdated=_FLAG,
        always=_FLAG,
        problems=_TEXTS,
    ),
    "Upload": _object(("file",), file={"type": "string", "format": "binary"}),
    "File": _object(("id", "name", "size", "mime"), id=ID, name=TEXT, size=_COUNT, mime=TEXT),
    "Import": _object(
        ("file", "entity"),
        file={"type": "string", "format": "binary"},
        entity=TEXT,
        mapping={"type": "string", "description": "JSON: {header: field}; guessed where it is missing."},
        key=TEXT,
        mode={"type": "string", "enum": ["create", "update", "upsert"]},
        dry_run=_FLAG,
        sheet=TEXT,
        create_missing=_FLAG,
    ),
    "Promise": _object(("id", "job"), id=ID, job=ID),
    "Job": _object(
        ("id", "kind", "state", "progress", "result"),
        id=ID,
        kind=TEXT,
        state={"type": "string", "enum": ["queued", "running", "done", "failed", "cancelled"]},
        progress=_object(("done", "total"), done=_COUNT, total={"type": ["integer", "null"]}),
        result={"type": ["object", "null"]},
        error=_OR_TEXT,
    ),
    "Me": _object(
        ("id", "login", "roles", "entities"),
        id=ID,
        login=TEXT,
        name=TEXT,
        roles=_TEXTS,
        entities=OBJECT,
        administrator=_FLAG,
        team={"type": ["integer", "null"]},
        teams={"type": "array", "items": {"type": "integer"}},
        preferences=OBJECT,
        scopes={"type": ["array", "null"]},
    ),
}
