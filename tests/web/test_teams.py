"""The tree of teams: made, put below one another but never in a circle, with people added, moved and taken out."""

from __future__ import annotations

import pytest

from tests.web.page import Form

PAGE = "/m/base/teams"


@pytest.fixture
def teams(kept):
    """Sales with Shiraz below it, and Support; their ids by name."""
    sales, support = kept.add("base.team", {"name": "Sales"}, {"name": "Support"})
    shiraz = kept.add("base.team", {"name": "Shiraz", "parent": sales})[0]
    return {"Sales": sales, "Support": support, "Shiraz": shiraz}


def does(person, act, **values):
    opened = person.opens(PAGE)
    csrf = opened.page.all("input", name="csrf")[0]["value"]
    return person.sends(PAGE, {"csrf": csrf, "act": act, **{k: str(v) for k, v in values.items()}})


def members(kept, team):
    return [one.id for one in kept.get("base.team", team)["members"] or ()]


def home(kept, user):
    team = kept.get("base.user", user)["team"]
    return team and team.id


def test_people_are_added_moved_and_taken_out_and_their_new_records_follow(admin, person, teams, kept):
    nima = person("base.member", login="nima@example.com", name="Nima Karimi").actor.id
    page = admin.opens(PAGE).page
    shiraz = page.one("li", id=f"team-{teams['Shiraz']}")
    assert shiraz.inside("li")
    assert "In no team Mina Karimi" in page.main.text
    kept.change("base.team", teams["Support"], {"leader": admin.actor.id})
    led = admin.opens(PAGE).page
    assert "Mina Karimi · leads" in led.one("li", id=f"team-{teams['Support']}").text
    assert "Mina Karimi" not in led.main.text.partition("In no team")[2].partition("New team")[0]
    form = next(f for f in shiraz.all("form") if f.all("button", value="add"))
    button = form.one("button", value="add")
    filled = {**Form(form).filled({"user": str(nima)}), "act": button["value"]}
    added = admin.sends(PAGE, filled)
    assert "belongs to the team now" in added.page.text
    assert (members(kept, teams["Shiraz"]), home(kept, nima)) == ([nima], teams["Shiraz"])
    assert does(admin, "add", team=teams["Shiraz"], user=nima).status == 200
    assert members(kept, teams["Shiraz"]) == [nima]
    moved = does(admin, "move", team=teams["Shiraz"], user=nima, to=teams["Support"])
    assert "Nima Karimi" in moved.page.one("li", id=f"team-{teams['Support']}").text
    assert (members(kept, teams["Shiraz"]), members(kept, teams["Support"])) == ([], [nima])
    assert home(kept, nima) == teams["Support"]
    does(admin, "move", team=teams["Support"], user=nima, to=teams["Support"])
    assert members(kept, teams["Support"]) == [nima]
    does(admin, "take", team=teams["Support"], user=nima)
    assert (members(kept, teams["Support"]), home(kept, nima)) == ([], None)


def test_teams_are_made_and_put_below_others_but_never_in_a_circle(admin, teams, kept):
    made = does(admin, "make", name="Tehran", parent=teams["Sales"])
    tehran = kept.find("base.team", "name == 'Tehran'")[0]["id"]
    assert made.page.one("li", id=f"team-{tehran}").inside("li")
    does(admin, "place", team=tehran, parent=teams["Shiraz"])
    assert kept.get("base.team", tehran)["parent"].id == teams["Shiraz"]
    offered = admin.opens(PAGE).page.one("select", id=f"place-{teams['Sales']}")
    assert [option.text for option in offered.all("option")] == ["No other team", "Support"]
    for wrong in (tehran, teams["Sales"]):
        refused = does(admin, "place", team=teams["Sales"], parent=wrong)
        assert refused.status == 422
        assert "Nothing can stand above itself." in refused.page.problems
    assert kept.get("base.team", teams["Sales"])["parent"] is None
    does(admin, "place", team=tehran)
    assert kept.get("base.team", tehran)["parent"] is None
    for values in ({"name": ""}, {"name": "Sales"}):
        assert does(admin, "make", **values).status == 422
    for act, values in (("burn", {}), ("take", {"team": "x"}), ("add", {"team": 987654, "user": 1})):
        assert does(admin, act, **values).status in (400, 404)


def test_members_look_at_the_tree_and_change_nothing(teams, editor, kept):
    page = editor.opens(PAGE)
    assert page.status == 200
    assert "Reza Nouri" in page.page.main.text
    assert not page.page.main.all("form")
    assert does(editor, "add", team=teams["Support"], user=editor.actor.id).status == 403
    assert does(editor, "make", name="Mine").status == 403
    assert members(kept, teams["Support"]) == []


def test_a_site_without_teams_says_so(admin):
    assert "There is no team yet" in admin.opens(PAGE).page.main.text
