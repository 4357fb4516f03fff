"""What roles may do with which records."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, NotFound
from core.expressions import Checked, unparse
from core.kernel.actor import Scope, system_actor
from tests.access.kit import ENTITIES, PIECE, access, catalog_of, grant, person


def condition(grants, *, actor=None, entity="kit.item", action="read"):
    catalog = catalog_of({"kit.tester": grants})
    found = access().condition(actor or person(1, "kit.tester"), entity, action, catalog)
    return unparse(found.node) if isinstance(found, Checked) else found


def test_what_nobody_granted_is_refused():
    assert condition([]) is False
    assert condition([grant(actions=["create"])]) is False
    assert condition([grant(entity="kit.shelf")]) is False
    assert condition([grant()], actor=person(1)) is False
    assert condition([grant()], actor=person(1, "kit.unknown")) is False


def test_all_is_no_condition():
    assert condition([grant()]) is True


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("own", "owner == $user"),
        ("team", "owner == $user or team in $teams"),
        ("team_below", "owner == $user or team in $teams or team in $teams_below"),
    ],
)
def test_scopes_widen(scope, expected):
    assert condition([grant(scope=scope)]) == expected


def test_a_condition_narrows_its_grant_and_grants_add_up():
    grants = [grant(scope="own", when="size > 3"), grant(when="state == 'new'")]
    assert condition(grants) == "owner == $user and size > 3 or state == 'new'"


def test_one_unconditional_grant_outweighs_all_conditions():
    assert condition([grant(scope="own"), grant(), grant(when="size > 3")]) is True


def test_a_scope_that_an_entity_cannot_have_grants_nothing():
    assert condition([grant(entity="kit.person", scope="own")], entity="kit.person") is False


def test_a_grant_that_does_not_compile_grants_nothing():
    assert condition([grant(when="colour == 'red'")]) is False
    assert condition([grant(when="size >"), grant(when="size > 3")]) == "size > 3"


def test_parts_follow_their_whole():
    assert (
        condition([grant(scope="own", read=["pieces"])], entity="kit.piece")
        == "whole.id != null and whole.owner == $user"
    )
    assert condition([grant(when="any(pieces, length > 3) and shelf.name == 'x'")], entity="kit.piece") == (
        "whole.id != null and (any(whole.pieces, length > 3) and whole.shelf.name == 'x')"
    )
    assert condition([grant()], entity="kit.piece") is True


def test_parts_stay_hidden_where_the_list_of_them_is():
    assert condition([grant(read=["name"])], entity="kit.piece") is False
    assert condition([grant(read=["pieces"])], entity="kit.piece") is True


def test_writing_parts_is_updating_their_whole():
    grants = [grant(actions=["read"]), grant(actions=["update"], scope="own", edit=["pieces"])]
    for action in ("create", "update", "delete"):
        assert (
            condition(grants, entity="kit.piece", action=action)
            == "whole.id != null and whole.owner == $user"
        )
    grants = [grant(actions=["read", "update"], edit=["name"])]
    assert condition(grants, entity="kit.piece", action="create") is False


def test_a_grant_on_the_part_itself_replaces_what_the_role_inherits():
    grants = [grant(), grant(entity="kit.piece", scope="own", when="length > 3")]
    assert condition(grants, entity="kit.piece") == "whole.owner == $user and length > 3"


def test_parts_of_several_kinds_of_wholes_follow_each():
    grants = [grant(scope="own"), grant(entity="kit.shelf")]
    assert condition(grants, entity="kit.sticker") == (
        "on__kit_item.id != null and on__kit_item.owner == $user or on__kit_shelf != null"
    )


def test_administrators_and_elevated_work_may_everything():
    catalog = catalog_of({})
    boss, system = person(1, "kit.administrator"), system_actor("test")
    for actor in (boss, system, person(2).elevate("test")):
        assert access().condition(actor, "kit.item", "delete", catalog) is True
        assert access().is_administrator(actor, catalog)
    assert not access().is_administrator(person(2, "kit.reader"), catalog)


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ((), False),
        ((Scope(),), True),
        ((Scope(entity="kit.item", action="read"),), True),
        ((Scope(entity="kit.item", action="update"),), False),
        ((Scope(entity="kit.shelf"),), False),
        ((Scope(entity="kit.shelf"), Scope(action="read")), True),
    ],
)
def test_scopes_of_a_key_narrow(scopes, expected):
    assert condition([grant()], actor=person(1, "kit.tester", scopes=scopes)) is expected
    assert condition([], actor=person(1, "kit.administrator", scopes=scopes)) is expected


def test_scopes_of_a_key_never_widen():
    assert condition([], actor=person(1, "kit.tester", scopes=(Scope(),))) is False


def test_a_refusal_names_what_is_missing():
    catalog = catalog_of({"kit.tester": [grant(actions=["read"])]})
    with pytest.raises(AccessDenied) as refused:
        access().require(person(1, "kit.tester"), "kit.item", "delete", catalog)
    assert refused.value.params == {"action": "delete", "entity": "kit.item"}
    assert "administrator can grant it" in refused.value.text()
    with pytest.raises(NotFound):
        access().require(person(1, "kit.tester"), "kit.ghost", "read", catalog)


def test_only_administrators_administer():
    catalog = catalog_of({"kit.tester": [grant(actions=["*"])]})
    with pytest.raises(AccessDenied):
        access().require_administrator(person(1, "kit.tester"), catalog)
    access().require_administrator(person(1, "kit.administrator"), catalog)
    with pytest.raises(AccessDenied):
        access().require_administrator(
            person(1, "kit.administrator", scopes=(Scope(entity="kit.item"),)), catalog
        )


def test_rights_follow_the_catalog():
    part, actor = access(), person(1, "kit.tester")
    assert part.condition(actor, "kit.item", "read", catalog_of({"kit.tester": [grant()]}, version=1)) is True
    assert part.condition(actor, "kit.item", "read", catalog_of({"kit.tester": []}, version=2)) is False


def test_another_role_never_takes_away():
    one, other = (
        [grant(scope="own"), grant(entity="kit.shelf")],
        [grant(entity="kit.piece", when="length > 3")],
    )
    catalog = catalog_of({"kit.one": one, "kit.other": other})
    found = access().condition(person(1, "kit.one", "kit.other"), "kit.piece", "read", catalog)
    assert unparse(found.node) == "whole.id != null and whole.owner == $user or length > 3"


def test_a_reference_to_the_whole_is_no_owner_even_if_it_is_called_so():
    entities = {
        **ENTITIES,
        "kit.line": {
            "title": "text",
            "part_of": "owner",
            "fields": {
                "owner": {"type": "reference_any", "to": ["kit.item", "kit.shelf"]},
                "text": {"type": "text"},
            },
        },
    }
    catalog = catalog_of({"kit.tester": [grant("kit.line", scope="own")]}, entities)
    found = access().condition(person(1, "kit.tester"), "kit.line", "read", catalog)
    assert unparse(found.node) == "owner__kit_item.owner == $user or owner__kit_shelf.owner == $user"


def test_an_action_on_a_part_may_ask_something_else_of_its_whole():
    part_rights = {"create": {"needs": "read"}, "delete": {"needs": "read", "when": "length > 3"}}
    entities = {**ENTITIES, "kit.piece": {**PIECE, "part_rights": part_rights}}
    grants = {"kit.tester": [grant(when="size > 1")]}
    catalog, actor = catalog_of(grants, entities), person(1, "kit.tester")

    def asked(action):
        found = access().condition(actor, "kit.piece", action, catalog)
        return unparse(found.node) if isinstance(found, Checked) else found

    assert asked("create") == "whole.id != null and whole.size > 1"
    assert asked("delete") == "(whole.id != null and whole.size > 1) and length > 3"
    assert asked("update") is False
