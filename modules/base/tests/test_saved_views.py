"""Views that people save: seen by those they are for, changed by whoever saved them, one of them first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import AccessDenied, NotFound, ValidationFailed
from core.kernel.actor import Actor
from core.studio import RoleStudio
from core.testing.site import actor_of

TAGS = {"entity": "base.tag", "state": "q=red"}


@pytest.fixture
def people(site, desk, actor_as):
    """Two of a team, and a stranger."""
    anna, ben, carl = (actor_as("base.member", login=f"{n}@example.com") for n in ("anna", "ben", "carl"))
    team = desk.one("base.team", name="Sales", members=[anna.id, ben.id])
    assert team
    assert carl
    return [actor_of(site, f"{name}@example.com") for name in ("anna", "ben", "carl")]


def save(desk, **values):
    return desk.create("base.saved_view", {**TAGS, **values})[0]


def seen(desk, actor):
    return {item["name"] for item in desk.as_(actor).find("base.saved_view", "name")}


def test_a_view_is_seen_by_those_it_is_for(desk, people, actor_as):
    anna, ben, carl = people
    admin = actor_as("base.administrator")
    save(desk.as_(anna), name="own")
    save(desk.as_(anna), name="team's", reach="team")
    save(desk.as_(admin), name="all's", reach="everybody")
    assert seen(desk, anna) == {"own", "team's", "all's"}
    assert seen(desk, ben) == {"team's", "all's"}
    assert seen(desk, carl) == {"all's"}


def test_only_whoever_saved_a_view_changes_it_and_nobody_gives_one_to_everybody(desk, people):
    anna, ben, _ = people
    shared = save(desk.as_(anna), name="team's", reach="team")
    own = save(desk.as_(anna), name="own")
    desk.as_(anna).update("base.saved_view", shared, name="ours")
    with pytest.raises(AccessDenied):
        desk.as_(ben).update("base.saved_view", shared, name="mine")
    with pytest.raises(NotFound):
        desk.as_(ben).update("base.saved_view", own, name="mine")
    with pytest.raises((AccessDenied, ValidationFailed)):
        desk.as_(anna).update("base.saved_view", own, reach="everybody")
    with pytest.raises((AccessDenied, ValidationFailed)):
        save(desk.as_(anna), name="x", reach="everybody")


def test_whoever_administers_an_entity_keeps_its_views_for_everybody_and_for_their_team(site, desk, people):
    anna, ben, carl = people
    grants = [{"entity": "base.tag", "actions": ["read", "administer"]}]
    site.get(RoleStudio).add(Actor(elevated="a test"), "x.tags", {"label": {"en": "Tags"}, "grants": grants})
    arranger = replace(ben, roles=ben.roles | {"x.tags"})
    ours = save(desk.as_(anna), name="ours", reach="team")
    hers = save(desk.as_(anna), name="hers")
    all_of = save(desk.as_(arranger), name="all's", reach="everybody")
    desk.as_(arranger).update("base.saved_view", ours, name="of the team")
    desk.as_(arranger).update("base.saved_view", all_of, name="for all")
    for refused in (
        lambda: save(desk.as_(arranger), entity="base.team", name="x", reach="everybody"),
        lambda: desk.as_(arranger).update("base.saved_view", hers, name="x"),
        lambda: desk.as_(replace(carl, roles=carl.roles | {"x.tags"})).update(
            "base.saved_view", ours, name="x"
        ),
        lambda: desk.as_(ben).update("base.saved_view", all_of, name="x"),
    ):
        with pytest.raises((AccessDenied, NotFound)):
            refused()
    assert seen(desk, arranger) == seen(desk, ben) == {"of the team", "for all"}
    desk.as_(arranger).delete("base.saved_view", all_of)
    assert seen(desk, ben) == {"of the team"}


def test_one_view_at_most_opens_first_for_the_same_people(desk, people):
    anna, ben, _ = people
    first = save(desk.as_(anna), name="a", is_default=True)
    of_ben = save(desk.as_(ben), name="b", is_default=True)
    of_team = save(desk.as_(anna), name="t", reach="team", is_default=True)
    elsewhere = save(desk.as_(anna), name="e", is_default=True, entity="base.team", state="")
    second = save(desk.as_(anna), name="c", is_default=True)
    flags = {
        one: desk.get("base.saved_view", one, "is_default")["is_default"]
        for one in (first, of_ben, of_team, elsewhere, second)
    }
    assert flags == {first: False, of_ben: True, of_team: True, elsewhere: True, second: True}


def test_a_view_of_nothing_is_refused(desk, people):
    with pytest.raises(ValidationFailed) as refused:
        save(desk.as_(people[0]), name="x", entity="base.ghost")
    assert [(p.field, p.code) for p in refused.value.problems] == [("entity", "unknown_entity")]


def test_a_state_that_no_address_could_hold_is_refused(desk, people):
    with pytest.raises(ValidationFailed) as refused:
        save(desk.as_(people[0]), name="x", state="q=" + "x" * 5000)
    assert [(p.field, p.code) for p in refused.value.problems] == [("state", "too_long")]
