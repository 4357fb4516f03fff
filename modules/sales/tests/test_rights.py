"""Who sees and changes whose opportunities: sellers their team's, leaders those of the teams below, others all or none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.errors import AccessDenied, NotFound, ValidationFailed
from core.kernel.actor import Actor
from core.testing.site import actor_of

OPPORTUNITY = "sales.opportunity"
WHO = {
    "rep": "rep",
    "mate": "rep",
    "stranger": "rep",
    "lead": "manager",
    "money": "finance",
    "eyes": "analyst",
}


@pytest.fixture
def people(desk, site, actor_as) -> Mapping[str, Actor]:
    """Two sellers of one team, one of another; a leader over the first; finance and analysis."""
    for name, role in WHO.items():
        actor_as("base.member", f"sales.{role}", login=f"{name}@example.com", name=name)
    ids = {name: actor_of(site, f"{name}@example.com").id for name in WHO}
    region = desk.one("base.team", name="Region", leader=ids["lead"], members=[ids["lead"]])
    desk.one("base.team", name="North", parent=region, members=[ids["rep"], ids["mate"]])
    desk.one("base.team", name="South", members=[ids["stranger"]])
    return {name: actor_of(site, f"{name}@example.com") for name in WHO}


@pytest.fixture
def deals(desk, people, deal) -> Mapping[str, int]:
    """One opportunity of each seller, worth 1, 20 and 300."""
    worth = {"rep": 1, "mate": 20, "stranger": 300}
    return {name: deal(estimate=amount, name=name, owner=people[name].id) for name, amount in worth.items()}


def total(desk) -> int:
    return sum(int(o["amount"].amount) for o in desk.find(OPPORTUNITY, "amount"))


@pytest.mark.covers("SA-19")
@pytest.mark.parametrize(
    ("who", "sees"),
    [("rep", 21), ("mate", 21), ("stranger", 300), ("lead", 21), ("money", 321), ("eyes", 321)],
)
@pytest.mark.covers("AN-06")
def test_everybody_sums_up_what_they_may_see(desk, people, deals, who, sees):
    assert total(desk.as_(people[who])) == sees


@pytest.mark.covers("SA-13", "SA-14")
def test_sellers_find_what_is_stale_and_what_has_no_next_step_though_the_pipeline_is_of_teams(
    desk, people, deals, stages
):
    north = desk.column("base.team", "id", filter="name == 'North'")
    desk.update("sales.pipeline", stages["pipeline"], teams=north)
    entered = "2020-01-01T00:00:00Z"
    desk.update(OPPORTUNITY, deals["mate"], stage_entered_at=entered)
    rep = desk.as_(people["rep"])
    shown = desk.catalog.views["sales.opportunity.list"].options["filters"]
    filters = {name: shown[name]["where"] for name in ("no_next", "rotten")}
    assert rep.column(OPPORTUNITY, "id", filter=filters["no_next"]) == [deals["rep"], deals["mate"]]
    assert rep.column(OPPORTUNITY, "id", filter=filters["rotten"]) == [deals["mate"]]
    found = rep.get(OPPORTUNITY, deals["mate"], "rotting", "stale_at", "state", "probability", "weighted")
    assert (found["rotting"], found["stale_at"].year, found["state"], found["probability"]) == (
        True,
        2020,
        "open",
        10,
    )
    kind = desk.column("activities.activity_type", "id", filter="category == 'call'")[0]
    about = {"entity": OPPORTUNITY, "id": deals["rep"]}
    desk.one(
        "activities.activity",
        type=kind,
        subject="Call",
        record=about,
        due_at="2099-01-01T09:00:00Z",
        owner=people["mate"].id,
    )
    assert rep.column(OPPORTUNITY, "id", filter=filters["no_next"]) == [deals["mate"]]


def test_sellers_change_their_own_and_leaders_their_teams(desk, people, deals):
    rep, lead = desk.as_(people["rep"]), desk.as_(people["lead"])
    rep.update(OPPORTUNITY, deals["rep"], notes="Mine")
    with pytest.raises(AccessDenied):
        rep.update(OPPORTUNITY, deals["mate"], notes="Not mine")
    with pytest.raises(NotFound):
        rep.update(OPPORTUNITY, deals["stranger"], notes="Unknown")
    lead.update(OPPORTUNITY, deals["mate"], notes="Led")
    with pytest.raises(NotFound):
        lead.update(OPPORTUNITY, deals["stranger"], notes="Unknown")


def test_sellers_give_nothing_away_and_delete_nothing(desk, people, deals):
    rep = desk.as_(people["rep"])
    with pytest.raises(AccessDenied):
        rep.update(OPPORTUNITY, deals["rep"], owner=people["stranger"].id, team=None)
    with pytest.raises(AccessDenied):
        rep.delete(OPPORTUNITY, deals["rep"])
    desk.as_(people["lead"]).delete(OPPORTUNITY, deals["rep"])


@pytest.mark.parametrize("who", ["money", "eyes"])
def test_finance_and_analysis_look_and_do_not_touch(desk, people, deals, who):
    with pytest.raises(AccessDenied):
        desk.as_(people[who]).update(OPPORTUNITY, deals["rep"], notes="No")
    with pytest.raises(AccessDenied):
        desk.as_(people[who]).one(OPPORTUNITY, name="No")


def test_finance_changes_what_is_about_money_and_tax_only(desk, people, firm):
    money = desk.as_(people["money"])
    money.update("contacts.account", firm, legal_id="10380284790")
    with pytest.raises(ValidationFailed) as refused:
        money.update("contacts.account", firm, name="Other")
    assert [(p.code, p.field) for p in refused.value.problems] == [("protected", "name")]


def test_analysis_sees_nobodys_number(desk, people):
    desk.one("contacts.contact", last_name="Karimi", points=[{"kind": "mobile", "value": "09121234567"}])
    eyes = desk.as_(people["eyes"])
    person = desk.column("contacts.contact", "id")[0]
    seen = eyes.get("contacts.contact", person)
    assert "job_title" in seen
    assert not {"mobile", "email", "points", "national_code"} & seen.keys()
    assert eyes.find("contacts.contact", "id", search="09121234567") == []


def test_stages_are_changed_by_leaders_only(desk, people, stages):
    with pytest.raises(AccessDenied):
        desk.as_(people["rep"]).update("sales.stage", stages["a"], probability=20)
    desk.as_(people["lead"]).update("sales.stage", stages["a"], probability=20)
