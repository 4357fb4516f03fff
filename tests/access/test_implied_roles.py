"""Roles that come with other roles."""

from __future__ import annotations

from core.expressions import Checked, unparse
from tests.access.kit import access, catalog_of, grant, person

ROLES = {
    "kit.head": [grant(actions=["delete"])],
    "kit.seller": [grant(actions=["update"], scope="team")],
    "kit.reader": [grant(scope="own")],
}
LADDER = {"kit.head": ["kit.seller"], "kit.seller": ["kit.reader"]}


def told(actor, action, implies=LADDER, roles=ROLES):
    found = access().condition(actor, "kit.item", action, catalog_of(roles, implies=implies))
    return unparse(found.node) if isinstance(found, Checked) else found


def test_a_role_brings_what_the_roles_below_it_allow():
    head, seller, reader = (person(1, f"kit.{name}") for name in ("head", "seller", "reader"))
    assert told(head, "read") == told(seller, "read") == told(reader, "read") == "owner == $user"
    assert told(head, "update") == told(seller, "update") == "owner == $user or team in $teams"
    assert [told(who, "delete") for who in (head, seller, reader)] == [True, False, False]
    assert told(reader, "update") is False


def test_a_role_that_is_not_there_brings_nothing():
    fewer = {name: grants for name, grants in ROLES.items() if name != "kit.seller"}
    assert told(person(1, "kit.seller"), "read", {}, fewer) is False
    assert told(person(1, "kit.head"), "read", {}, fewer) is False


def test_each_branch_tells_by_which_role_it_came():
    rights = access().rights(person(1, "kit.head"), catalog_of(ROLES, implies=LADDER))
    (branch,) = rights.branches("kit.item", "read")
    assert branch.role == "kit.reader"
    assert rights.ways[branch.role] == ("kit.head", "kit.seller", "kit.reader")


def test_whoever_has_a_role_that_implies_administrators_is_one():
    catalog = catalog_of({"kit.owner": []}, implies={"kit.owner": ["kit.administrator"]})
    assert access().is_administrator(person(1, "kit.owner"), catalog)


def test_a_role_given_twice_on_two_ways_counts_once():
    implies = {"kit.head": ["kit.seller", "kit.reader"], "kit.seller": ["kit.reader"]}
    rights = access().rights(person(1, "kit.head", "kit.reader"), catalog_of(ROLES, implies=implies))
    assert len(rights.branches("kit.item", "read")) == 1
    assert rights.ways["kit.reader"] == ("kit.reader",)
