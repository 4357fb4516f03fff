"""Restrictions hold over everything that roles grant."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied
from core.expressions import Checked, unparse
from core.kernel.actor import system_actor
from tests.access.kit import access, catalog_of, grant, person

NEAR = {"entity": "kit.item", "when": "team in $teams"}
ME = person(1, "kit.tester")


def told(found):
    return unparse(found.node) if isinstance(found, Checked) else found


def asked(grants, restriction, action="read", entity="kit.item", actor=ME, **others):
    catalog = catalog_of(
        {"kit.tester": grants, "kit.free": grants}, restrictions={"kit.near": restriction}, **others
    )
    return told(access().condition(actor, entity, action, catalog))


def test_a_restriction_narrows_every_grant():
    assert asked([grant()], NEAR) == "team in $teams"
    grants = [grant(scope="own"), grant(when="size > 3")]
    assert asked(grants, NEAR) == "(owner == $user or size > 3) and team in $teams"


def test_a_restriction_grants_nothing():
    assert asked([], NEAR) is False
    assert asked([grant(actions=["create"])], NEAR) is False


def test_a_restriction_is_about_the_actions_it_names():
    grants = [grant(actions=["*"])]
    assert asked(grants, {**NEAR, "actions": ["export"]}) is True
    assert asked(grants, {**NEAR, "actions": ["export"]}, "export") == "team in $teams"
    assert asked(grants, {**NEAR, "actions": ["transition:*"]}, "transition:sell") == "team in $teams"
    assert asked(grants, {**NEAR, "actions": ["*"]}, "merge") == "team in $teams"
    assert asked(grants, {**NEAR, "actions": []}, "operation:kit.pack") == "team in $teams"


def test_several_restrictions_all_hold():
    catalog = catalog_of(
        {"kit.tester": [grant()]}, restrictions={"kit.a": NEAR, "kit.b": {**NEAR, "when": "size > 3"}}
    )
    assert told(access().condition(ME, "kit.item", "read", catalog)) == "team in $teams and size > 3"
    limits = access().rights(ME, catalog).restrictions("kit.item", "read")
    assert [(limit.restriction.name, told(limit.condition)) for limit in limits] == [
        ("kit.a", "team in $teams"),
        ("kit.b", "size > 3"),
    ]


def test_who_is_excepted_and_who_may_everything_is_not_bound():
    free = {**NEAR, "except": ["kit.free"]}
    assert asked([grant()], free) == "team in $teams"
    assert asked([grant()], free, actor=person(1, "kit.tester", "kit.free")) is True
    head = {"implies": {"kit.tester": ["kit.free"]}}
    assert asked([grant()], free, **head) is True
    for actor in (person(1, "kit.administrator"), person(1).elevate("test"), system_actor("test")):
        assert asked([], NEAR, actor=actor) is True


def test_a_change_must_satisfy_a_restriction_whatever_it_touches():
    catalog = catalog_of(
        {"kit.tester": [grant(actions=["update", "create"])]}, restrictions={"kit.near": NEAR}
    )
    for action, fields in (("update", {"name"}), ("create", {"name", "size"}), ("create", set())):
        rule = access().write_condition(ME, "kit.item", action, frozenset(fields), catalog)
        assert told(rule) == "team in $teams"


def test_parts_are_restricted_with_their_whole():
    piece = "whole == null or whole.id != null and whole.team in $teams"
    assert asked([grant()], NEAR, entity="kit.piece") == piece
    own = [grant(), grant("kit.piece")]
    assert asked(own, NEAR, entity="kit.piece") == piece
    writing = [grant(actions=["update"])]
    assert asked(writing, {**NEAR, "actions": ["update"]}, "create", "kit.piece") == piece
    assert asked(writing, {**NEAR, "actions": ["read"]}, "create", "kit.piece") is True


def test_parts_of_several_kinds_of_wholes_are_restricted_with_each():
    found = asked([grant(), grant("kit.shelf")], NEAR, entity="kit.sticker")
    assert found == (
        "(on__kit_item != null or on__kit_shelf != null) and "
        "(on__kit_item == null or on__kit_item.id != null and on__kit_item.team in $teams)"
    )


WRONG = [
    {"entity": "kit.item", "when": "colour == 'red'"},
    {"entity": "kit.item", "when": "size >"},
    {"entity": "kit.item", "when": ""},
    {"entity": "kit.item", "when": "size"},
    {"entity": "kit.item"},
]


@pytest.mark.parametrize("restriction", WRONG, ids=str)
def test_a_restriction_that_does_not_compile_refuses_everything(restriction):
    grants = [grant(actions=["*"]), grant("kit.shelf")]
    for action in ("read", "update", "delete", "export"):
        assert asked(grants, restriction, action, strict=False) is False
    assert asked(grants, restriction, entity="kit.piece", strict=False) == "whole == null"
    assert asked(grants, restriction, entity="kit.sticker", strict=False) == (
        "(on__kit_item != null or on__kit_shelf != null) and on__kit_item == null"
    )
    assert asked(grants, restriction, entity="kit.shelf", strict=False) is True
    assert asked(grants, restriction, actor=person(1, "kit.administrator"), strict=False) is True


def test_a_restriction_that_names_no_known_action_or_role_restricts_all_the_same():
    wrong = {**NEAR, "actions": ["raed"], "except": ["kit.ghost"]}
    assert (
        asked([grant()], wrong, strict=False, actor=person(1, "kit.tester", "kit.ghost")) == "team in $teams"
    )


def test_a_refusal_names_the_restriction_as_its_reason():
    catalog = catalog_of({"kit.tester": [grant()]}, restrictions={"kit.x": WRONG[0]}, strict=False)
    with pytest.raises(AccessDenied) as refused:
        access().require(ME, "kit.item", "read", catalog)
    assert refused.value.reason == "restricted"


def test_what_is_drawn_from_restricted_records_is_hidden():
    shelf, item = [grant("kit.shelf"), grant()], {"entity": "kit.item", "when": "size > 3"}
    catalog = catalog_of({"kit.tester": shelf}, restrictions={"kit.x": item})
    assert "filled" not in access().fields(ME, "kit.shelf", catalog).readable
    assert "filled" in access().fields(ME, "kit.shelf", catalog_of({"kit.tester": shelf})).readable


def test_what_is_drawn_from_parts_is_hidden_where_a_restriction_is_about_the_parts():
    def heaviest(entity, when):
        catalog = catalog_of(
            {"kit.tester": [grant()]}, restrictions={"kit.x": {"entity": entity, "when": when}}
        )
        return access().fields(ME, "kit.item", catalog).readable.get("heaviest")

    assert heaviest("kit.item", "size > 3") is True
    assert heaviest("kit.piece", "length > 3") is None
