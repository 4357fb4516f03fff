"""A small world for rights: persons, shelves with items, parts of items; catalogs are built from dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.access import Access
from core.fields import CatalogSchema, FieldTypes, standard_types
from core.kernel.actor import Actor
from core.metadata.build import build
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.specs import ModuleSpec

Body = Mapping[str, Any]

TYPES = {kind.name: kind for kind in standard_types()}

OWNED: Body = {
    "owner": {"type": "reference", "to": "kit.person"},
    "team": {"type": "integer"},
}

PERSON: Body = {
    "title": "name",
    "fields": {"name": {"type": "text", "search": True}, "phone": {"type": "text"}},
}

SHELF: Body = {
    "title": "name",
    "fields": {
        **OWNED,
        "name": {"type": "text", "search": True},
        "code": {"type": "text", "search": True},
        "room": {"type": "text"},
        "items": {"type": "list", "of": "kit.item", "by": "shelf"},
        "helpers": {"type": "links", "to": "kit.person"},
        "rent": {"type": "money", "currency": "EUR"},
        "filled": {"type": "integer", "rollup": {"from": "kit.item", "by": "shelf", "count": "size > 0"}},
    },
}

ITEM: Body = {
    "title": "name",
    "indexes": [
        ["team", "shelf", "+price"],
        ["team", "+price"],
        *([by, order] for by in ("owner", "team") for order in ("size", "-size", "name", "-note")),
    ],
    "fields": {
        **OWNED,
        "name": {"type": "text", "search": True, "required": True},
        "note": {"type": "text", "search": True},
        "size": {"type": "integer"},
        "weight": {"type": "decimal", "digits": 12, "decimals": 3},
        "price": {"type": "money"},
        "ready": {"type": "boolean"},
        "made": {"type": "date"},
        "seen": {"type": "datetime"},
        "state": {
            "type": "choice",
            "choices": {"new": {"label": "New"}, "used": {"label": "Used"}, "gone": {"label": "Gone"}},
        },
        "marks": {
            "type": "multi_choice",
            "choices": {"a": {"label": "A"}, "b": {"label": "B"}, "c": {"label": "C"}},
        },
        "shelf": {"type": "reference", "to": "kit.shelf"},
        "picture": {"type": "file"},
        "friends": {"type": "links", "to": "kit.person"},
        "pieces": {"type": "list", "of": "kit.piece", "by": "whole"},
        "label": {"type": "text", "computed": "name + note"},
        "place": {"type": "text", "computed": "shelf.room"},
        "heaviest": {"type": "integer", "rollup": {"from": "kit.piece", "by": "whole", "max": "length"}},
    },
}

PIECE: Body = {
    "title": "name",
    "part_of": "whole",
    "fields": {
        "whole": {"type": "reference", "to": "kit.item", "required": True, "on_delete": "cascade"},
        "name": {"type": "text", "search": True},
        "length": {"type": "integer"},
    },
}

STICKER: Body = {
    "title": "text",
    "part_of": "on",
    "fields": {
        "on": {"type": "reference_any", "to": ["kit.item", "kit.shelf"]},
        "text": {"type": "text", "search": True},
        "cost": {"type": "money"},
    },
}

COPIES: Body = {
    "item": {"type": "reference", "to": "kit.item", "read_only": True},
    "was": {"type": "integer", "read_only": True, "copy_of": "item.size"},
    "called": {"type": "text", "read_only": True, "copy_of": "item.label"},
}

TRACE: Body = {"title": "name", "fields": {**OWNED, "name": {"type": "text", "search": True}, **COPIES}}

CUT: Body = {"title": "name", "part_of": "item", "fields": {"name": {"type": "text"}, **COPIES}}

SHARE: Body = {
    "title": "with_role",
    "part_of": "record",
    "reached": {"by": ["with_user", "with_team", "with_role"], "until": "expires_at"},
    "part_rights": {action: {"needs": "share"} for action in ("create", "update", "delete")},
    "fields": {
        "record": {"type": "reference_any", "to": ["kit.item", "kit.shelf"]},
        "with_user": {"type": "reference", "to": "kit.person"},
        "with_team": {"type": "integer"},
        "with_role": {"type": "text"},
        "level": {"type": "choice", "choices": {"read": {"label": "Read"}, "edit": {"label": "Edit"}}},
        "expires_at": {"type": "datetime"},
    },
}

ENTITIES: Mapping[str, Body] = {
    "kit.person": PERSON,
    "kit.shelf": SHELF,
    "kit.item": ITEM,
    "kit.piece": PIECE,
    "kit.sticker": STICKER,
    "kit.trace": TRACE,
    "kit.cut": CUT,
    "base.share": SHARE,
}


def grant(
    entity: str = "kit.item",
    actions: Sequence[str] = ("read",),
    scope: str = "all",
    when: str = "",
    read: Sequence[str] | None = None,
    edit: Sequence[str] | None = None,
    masked: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write a grant as a module would."""
    fields: dict[str, Any] = {
        k: list(names) for k, names in (("read", read), ("edit", edit)) if names is not None
    }
    fields |= {"masked": dict(masked)} if masked else {}
    return {"entity": entity, "actions": list(actions), "scope": scope, "when": when, "fields": fields}


def catalog_of(
    roles: Mapping[str, Sequence[Body]],
    entities: Mapping[str, Body] = ENTITIES,
    *,
    version: int = 1,
    administrators: Sequence[str] = ("kit.administrator",),
    implies: Mapping[str, Sequence[str]] = MappingProxyType({}),
    restrictions: Mapping[str, Body] = MappingProxyType({}),
    strict: bool = True,
) -> Catalog:
    """Build a catalog with these roles (name → grants), the roles that some of them imply, and restrictions."""
    documents = [
        Document(owner=name.partition(".")[0], kind="entity", name=name, body={"label": name, **body})
        for name, body in entities.items()
    ]
    bodies: dict[str, dict[str, Any]] = {
        name: {"label": name, "grants": list(grants), "implies": list(implies.get(name, ()))}
        for name, grants in roles.items()
    }
    bodies |= {name: {"label": name, "administrator": True} for name in administrators}
    documents += [Document(owner="kit", kind="role", name=name, body=body) for name, body in bodies.items()]
    documents += [
        Document(owner="kit", kind="restriction", name=name, body=body) for name, body in restrictions.items()
    ]
    module = ModuleSpec(name="kit", version="1.0", label="Kit")
    return build(documents, modules=[module], version=version, strict=strict).catalog


def schema_of(catalog: Catalog) -> CatalogSchema:
    """Return the catalog's fields as expressions see them."""
    return CatalogSchema(catalog, TYPES)


def types() -> FieldTypes:
    """Return the standard field types."""
    return FieldTypes()


def access() -> Access:
    """Return an access part of its own."""
    return Access(schema_of)


def person(
    number: int = 1, *roles: str, teams: Sequence[int] = (), below: Sequence[int] = (), **others: Any
) -> Actor:
    """Return somebody with roles and teams."""
    return Actor(
        id=number,
        login=f"p{number}",
        roles=frozenset(roles),
        team=teams[0] if teams else None,
        teams=tuple(teams),
        teams_below=tuple(below),
        **others,
    )
