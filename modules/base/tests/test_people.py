"""Everybody who may sign in has a public profile; teams and preferences follow it into every request."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, ValidationFailed
from core.identity import Identity
from core.storage import Database
from core.testing.site import actor_of


def test_a_profile_comes_with_its_account_and_has_the_same_id(desk, actor_as):
    actor_as("base.member", login="first@example.com")
    anna = actor_as("base.member", login="anna@example.com", name="آنا")
    assert desk.get("base.user", anna.id, "name", "email", "active") | {"id": 0, "version": 0} == {
        "id": 0,
        "version": 0,
        "name": "آنا",
        "email": "anna@example.com",
        "active": True,
    }
    assert anna.name == "آنا"


def test_a_login_that_is_no_address_leaves_the_e_mail_empty(desk, actor_as):
    porter = actor_as("base.member", login="porter")
    assert desk.get("base.user", porter.id, "name", "email")["email"] is None
    assert desk.get("base.user", porter.id, "name")["name"] == "porter"


def test_nobody_is_added_or_deleted_without_an_account(desk, actor_as):
    anna = actor_as("base.administrator")
    for desk_of in (desk, desk.as_(anna)):
        with pytest.raises(ValidationFailed) as refused:
            desk_of.create("base.user", {"name": "Ghost"})
        assert [p.code for p in refused.value.problems] == ["needs_account"]
        with pytest.raises(ValidationFailed) as refused:
            desk_of.delete("base.user", anna.id)
        assert [p.code for p in refused.value.problems] == ["has_account"]


def test_a_disabled_account_has_an_inactive_profile(site, desk, actor_as):
    anna, admin = actor_as("base.member"), actor_as("base.administrator")
    for active in (False, True):
        with site.get(Database).unit(desk.catalog, admin) as uow:
            site.get(Identity).set_active(admin, anna.id, active, uow=uow)
        assert desk.get("base.user", anna.id, "active")["active"] is active


def test_people_change_their_own_profile_and_nobody_elses(desk, actor_as):
    anna, ben = actor_as("base.member", name="Anna"), actor_as("base.member", name="Ben")
    own = desk.as_(anna)
    own.update("base.user", anna.id, name="Anna B.", language="fa", digits="persian")
    assert own.get("base.user", ben.id, "name")["name"] == "Ben"
    with pytest.raises(AccessDenied):
        own.update("base.user", ben.id, name="Benny")
    for locked in ({"team": None}, {"manager": ben.id}, {"email": "x@example.com"}, {"active": False}):
        with pytest.raises(ValidationFailed):
            own.update("base.user", anna.id, **locked)


def test_preferences_hold_from_the_next_request_on(site, desk, actor_as):
    anna = actor_as("base.member", login="anna@example.com")
    assert anna.preferences.language == ""
    desk.as_(anna).update("base.user", anna.id, language="fa", calendar="jalali", time_zone="Asia/Tehran")
    preferences = actor_of(site, "anna@example.com").preferences
    assert (preferences.language, preferences.calendar, preferences.time_zone) == (
        "fa",
        "jalali",
        "Asia/Tehran",
    )


def test_teams_are_those_of_the_profile_of_membership_and_of_leading(site, desk, actor_as):
    anna = actor_as("base.member", login="anna@example.com")
    own, member, leads, below, other = desk.create("base.team", *({"name": n} for n in "abcde"))
    desk.update("base.user", anna.id, team=own)
    desk.update("base.team", member, members=[anna.id])
    desk.update("base.team", leads, leader=anna.id)
    desk.update("base.team", below, parent=leads)
    seen = actor_of(site, "anna@example.com")
    assert (seen.team, seen.teams) == (own, (own, member, leads))
    assert set(seen.teams_below) == {own, member, leads, below}
    assert other not in seen.teams_below


def test_who_leaves_a_team_loses_it_with_the_next_request(site, desk, actor_as):
    anna = actor_as("base.member", login="anna@example.com")
    team = desk.one("base.team", name="Sales", members=[anna.id])
    assert actor_of(site, "anna@example.com").teams == (team,)
    desk.update("base.user", anna.id, team=None)
    desk.update("base.team", team, members=[])
    assert actor_of(site, "anna@example.com").teams == ()


def test_the_first_team_becomes_ones_own_and_later_ones_do_not(desk, actor_as):
    anna = actor_as("base.member")
    first = desk.one("base.team", name="First", members=[anna.id])
    desk.one("base.team", name="Second", members=[anna.id])
    assert desk.get("base.user", anna.id, "team")["team"].id == first


@pytest.mark.parametrize(("entity", "field"), [("base.team", "parent"), ("base.user", "manager")])
def test_nothing_stands_above_itself(desk, actor_as, entity, field):
    if entity == "base.team":
        top, middle, low = desk.create(entity, *({"name": n} for n in "abc"))
    else:
        top, middle, low = (actor_as("base.member").id for _ in "abc")
    desk.update(entity, middle, **{field: top})
    desk.update(entity, low, **{field: middle})
    for above in (low, middle, top):
        with pytest.raises(ValidationFailed) as refused:
            desk.update(entity, top, **{field: above})
        assert [(p.code, p.field) for p in refused.value.problems] == [("circle", field)]
    desk.update(entity, low, **{field: top})


def test_tags_are_made_by_everybody_and_names_stand_once(desk, actor_as):
    anna = desk.as_(actor_as("base.member"))
    anna.one("base.tag", name="VIP", hue="amber")
    with pytest.raises(ValidationFailed):
        anna.one("base.tag", name="VIP")
    with pytest.raises(AccessDenied):
        anna.update("base.tag", 1, name="Other")
