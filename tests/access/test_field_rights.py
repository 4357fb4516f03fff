"""Which fields roles may read and edit, and where."""

from __future__ import annotations

import pytest

from core.expressions import unparse
from core.kernel.actor import Scope, system_actor
from tests.access.kit import ENTITIES, access, catalog_of, grant, person

SYSTEM = {"id", "version", "updated_at"}


def rights(grants, entity="kit.item", *, entities=ENTITIES):
    catalog = catalog_of({"kit.tester": grants}, entities)
    return access().fields(person(1, "kit.tester"), entity, catalog)


def readable(grants, entity="kit.item", **others):
    found = rights(grants, entity, **others).readable
    return {name: mask if mask is True else unparse(mask.node) for name, mask in found.items()}


def test_nothing_granted_shows_no_field():
    assert readable([]) == {}
    assert readable([grant(actions=["update"])]) == {}
    assert rights([]).editable == frozenset()


def test_a_list_of_names_shows_these():
    assert set(readable([grant(read=["name", "size"])])) == SYSTEM | {"name", "size"}


def test_an_empty_list_shows_nothing_but_what_is_public():
    assert set(readable([grant(read=[])])) == SYSTEM


def test_a_star_shows_all_but_what_is_taken_away():
    found = readable([grant(read=["*", "!price"])])
    assert "price" not in found
    assert found["name"] is True
    assert found["created_at"] is True
    assert set(readable([grant(read=["!price"])])) == SYSTEM


def test_a_field_that_only_some_grants_show_is_masked_by_them():
    found = readable([grant(scope="own"), grant(when="state == 'new'", read=["name"])])
    assert found["name"] is True
    assert found["size"] == "owner == $user"


def test_a_grant_on_all_records_needs_no_mask():
    found = readable([grant(read=["size"]), grant(scope="own", read=["name"])])
    assert found["size"] is True
    assert found["name"] == "owner == $user"


def test_a_computed_field_needs_its_inputs():
    assert "label" not in readable([grant(read=["*", "!note"])])
    assert readable([grant()])["label"] is True


def test_a_computed_field_has_the_masks_of_all_its_inputs():
    grants = [grant(read=["label"]), grant(scope="own", read=["name"]), grant(when="size > 3", read=["note"])]
    assert readable(grants)["label"] == "owner == $user and size > 3"


def test_a_computed_field_over_a_reference_needs_the_other_record_on_the_whole():
    assert "place" not in readable([grant()])
    assert "place" not in readable([grant(), grant(entity="kit.shelf", scope="own")])
    assert "place" not in readable([grant(), grant(entity="kit.shelf", read=["name"])])
    assert readable([grant(), grant(entity="kit.shelf")])["place"] is True
    assert "place" not in readable([grant(read=["*", "!shelf"]), grant(entity="kit.shelf")])


def test_a_rolled_up_field_needs_its_source():
    shelf = grant(entity="kit.shelf")
    assert "filled" not in readable([shelf], "kit.shelf")
    assert "filled" not in readable([shelf, grant(scope="own")], "kit.shelf")
    assert "filled" not in readable([shelf, grant(read=["*", "!size"])], "kit.shelf")
    assert readable([shelf, grant()], "kit.shelf")["filled"] is True


def test_a_field_rolled_up_from_parts_comes_with_the_parts():
    assert readable([grant(scope="own")])["heaviest"] is True
    assert "heaviest" not in readable([grant(read=["*", "!pieces"])])
    found = readable([grant(scope="own"), grant(when="size > 3", read=["heaviest", "name"])])
    assert found["heaviest"] == "owner == $user"


def test_a_field_may_be_declared_readable_without_its_inputs():
    entities = {
        **ENTITIES,
        "kit.shelf": {
            **ENTITIES["kit.shelf"],
            "fields": {
                **ENTITIES["kit.shelf"]["fields"],
                "filled": {
                    **ENTITIES["kit.shelf"]["fields"]["filled"],
                    "readable_because": "a number tells nobody what is in it",
                },
            },
        },
    }
    assert readable([grant(entity="kit.shelf")], "kit.shelf", entities=entities)["filled"] is True


def test_parts_show_what_their_whole_lets_see():
    found = readable([grant(scope="own", read=["pieces"])], "kit.piece")
    assert found["length"] is True
    assert readable([grant(), grant(entity="kit.piece", read=["name"])], "kit.piece").keys() == SYSTEM | {
        "name"
    }


def test_nobody_edits_what_the_system_keeps():
    editable = rights([grant(actions=["update"])]).editable
    assert {"name", "size", "pieces", "friends"} <= editable
    assert not editable & {"id", "version", "created_at", "label", "filled", "heaviest"}
    assert rights([grant(actions=["read"])]).editable == frozenset()
    assert rights([grant(actions=["create"], edit=["name"])]).editable == {"name"}


def test_elevated_work_edits_more_than_administrators():
    entities = {
        "kit.item": {
            "title": "name",
            "fields": {"name": {"type": "text"}, "stamp": {"type": "text", "read_only": True}},
        }
    }
    catalog = catalog_of({}, entities)
    assert access().fields(person(1, "kit.administrator"), "kit.item", catalog).editable == {"name"}
    assert access().fields(system_actor("test"), "kit.item", catalog).editable == {"name", "stamp"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name"}, "owner == $user or state == 'new'"),
        ({"size"}, "owner == $user"),
        ({"name", "size"}, "owner == $user and (owner == $user or state == 'new')"),
        (set(), "owner == $user or state == 'new'"),
        ({"price"}, False),
    ],
)
def test_each_changed_field_needs_a_grant_that_holds_on_the_record(fields, expected):
    grants = [
        grant(actions=["update"], scope="own", edit=["*", "!price"]),
        grant(actions=["update"], when="state == 'new'", edit=["name"]),
    ]
    catalog = catalog_of({"kit.tester": grants})
    found = access().write_condition(
        person(1, "kit.tester"), "kit.item", "update", frozenset(fields), catalog
    )
    if expected is False:
        assert found is False
    else:
        parts = set(unparse(found.node).replace("(", "").replace(")", "").split(" and "))
        assert parts == set(expected.replace("(", "").replace(")", "").split(" and "))


def test_a_key_hides_what_is_drawn_from_entities_out_of_its_scope():
    catalog = catalog_of({"kit.tester": [grant(), grant("kit.shelf")]})
    for role in ("kit.tester", "kit.administrator"):
        for entity, hidden in (("kit.shelf", {"filled"}), ("kit.item", {"place", "heaviest"})):
            narrow = person(1, role, scopes=(Scope(entity=entity),))
            shown = access().fields(person(1, role), entity, catalog).readable.keys()
            assert shown - access().fields(narrow, entity, catalog).readable.keys() == hidden


MASKED = {"size": "owner != $user", "note": "state == 'used'"}


def test_a_masked_field_shows_where_its_mask_does_not_hold():
    found = readable([grant(scope="team", masked=MASKED)])
    assert found["name"] is True
    assert found["size"] == "(owner == $user or team in $teams) and not owner != $user"
    assert readable([grant(masked=MASKED)])["size"] == "not owner != $user"
    assert (
        readable([grant(masked=MASKED), grant(scope="own")])["size"] == "not owner != $user or owner == $user"
    )


def test_masks_neither_add_nor_take_records():
    catalog = catalog_of({"kit.tester": [grant(scope="own", masked={"size": "state == 'new'"})]})
    rights = access().rights(person(1, "kit.tester"), catalog)
    assert unparse(rights.condition("kit.item", "read").node) == "owner == $user"
    whole, narrower = rights.branches("kit.item", "read")
    assert (whole.adds_records, narrower.adds_records, narrower.unmasked) == (True, False, ("size",))
    assert "size" not in whole.read
    assert narrower.read == {"size"}


def test_a_masked_field_cannot_be_changed_where_it_is_hidden():
    grants = [grant(actions=["update"], masked={"size": "state == 'new'"})]
    catalog = catalog_of({"kit.tester": grants})
    rule = access().write_condition(
        person(1, "kit.tester"), "kit.item", "update", frozenset({"size"}), catalog
    )
    assert unparse(rule.node) == "not state == 'new'"
    others = access().write_condition(
        person(1, "kit.tester"), "kit.item", "update", frozenset({"name"}), catalog
    )
    assert others is True


def test_what_is_drawn_from_a_masked_field_is_masked_with_it():
    assert readable([grant(masked={"note": "size > 3"})])["label"] == "not size > 3"
    shelf = grant("kit.shelf", masked={"room": "name == 'x'"})
    assert "place" not in readable([grant(), shelf])


def test_parts_of_a_masked_list_are_hidden_with_it():
    hidden = [grant(masked={"pieces": "size > 3"})]
    assert readable(hidden)["heaviest"] == "not size > 3"
    catalog = catalog_of({"kit.tester": hidden})
    rule = access().condition(person(1, "kit.tester"), "kit.piece", "read", catalog)
    assert unparse(rule.node) == "whole.id != null and not whole.size > 3"


@pytest.mark.parametrize("mask", ["size >", "colour == 'red'", ""])
def test_a_mask_that_does_not_compile_hides_on_all_records(mask):
    found = readable([grant(masked={"size": mask})])
    assert "size" not in found
    assert found["name"] is True
