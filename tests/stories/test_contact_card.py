"""The page of a person: all ways to reach them, changed in place, every change written down."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.modules

CONTACT = "/records/contacts.contact"
WAYS = {"mobile": "09121234567", "email": "sara@example.com", "telegram": "@sara", "phone": "021 8888 1234"}
STREET = "خیابان آزادی"


@pytest.mark.covers("CD-08")
def test_all_ways_to_reach_somebody_are_on_their_page_and_changes_are_in_the_history(person, api, kept):
    keeper = person("base.member", "contacts.manager", login="mina@example.com")
    number = kept.add(
        "contacts.contact",
        {
            "last_name": "رضایی",
            "points": [{"kind": kind, "value": value} for kind, value in WAYS.items()],
            "addresses": [{"kind": "main", "city": "تهران", "street": STREET}],
        },
        actor=keeper.actor,
    )[0]
    form = keeper.opens(f"{CONTACT}/{number}").page.form(id="record")
    rows = {form[f"points-{row}-kind"]: row for row in range(len(WAYS))}
    assert {kind: form[f"points-{row}-value"] for kind, row in rows.items()} == WAYS
    assert (form["addresses-0-city"], form["addresses-0-street"]) == ("تهران", STREET)
    changed = {"mobile": "09351112233", "email": "sara@example.org", "telegram": "@sara_r"}
    typed = {f"points-{rows[kind]}-value": value for kind, value in changed.items()}
    saved = keeper.saves(f"{CONTACT}/{number}", {**typed, "addresses-0-city": "شیراز"})
    assert saved.status == 200
    form = saved.page.form(id="record")
    assert {kind: form[f"points-{row}-value"] for kind, row in rows.items()} == {**WAYS, **changed}
    assert form["addresses-0-city"] == "شیراز"
    points = {point["kind"]: point["id"] for point in kept.get("contacts.contact", number)["points"]}
    for kind, value in changed.items():
        latest = api(keeper.actor).get(f"/records/contacts.contact_point/{points[kind]}/history")["items"][0]
        assert (latest["actor"], latest["changes"]["value"]) == (keeper.actor.id, [WAYS[kind], value])
    history = api(keeper.actor).get(f"{CONTACT}/{number}/history")["items"]
    lines = [entry for entry in reversed(history) if entry["part"]]
    newest = {one["part"]["id"]: one["changes"] for one in lines if one["part"]["list"] == "points"}
    assert {kind: newest[points[kind]]["value"][1] for kind in changed} == changed
    address = [one for one in lines if one["part"]["list"] == "addresses"][-1]
    assert (address["part"]["title"], address["changes"]) == (STREET, {"city": ["تهران", "شیراز"]})
