"""What stands beside leads and opportunities, in words, and as far as its reader may see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.contributions.asking import asking_at
from core.storage import Database
from core.storage.catalogs import Catalogs
from modules.sales.panels import panels_of

LEAD, OPPORTUNITY = "sales.lead", "sales.opportunity"


@pytest.fixture
def shown(site, desk):
    """Return the panels of a record for somebody, by name, with the values of each."""

    def ask(entity, number, actor=desk.actor):
        catalog = site.get(Catalogs).current()
        with site.get(Database).unit(catalog, actor) as uow:
            found = panels_of(catalog.entity(entity), {"id": number}, asking_at(uow))
            return {panel.name: panel for panel in found}

    return ask


def test_people_and_companies_that_a_lead_may_be_stand_beside_it_the_surest_first(desk, shown):
    account = desk.one("contacts.account", name="Sepehr")
    desk.one(
        "contacts.contact",
        last_name="Karimi",
        points=[{"kind": "mobile", "value": "09121234567"}],
        companies=[{"account": account}],
    )
    lead = desk.one(LEAD, last_name="Karimi", mobile="+98 912 123 4567", company_name="Sepehr")
    matches = shown(LEAD, lead)["sales.matches"].values["matches"]
    assert [(m["title"], m["reason"]) for m in matches] == [
        ("Karimi", "the same number"),
        ("Sepehr", "the company of this contact"),
    ]


def test_who_may_not_see_how_people_are_reached_is_shown_nobody(desk, shown, actor_as):
    desk.one("contacts.contact", last_name="Karimi", points=[{"kind": "mobile", "value": "09121234567"}])
    lead = desk.one(LEAD, last_name="Karimi", mobile="09121234567")
    assert set(shown(LEAD, lead, actor_as("base.member", "sales.analyst"))) == {"sales.score"}


@pytest.mark.covers("SA-05")
def test_every_point_of_a_score_is_told_with_its_rule(desk, shown):
    desk.delete("sales.score_rule", *desk.column("sales.score_rule", "id"))
    desk.create(
        "sales.score_rule",
        {"name": "Tehran", "kind": "fit", "points": 20, "condition": "city == 'Tehran'"},
        {"name": "Reply", "points": 16, "event": "replied", "half_life_days": 7},
    )
    lead = desk.one(
        LEAD, last_name="Karimi", city="Tehran", events=[{"kind": "replied"}, {"kind": "replied"}]
    )
    rows = shown(LEAD, lead)["sales.score"].values["rows"]
    assert [(row["name"], row["times"], row["points"]) for row in rows] == [
        ("Reply", "2", "32"),
        ("Tehran", "", "20"),
    ]


def test_what_went_stale_says_for_how_long(desk, deal, stages, shown):
    fresh = deal(estimate=1)
    old = deal(estimate=1, stage_entered_at=(datetime.now(UTC) - timedelta(days=9)).isoformat())
    assert set(shown(OPPORTUNITY, fresh)) == {"sales.days_in_stage"}
    days = shown(OPPORTUNITY, old)["sales.days_in_stage"].values["sentence"]
    assert days == "9 days in a"
    sentence = shown(OPPORTUNITY, old)["sales.stale"].values["sentence"]
    assert sentence == "In this stage without an activity for 9 days, longer than it allows."
