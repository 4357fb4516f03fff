"""The matrix of rights says what is decided, and its difference marks what is wider."""

from __future__ import annotations

from random import Random

import pytest

from core.access.matrix import Cell, cells, differences
from core.access.matrix_csv import read, write
from core.errors import BadRequest
from core.expressions import Checked, unparse
from tests.access.kit import ENTITIES, access, catalog_of, grant, person
from tests.access.worlds import random_world


def matrix(grants, **more):
    return list(cells(access(), catalog_of({"kit.tester": grants}, **more), ["kit.tester"]))


def changes(before, after, **more):
    found = differences(matrix(before), matrix(after, **more))
    return [(c.kind, c.cell.action, c.cell.field, c.wider) for c in found if c.cell.entity == "kit.item"]


def test_cells_tell_reach_and_condition_of_records_and_fields():
    found = {c.place[1:]: (c.reach, c.where) for c in matrix([grant(read=["name"], edit=[], scope="own")])}
    assert found["kit.item", "read", ""] == ("some", "owner == $user")
    assert found["kit.item", "read", "name"] == ("all", "")
    assert ("kit.item", "read", "note") not in found
    assert ("kit.item", "update", "") not in found
    masked = {c.field: c.where for c in matrix([grant(masked={"note": "size > 3"})])}
    assert masked["note"] == "not size > 3"


def test_a_role_that_may_everything_is_one_cell():
    found = list(cells(access(), catalog_of({}), ["kit.administrator"]))
    assert [(c.entity, c.action, c.reach) for c in found] == [("*", "*", "all")]


def test_differences_mark_what_is_wider():
    wide, narrow = [grant(read=["name"])], [grant(read=["name"], scope="own")]
    assert changes(wide, wide) == []
    assert changes(narrow, wide) == [("widened", "read", "", True)]
    assert changes(wide, narrow) == [("narrowed", "read", "", False)]
    assert changes([], wide)[0] == ("added", "read", "", True)
    assert {kind for kind, _, _, _ in changes(wide, [])} == {"removed"}
    assert not any(wider for _, _, _, wider in changes(wide, []))
    other = [grant(read=["name"], scope="team")]
    assert changes(narrow, other) == [("widened", "read", "", True)]
    assert changes(other, narrow) == [("narrowed", "read", "", False)]
    near = {"kit.near": {"label": "Near", "entity": "kit.item", "when": "team in $teams"}}
    assert ("narrowed", "read", "", False) in changes(wide, wide, restrictions=near)


def test_of_two_conditions_it_is_told_which_is_narrower_where_one_only_says_more():
    def kind(before, after):
        (found,) = changes([grant(when=before, read=[], edit=[])], [grant(when=after, read=[], edit=[])])
        return found[0]

    assert kind("size > 3", "size > 3 and name == 'a'") == "narrowed"
    assert kind("size > 3 and name == 'a'", "name == 'a'") == "widened"
    assert kind("size > 3", "name == 'a' or size > 3") == "widened"
    assert kind("size > 3 or name == 'a'", "size > 3") == "narrowed"
    assert kind("size > 3 or name == 'a'", "(size > 3 or name == 'a') and size < 9") == "narrowed"
    assert kind("size > 3", "size > 2") == "changed"
    same = [
        [grant(when=w, read=[], edit=[])] for w in ("size > 3 and name == 'a'", "name == 'a' and size > 3")
    ]
    assert changes(*same) == []
    mine = {"kit.mine": {"label": "Mine", "entity": "kit.item", "when": "owner == $user"}}
    own = [grant(scope="own", read=[], edit=[])]
    assert changes(own, own, restrictions=mine) == []
    assert kind("size > 3 and name == 'a'", "size > 3 or name == 'a'") == "changed"
    near = {"kit.near": {"label": "Near", "entity": "kit.item", "when": "team in $teams"}}
    some = [grant(read=["name"], scope="own")]
    assert ("narrowed", "read", "", False) in changes(some, some, restrictions=near)
    odd = [Cell(role="r", entity="e", action="read", reach="some", where=w) for w in ("size >", "size > 3")]
    assert [c.kind for c in differences(odd[:1], odd[1:])] == ["changed"]


def test_a_file_says_the_same_and_runs_in_no_spreadsheet():
    found = [
        *matrix([grant(scope="own", when="size > 3")]),
        Cell(role="r", entity="e", action="read", where="-size > 3"),
    ]
    text = "".join(write(found))
    assert list(read(text)) == found
    assert "'-size > 3" in text
    assert not list(differences(found, read(text)))
    for broken in ("", "a,b\n", text + "kit.x,kit.item\n", text.replace(",some,", ",most,")):
        with pytest.raises(BadRequest):
            list(read(broken))


@pytest.mark.parametrize("seed", range(12))
def test_the_matrix_agrees_with_what_is_decided(seed):
    world = random_world(Random(seed))
    catalog = catalog_of(world.roles, implies=world.implies, restrictions=world.restrictions)
    part = access()
    for role in world.roles:
        found = {c.place[1:]: c.where or True for c in cells(part, catalog, [role])}
        actor = person(1, role)
        for entity in ENTITIES:
            for action in ("read", "create", "update", "delete", "export"):
                rule = part.condition(actor, entity, action, catalog)
                assert found.get((entity, action, ""), False) == told(rule)
            for name in ENTITIES[entity]["fields"]:
                may = part.may(actor, entity, "read", catalog)
                rule = part.fields(actor, entity, catalog).readable.get(name, False) if may else False
                assert found.get((entity, "read", name), False) == told(rule)


def told(rule):
    return unparse(rule.node) if isinstance(rule, Checked) else rule
