"""Documents as tests write them."""

from __future__ import annotations

from core.errors import MetadataConflict, MetadataInvalid, Place
from core.metadata.build import Built, build
from core.metadata.documents import Behaviour, Document
from core.metadata.specs import SITE, ModuleSpec


def doc(kind: str, name: str, owner: str, **body: object) -> Document:
    return Document(
        owner=owner,
        kind=kind,
        name=name,
        body=body,
        place=Place(file=f"{owner}/{name.replace(':', '-')}.yaml"),
    )


def entity(name: str, fields: dict | None = None, owner: str = "", **more: object) -> Document:
    fields = {"name": {"type": "text"}} if fields is None else fields
    return doc("entity", name, owner or name.partition(".")[0], entity=name, fields=fields, **more)


def extend(target: str, owner: str = SITE, **body: object) -> Document:
    return doc("extend", target, owner, extends=target, **body)


def view(name: str, owner: str = "", **body: object) -> Document:
    return doc("view", name, owner or name.partition(".")[0], view=name, **body)


def role(name: str, grants: list, owner: str = "", **body: object) -> Document:
    return doc("role", name, owner or name.partition(".")[0], role=name, grants=grants, **body)


def module(name: str, *requires: str, always: bool = False) -> ModuleSpec:
    return ModuleSpec(
        name=name, version="1.0", label=name, requires=dict.fromkeys(requires, ""), always=always
    )


OWNED = Behaviour(
    name="owned", owner="base", fields={"owner": {"type": "integer"}, "team": {"type": "integer"}}
)

MODULES = (module("base", always=True), module("people"), module("club", "people"), module("post", "people"))

PERSON = entity(
    "people.person",
    {
        "name": {"type": "text", "required": True},
        "stage": {"type": "choice", "choices": {"new": {"label": "New"}}},
        "boss": {"type": "reference", "to": "people.person"},
    },
    label="Person",
    plural="People",
)


def compiled(*documents: Document, **more: object) -> Built:
    return build(documents, MODULES, (OWNED,), **more)


def refused(*documents: Document, **more: object) -> dict[str, str]:
    """Return code → sentence of everything a strict build refuses, or nothing where it accepts."""
    try:
        compiled(*documents, **more)
    except (MetadataConflict, MetadataInvalid) as error:
        return {p.code: p.text() for p in error.problems}
    return {}


PET = entity("people.pet", {"name": {"type": "text"}, "keeper": {"type": "reference", "to": "people.person"}})
TIER = extend(
    "people.person",
    "club",
    fields={"tier": {"type": "text"}, "pets": {"type": "list", "of": "people.pet", "by": "keeper"}},
)
DOCUMENTS = (
    PERSON,
    PET,
    TIER,
    extend(
        "people.person",
        "post",
        fields={"box": {"type": "text"}, "stage": {"choices": {"sent": "Sent"}}},
        behaviours=["owned"],
        unique_together=[["name", "box"]],
    ),
    extend("people.person", label="Human", fields={"x_note": {"type": "text"}, "name": {"label": "N"}}),
    view("people.person.form", sections={"main": {"items": ["name", "stage"]}}),
    extend("people.person.form", "club", items=[{"add": "tier", "after": "name"}, {"add": "pets"}]),
    extend("people.person.form", "post", items=[{"add": "box", "after": "tier"}, {"hide": "stage"}]),
    extend(
        "people.person.form", items=[{"move": "name", "after": "stage"}, {"add": "x_note", "before": "box"}]
    ),
    view("people.pet.list", columns=["name", "keeper.name"]),
    role("people.reader", [{"entity": "people.pet", "actions": ["read"]}]),
    extend("role:people.reader", "club", grants=[{"entity": "people.person", "actions": ["read"]}]),
    extend("role:people.reader", "post", grants=[{"entity": "people.person", "actions": ["update"]}]),
    doc("menu", "people.pets", "people", label="Pets", entity="people.pet"),
)
