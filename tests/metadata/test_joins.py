"""Behaviours bring entities among the targets of open references, and take them away again."""

from __future__ import annotations

import pytest

from core.errors import MetadataInvalid
from core.metadata.build import build
from core.metadata.documents import Behaviour
from tests.metadata.written import MODULES, OWNED, PERSON, entity, extend

WATCHED = Behaviour(name="watched", owner="base", joins={"base.remark": "about"})
REMARK = entity("base.remark", {"about": {"type": "reference_any", "to": []}, "text": {"type": "text"}})


def built(*documents, behaviours=(OWNED, WATCHED), **more):
    return build((REMARK, PERSON, *documents), MODULES, behaviours, **more)


def about(*documents):
    return built(*documents).catalog.entity("base.remark").fields["about"]


def test_an_open_reference_begins_without_any_target():
    assert about().option("to") == ()


def test_an_entity_with_the_behaviour_is_a_target_whoever_asked_for_it():
    own = entity("club.member", behaviours=["watched"])
    field = about(own, extend("people.person", "club", behaviours=["watched"]))
    assert field.option("to") == ("club.member", "people.person")
    assert field.joined == {"club.member": "club", "people.person": "club"}


def test_the_site_may_ask_for_the_behaviour_too():
    field = about(extend("people.person", behaviours=["watched"]))
    assert field.joined == {"people.person": "site"}


def test_written_targets_come_first_and_nothing_comes_twice():
    remark = entity("people.remark", {"about": {"type": "reference_any", "to": ["people.person"]}})
    own = Behaviour(name="watched", owner="people", joins={"people.remark": "about"})
    found = built(remark, extend("people.person", "club", behaviours=["watched"]), behaviours=(OWNED, own))
    field = found.catalog.entity("people.remark").fields["about"]
    assert field.option("to") == ("people.person",)
    assert not field.joined


def test_a_target_more_changes_the_shape_of_the_entity_that_holds_the_reference():
    def digest(*documents):
        return built(*documents).catalog.entity("base.remark").digest

    assert digest() != digest(extend("people.person", "club", behaviours=["watched"]))


@pytest.mark.parametrize("joins", [{"base.nothing": "about"}, {"base.remark": "text"}, {"base.remark": "x"}])
def test_a_behaviour_that_joins_what_is_no_open_reference_is_refused_where_it_is_asked_for(joins):
    wrong = Behaviour(name="watched", owner="base", joins=joins)
    with pytest.raises(MetadataInvalid) as refused:
        built(extend("people.person", "club", behaviours=["watched"]), behaviours=(OWNED, wrong))
    (problem,) = refused.value.problems
    assert problem.code == "nothing_to_join"
    assert str(problem.place) == "club/people.person.yaml#/behaviours/0"


def test_at_boot_only_the_wish_for_such_a_behaviour_sleeps():
    wrong = Behaviour(name="watched", owner="base", joins={"base.remark": "text"})
    found = built(
        extend("people.person", "club", behaviours=["watched", "owned"]),
        behaviours=(OWNED, wrong),
        strict=False,
    )
    assert [p.code for p in found.problems] == ["nothing_to_join"]
    assert found.catalog.entity("people.person").behaviours == ("owned",)
