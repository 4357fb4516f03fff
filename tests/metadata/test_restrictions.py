"""Restrictions from the documents of many owners."""

from __future__ import annotations

import pytest

from tests.metadata.written import PERSON, compiled, doc, extend, refused, role

READER = role("people.reader", [{"entity": "people.person", "actions": ["read"]}])


def restriction(owner: str = "people", **body: object):
    return doc(
        "restriction",
        f"{owner}.near",
        owner,
        **{"restriction": f"{owner}.near", "entity": "people.person", "when": "name == 'a'", **body},
    )


def one(*documents, **more):
    return compiled(PERSON, READER, *documents, **more).catalog.restrictions.get("people.near")


def test_a_restriction_is_about_all_actions_and_everybody_where_nothing_else_is_said():
    found = one(restriction())
    assert (found.label, found.entity, found.when) == ("Near", "people.person", "name == 'a'")
    assert (found.actions, found.excepted) == ((), ())
    narrower = one(restriction(actions=["read"], **{"except": ["people.reader"]}))
    assert (narrower.actions, narrower.excepted) == (("read",), ("people.reader",))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"entity": "people.persn"}, "unknown_entity"),
        ({"entity": "club.member"}, "unknown_entity"),
        ({"actions": ["raed"]}, "unknown_action"),
        ({"except": ["people.readr"]}, "unknown_role"),
        ({"when": ""}, "missing"),
    ],
)
def test_what_a_restriction_names_must_exist(body, code):
    assert code in refused(PERSON, READER, restriction(**body))


def test_modules_except_roles_of_theirs_and_the_site_has_the_last_word():
    keeper = role("club.keeper", [])
    added = extend("restriction:people.near", "club", **{"except": {"list_add": ["club.keeper"]}})
    assert one(restriction(), keeper, added).excepted == ("club.keeper",)
    assert "protected" in refused(
        PERSON, restriction(), extend("restriction:people.near", "club", when="id == 1")
    )
    assert one(restriction(), extend("restriction:people.near", when="id == 1")).when == "id == 1"
    for rests in ([extend("restriction:people.near", disabled=True)], []):
        assert one(restriction(disabled=not rests), *rests) is None
        built = compiled(PERSON, READER, restriction(disabled=not rests), *rests).catalog
        assert not built.resting["people.near"].in_force
    assert one(restriction(disabled=True), extend("restriction:people.near", disabled=False)).in_force


def test_a_restriction_that_is_wrong_stays_in_force_at_boot():
    for wrong in ({"except": ["people.readr"]}, {"actions": ["raed"]}, {"when": ""}):
        built = compiled(PERSON, READER, restriction(**wrong), strict=False)
        assert built.problems
        assert built.catalog.restrictions["people.near"].entity == "people.person"
    assert one(restriction(actions=["raed"]), strict=False).actions == ()


def test_a_module_restricts_only_what_it_may_name():
    foreign = restriction("base", entity="people.person")
    assert "undeclared_dependency" in refused(PERSON, foreign)
