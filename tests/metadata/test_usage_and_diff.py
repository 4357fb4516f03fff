"""Where a field is used, and what differs between two catalogs."""

from __future__ import annotations

import pytest

from core.metadata.diff import diff
from core.metadata.usage import where_used
from tests.metadata.written import PERSON, compiled, doc, entity, extend, role, view

PET = entity(
    "people.pet",
    {
        "name": {"type": "text"},
        "keeper": {"type": "reference", "to": "people.person"},
        "weight": {"type": "integer"},
        "heavy": {"type": "boolean", "computed": "weight > 10"},
        "shown": {"type": "text", "visible_when": "keeper.stage == 'weight' or contains(name, \"weight\")"},
    },
    rules={"fed": {"refuse_when": "weight < 1", "on": ["weight"]}},
    unique_together=[["keeper", "name"]],
    indexes=[["keeper", "-name"]],
)
KEEPING = extend(
    "people.person",
    "club",
    fields={
        "pets": {"type": "list", "of": "people.pet", "by": "keeper"},
        "load": {
            "type": "integer",
            "rollup": {"from": "people.pet", "by": "keeper", "sum": "weight", "where": "name != 'x'"},
        },
        "fat": {"type": "boolean", "computed": "any(pets, weight > 5)"},
        "same": {"type": "text", "required_when": "boss.stage == 'new'"},
    },
)
CATALOG = compiled(
    PERSON,
    PET,
    KEEPING,
    view(
        "people.pet.list",
        columns=["name", "keeper.stage"],
        sort=["-weight"],
        filters={"w": {"where": "heavy", "label": "weight"}},
    ),
    view("people.person.form", sections={"main": {"items": [{"name": "pets", "columns": ["weight"]}]}}),
    role(
        "people.reader",
        [
            {
                "entity": "people.pet",
                "actions": ["read"],
                "when": "keeper.boss == $user",
                "fields": {"read": ["*", "!weight"]},
            }
        ],
    ),
    doc("menu", "people.pets", "people", entity="people.pet"),
).catalog


@pytest.mark.parametrize(
    ("name", "uses"),
    [
        (
            "weight",
            {
                "people.pet fields.heavy.computed",
                "people.pet rules.fed",
                "people.person fields.load.rollup",
                "people.person fields.fat.computed",
                "people.pet.list sort",
                "people.person.form main.pets",
                "people.reader fields",
            },
        ),
        (
            "keeper",
            {
                "people.pet fields.shown.visible_when",
                "people.pet unique_together",
                "people.pet indexes",
                "people.person fields.pets.by",
                "people.person fields.load.rollup",
                "people.pet.list columns.keeper.stage",
                "people.reader when",
            },
        ),
        ("heavy", {"people.pet.list filters"}),
        ("shown", set()),
    ],
)
def test_every_document_that_mentions_a_field_is_named(name, uses):
    assert {f"{u.name} {u.part}" for u in where_used(CATALOG, "people.pet", name)} == uses


def test_fields_are_found_at_the_end_of_paths_over_references():
    assert {f"{u.name} {u.part}" for u in where_used(CATALOG, "people.person", "stage")} == {
        "people.pet fields.shown.visible_when",
        "people.person fields.same.required_when",
        "people.pet.list columns.keeper.stage",
    }
    assert {u.part for u in where_used(CATALOG, "people.person", "boss")} == {
        "fields.same.required_when",
        "when",
    }


def test_title_counts_as_a_use():
    assert "title" in {u.part for u in where_used(CATALOG, "people.pet", "name")}


def test_uses_of_an_entity_are_relations_views_menus_and_grants():
    assert {f"{u.kind} {u.name} {u.part}" for u in where_used(CATALOG, "people.pet")} == {
        "entity people.person fields.load.type",
        "entity people.person fields.pets.type",
        "menu people.pets entity",
        "role people.reader grants",
        "view people.pet.list entity",
    }


def test_diff_from_nothing_adds_everything():
    found = diff(None, CATALOG)
    assert [e.name for e in found.added] == ["people.person", "people.pet"]
    assert not found.removed
    assert not found.changed


def test_diff_names_fields_that_came_went_and_changed():
    old = compiled(PERSON, entity("people.pet")).catalog
    new = compiled(
        extend("people.person", "club", fields={"tier": {"type": "text"}, "name": {"search": True}}),
        entity(
            "people.person",
            {
                "name": {"type": "text", "required": True},
                "boss": {"type": "reference", "to": "people.person"},
            },
        ),
        entity("people.toy"),
    ).catalog
    found = diff(old, new)
    assert [e.name for e in found.added] == ["people.toy"]
    assert [e.name for e in found.removed] == ["people.pet"]
    (change,) = found.changed
    assert [f.name for f in change.added] == ["tier"]
    assert [f.name for f in change.removed] == ["stage"]
    assert [(c.old.name, c.old.search, c.new.search) for c in change.changed] == [("name", False, True)]


def test_diff_ignores_labels():
    relabelled = compiled(
        PERSON, extend("people.person", label="Human", fields={"name": {"label": "N", "help": "H"}})
    )
    assert diff(compiled(PERSON).catalog, relabelled.catalog).is_empty
