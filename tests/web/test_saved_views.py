"""Saved views: a state gets a name, is shared, opens first, is changed and left by one click; all without a script."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pytest

LIST = "/records/contacts.contact"
STATE = "?f=lifecycle~is~customer&sort=-last_name&cols=last_name,code"


@pytest.fixture
def people(kept):
    return kept.add(
        "contacts.contact",
        {"last_name": "Karimi", "lifecycle": "customer"},
        {"last_name": "Nouri", "lifecycle": "customer"},
        {"last_name": "Rezaei", "lifecycle": "partner"},
    )


def save(person, name, state=STATE, **more):
    opened = person.opens(LIST + state)
    return person.submits(opened, opened.page.form(action=f"{LIST}/views"), {"name": name, **more})


def names(answer):
    return [row[0] for row in answer.page.rows()]


def tab(answer, name):
    return next(a for a in answer.page.one("nav", cls="views").all("a") if name in a.text)


def current(answer):
    return [a.text for a in answer.page.one("nav", cls="views").all("a") if a.has("aria-current")]


def test_a_view_keeps_the_whole_state_under_a_name(admin, people):
    saved = save(admin, "Our customers")
    assert names(saved) == ["Nouri", "Karimi"]
    assert current(saved) == ["Our customers"]
    again = admin.opens(tab(admin.opens(LIST), "Our customers")["href"])
    assert names(again) == ["Nouri", "Karimi"]
    shown = parse_qs(again.response.request.query_string.decode())
    assert shown["f"] == ["lifecycle~is~customer"]
    assert shown["cols"] == ["last_name,code"]


def test_what_has_changed_since_is_said_kept_or_left_by_one_click(admin, people):
    saved = save(admin, "Our customers")
    number = parse_qs(saved.response.request.query_string.decode())["saved"][0]
    changed = admin.opens(f"{LIST}?{urlencode({'saved': number, 'f': 'lifecycle~is~partner'})}")
    assert names(changed) == ["Rezaei"]
    assert changed.page.one("nav", cls="views").all(role="img")[0]["aria-label"] == "changed"
    back = next(a for a in changed.page.all("a") if a.text == "Back to the saved view")
    assert names(admin.opens(back["href"])) == ["Nouri", "Karimi"]
    form = next(
        f for f in changed.page.all("form", action=f"{LIST}/views/{number}") if f.all("button", value="keep")
    )
    data = {i["name"]: i["value"] for i in form.all("input")}
    assert names(admin.sends(f"{LIST}/views/{number}", {**data, "act": "keep"})) == ["Rezaei"]
    assert names(admin.opens(tab(admin.opens(LIST), "Our customers")["href"])) == ["Rezaei"]


def test_a_list_opens_with_the_view_that_is_to_open_first_and_everything_is_one_click_away(admin, people):
    save(admin, "Our customers", is_default="1")
    opened = admin.opens(LIST)
    assert names(opened) == ["Nouri", "Karimi"]
    assert "saved" in parse_qs(opened.response.request.query_string.decode())
    everything = admin.opens(tab(opened, "All")["href"])
    assert len(names(everything)) == 3
    assert current(everything) == ["All"]


def test_a_view_is_renamed_and_deleted_by_whoever_saved_it(admin, people):
    saved = save(admin, "Our customers")
    number = parse_qs(saved.response.request.query_string.decode())["saved"][0]
    form = next(
        f for f in saved.page.all("form", action=f"{LIST}/views/{number}") if f.all("button", value="rename")
    )
    data = {i["name"]: i["value"] for i in form.all("input")}
    renamed = admin.sends(f"{LIST}/views/{number}", {**data, "name": "Buyers", "act": "rename"})
    assert current(renamed) == ["Buyers"]
    deleted = admin.sends(f"{LIST}/views/{number}", {**data, "act": "delete"})
    assert "Buyers" not in deleted.page.one("nav", cls="views").text
    assert names(deleted) == ["Nouri", "Karimi"]


def test_a_team_sees_its_views_and_others_do_not(person, people):
    anna = person("base.member", "contacts.manager", login="a@example.com", team="Sales")
    ben = person("base.member", "contacts.manager", login="b@example.com", team="Sales")
    carl = person("base.member", "contacts.manager", login="c@example.com", team="Service")
    offered = anna.opens(LIST).page.form(action=f"{LIST}/views").element.one("select", name="reach")
    assert [o["value"] for o in offered.all("option")] == ["personal", "team"]
    save(anna, "Team's", reach="team")
    save(anna, "Only mine")
    of = {who: who.opens(LIST).page.one("nav", cls="views").text for who in (anna, ben, carl)}
    assert "Only mine" in of[anna]
    assert "Team's" in of[ben]
    assert "Only mine" not in of[ben]
    assert "Team's" not in of[carl]
    shown = ben.opens(tab(ben.opens(LIST), "Team's")["href"])
    assert not [f for f in shown.page.all("form") if f.all("button", value="delete")]


def test_a_view_of_another_is_not_changed_by_its_number(person, people):
    anna = person("base.member", "contacts.manager", login="a@example.com", team="Sales")
    ben = person("base.member", "contacts.manager", login="b@example.com", team="Sales")
    number = parse_qs(save(anna, "Team's", reach="team").response.request.query_string.decode())["saved"][0]
    csrf = ben.opens(LIST).page.form(action=f"{LIST}/views")["csrf"]
    refused = ben.sends(f"{LIST}/views/{number}", {"csrf": csrf, "act": "delete"})
    assert refused.status == 403
    assert "Team's" in anna.opens(LIST).page.one("nav", cls="views").text


@pytest.mark.parametrize("saved", ["7", "x", "0", "99999999999999999999"])
def test_an_address_that_names_a_view_that_is_not_there_shows_what_else_it_says(admin, people, saved):
    assert names(admin.opens(f"{LIST}{STATE}&saved={saved}")) == ["Nouri", "Karimi"]


def test_a_view_needs_a_name(admin, people):
    opened = admin.opens(LIST)
    refused = admin.submits(opened, opened.page.form(action=f"{LIST}/views"), {"name": "  "})
    assert refused.status == 400
    assert "Give the view a name." in refused.page.text
