"""The home page of each role: every card answers, with the figures of what this reader may see and with a way to its records.

Two sellers of two teams and their leaders have a few records each; what every card has to say is written down below.
"""

from __future__ import annotations

import datetime as dt

import pytest

from core.testing.site import actor_of
from tests.web.conftest import app, kept, person, visitor

__all__ = ["app", "kept", "person", "visitor"]
pytestmark = pytest.mark.modules

NOW = dt.datetime.now(dt.UTC)
TODAY = NOW.date()
FIRST, WON = "شناسایی نیاز", "برنده"
"""Stages of the pipeline that comes with the module."""


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


def rial(amount):
    return {"amount": str(amount), "currency": "IRR"}


def day(offset):
    return (TODAY + dt.timedelta(days=offset)).isoformat()


def at(offset):
    return (NOW + dt.timedelta(days=offset)).isoformat()


@pytest.fixture
def people(person, desk):
    """A seller of the North, one of the South, their leader, finance and an analyst; all read English."""
    made = {
        "north": person(
            "base.member", "sales.rep", "activities.user", login="north@example.com", name="North"
        ),
        "south": person(
            "base.member", "sales.rep", "activities.user", login="south@example.com", name="South"
        ),
        "chief": person(
            "base.member", "sales.manager", "activities.user", login="chief@example.com", name="Chief"
        ),
        "finance": person("base.member", "sales.finance", login="finance@example.com", name="Finance"),
        "analyst": person("base.member", "sales.analyst", login="analyst@example.com", name="Analyst"),
    }
    for team in ("north", "south"):
        leader = {"leader": made["chief"].actor.id} if team == "north" else {}
        desk.one("base.team", name=team, members=[made[team].actor.id], **leader)
    return made


def _plan(desk, planned, name, kind, owner):
    """Put an activity on an opportunity that is to come, one that is overdue, and one that is done."""
    same = {"type": kind, **owner, "record": {"entity": "sales.opportunity", "id": planned}}
    desk.create(
        "activities.activity",
        {**same, "subject": f"Soon {name}", "start_at": at(2)},
        {**same, "subject": f"Late {name}", "start_at": at(-2)},
        {**same, "subject": f"Done {name}", "state": "done", "start_at": at(-1), "done_at": at(-1)},
    )


def _quote_twice(desk, firm, name, times, owner):
    """Make a quote that was accepted, and one that waits for its answer."""
    for state, days, more in (
        ("accepted", -3, {"accepted_at": at(-3), "accepted_by": "Buyer"}),
        ("sent", -3, {}),
    ):
        desk.one(
            "sales.quote",
            subject=f"{state} {name}",
            account=firm,
            state=state,
            issue_date=day(days),
            valid_until=day(5),
            lines=[{"description": "Work", "quantity": "1", "unit_price": rial(500 * times)}],
            **owner,
            **more,
        )


@pytest.fixture
def year(desk, people, site):
    """Records of both sellers: those of the South are worth ten times as much."""
    ids = {name: actor_of(site, f"{name}@example.com").id for name in ("north", "south")}
    (pipeline,) = desk.column("sales.pipeline", "id", filter="is_default")
    stages = desk.find("sales.stage", "id", "kind", filter=f"pipeline == {pipeline}", sort=("order",))
    stage = {kind: next(s["id"] for s in stages if s["kind"] == kind) for kind in ("open", "won", "lost")}
    source = desk.one("sales.lead_source", name="Fair")
    reason = desk.one("sales.lost_reason", name="Too dear")
    (kind, *_) = desk.column("activities.activity_type", "id", filter="category == 'task'")
    for name, times in (("north", 1), ("south", 10)):
        owner = {"owner": ids[name]}
        firm = desk.one("contacts.account", name=f"Firm {name}", lifecycle="customer", **owner)

        def deal(title, amount, to="open", account=firm, owner=owner, **more):
            values = {
                "name": title,
                "account": account,
                "stage": stage[to],
                "source": source,
                **owner,
                **more,
            }
            return desk.one("sales.opportunity", estimate=rial(amount), **values)

        planned = deal(f"Open {name}", 1_000 * times, expected_close=day(20))
        deal(f"Slipped {name}", 2_000 * times, expected_close=day(-5))
        deal(f"Won {name}", 4_000 * times, "won", expected_close=day(-3), closed_at=at(-3))
        deal(f"Old {name}", 8_000 * times, "won", expected_close=day(-200), closed_at=at(-200))
        deal(
            f"Lost {name}",
            16_000 * times,
            "lost",
            expected_close=day(-3),
            closed_at=at(-3),
            lost_reason=reason,
        )
        _plan(desk, planned, name, kind, owner)
        desk.one("sales.lead", last_name=f"Lead {name}", source=source, state="assigned", **owner)
        desk.one(
            "sales.quota",
            name="Now",
            person=ids[name],
            starts=day(-30),
            ends=day(30),
            amount=rial(50_000 * times),
            **owner,
        )
        _quote_twice(desk, firm, name, times, owner)
    desk.one("contacts.account", name="Nobody's", lifecycle="customer", owner=None)
    desk.one("sales.lead", last_name="Nobody's", owner=None)


def home(reader):
    """Return where somebody comes to, and what each card says: figures, titles of a list, or bars."""
    answer = reader.opens("/")
    assert answer.status == 200
    return answer.path, {
        card.one("h2").text.strip(): said(card) for card in answer.page.all("section", cls="card")
    }


def said(card):
    figures = [a.text.strip() for p in card.all("p", cls="kv") for a in p.all("a")]
    if figures:
        return figures
    if card.all("ul", cls="dlist"):
        return [li.all("a")[0].text.strip() for li in card.one("ul", cls="dlist").all("li")]
    if card.all("ol"):
        return {
            a.one("span", cls="clip").text.strip(): a.one("b").text.strip()
            for a in card.all("ol")[0].all("a")
        }
    return []


BASE = {
    "My overdue activities": ["1"],
    "My opportunities without a next step": ["1"],
    "My opportunities past their date": ["1"],
    "My leads to answer": ["1"],
    "My customers without a next step": ["0"],
}


@pytest.mark.covers("CO-09", "CO-08")
def test_a_seller_comes_to_the_own_work_of_today(year, people):
    for name, times in (("north", 1), ("south", 10)):
        path, cards = home(people[name])
        assert path == "/dashboards/sales.rep"
        quote = cards.pop("My quotes waiting for an answer")
        assert len(quote) == 1
        assert cards == BASE | {
            "My open pipeline": [f"{3_000 * times:,} Rial"],
            "My week": [f"Soon {name}"],
            "My pipeline by stage": {FIRST: f"{3_000 * times:,} Rial"},
        }


@pytest.mark.covers("CO-09", "AN-06")
def test_who_leads_sees_the_teams_below_and_what_nobody_owns(year, people):
    path, cards = home(people["chief"])
    assert path == "/dashboards/sales.manager"
    assert cards == {
        "Quotas that run now": ["Now"],
        "Won in the last 90 days": ["4,000 Rial"],
        "Expected in the next 90 days, weighted": ["100 Rial"],
        "Leads that nobody owns": ["1"],
        "Customers that nobody owns": ["1"],
        "Opportunities past their date": ["1"],
        "Pipeline by stage": {FIRST: "3,000 Rial"},
        "Won and lost in the last 90 days": {"Won": "1", "Lost": "1"},
        "What the team did in seven days": {"North": "1"},
        "Stale opportunities": [],
    }


@pytest.mark.covers("CO-09")
def test_quotas_stand_each_with_its_period_and_customers_of_who_left_are_owned_by_nobody(
    year, people, desk, actor_as
):
    """A quota of a team and one of a month stand beside that of the seller; nothing is added up twice."""
    (north,) = desk.column("base.team", "id", filter="name == 'north'")
    same = {"starts": day(-3), "amount": rial(50_000)}
    desk.one("sales.quota", name="Team", for_team=north, ends=day(40), **same)
    desk.one("sales.quota", name="Month", person=people["north"].actor.id, ends=day(10), **same)
    gone = actor_as("base.member", login="gone@example.com", name="Gone").id
    desk.one("contacts.account", name="Left", lifecycle="customer", owner=gone, team=north)
    before = home(people["chief"])[1]
    assert before["Quotas that run now"] == ["Month", "Now", "Team"]
    assert before["Customers that nobody owns"] == ["1"]
    desk.update("base.user", gone, active=False)
    assert home(people["chief"])[1]["Customers that nobody owns"] == ["2"]


@pytest.mark.covers("CO-09")
def test_finance_sees_what_is_to_be_invoiced_of_all_teams(year, people, desk):
    path, cards = home(people["finance"])
    assert path == "/dashboards/sales.finance"
    months = cards.pop("Accepted quotes by month")
    assert list(months.values()) == ["5,500 Rial"]
    numbers = {
        name: desk.column("sales.quote", "number", filter=f"state == '{name}'")
        for name in ("accepted", "sent")
    }
    assert cards == {
        "Accepted and not invoiced": ["5,500 Rial"],
        "Issued and not answered": ["5,500 Rial"],
        "Committed and open": ["0"],
        "Customers without a national legal ID": ["3"],
        "To be invoiced next": numbers["accepted"],
        "Quotes that end soon": numbers["sent"],
    }
    desk.update(
        "sales.quote", desk.column("sales.quote", "id", filter="state == 'accepted'")[0], invoiced_on=day(0)
    )
    assert home(people["finance"])[1]["Accepted and not invoiced"] == ["5,000 Rial"]


@pytest.mark.covers("CO-09")
def test_an_analyst_sees_how_selling_goes_without_anybodys_number(year, people):
    path, cards = home(people["analyst"])
    assert path == "/dashboards/sales.analyst"
    months = cards.pop("Won by month")
    assert sorted(months.values()) == ["44,000 Rial", "88,000 Rial"]
    assert cards == {
        "Open leads": ["3"],
        "Open pipeline": ["33,000 Rial"],
        "Won in the last 365 days": ["132,000 Rial"],
        "How far opportunities are": {FIRST: "4", WON: "4"},
        "Leads by source": {"Fair": "2", "Without Source": "1"},
        "Won by source": {"Fair": "132,000 Rial"},
        "Why lost": {"Too dear": "2"},
    }


@pytest.mark.covers("AN-04")
def test_a_new_sale_changes_the_figures_at_once(year, people, desk):
    (deal,) = desk.column("sales.opportunity", "id", filter="name == 'Slipped north'")
    desk.as_(people["north"].actor).move("sales.opportunity", deal, "win")
    cards = home(people["chief"])[1]
    assert cards["Won in the last 90 days"] == ["6,000 Rial"]
    assert cards["Pipeline by stage"] == {FIRST: "1,000 Rial"}
    assert cards["Won and lost in the last 90 days"] == {"Won": "2", "Lost": "1"}


def test_every_figure_leads_to_as_many_records_as_it_says(year, people):
    for reader in people.values():
        answer = reader.opens("/")
        for card in answer.page.all("section", cls="card"):
            for link in [a["href"] for p in card.all("p", cls="kv") for a in p.all("a")]:
                shown = reader.opens(link)
                assert shown.status == 200, link
                assert not shown.page.all(cls="alert"), link
            counted = [a.text.strip() for p in card.all("p", cls="kv") for a in p.all("a")]
            if counted and counted[0].isdigit() and not card.all("p", cls="xs"):
                rows = (
                    reader.opens(card.one("p", cls="kv").all("a")[0]["href"]).page.rows()
                    if counted[0] != "0"
                    else []
                )
                assert len(rows) == int(counted[0])


@pytest.mark.covers("SA-40")
def test_the_views_that_come_with_sales_open_and_new_leads_are_there_by_team(year, people, desk, api):
    views = desk.find(
        "base.saved_view", "id", "name", "entity", "kind", "state", filter="reach == 'everybody'"
    )
    assert len(views) >= 10
    for view in views:
        end = "" if view["kind"] == "list" else f"/{view['kind']}"
        shown = people["finance"].opens(f"/records/{view['entity']}{end}?{view['state']}&saved={view['id']}")
        assert shown.status == 200, view["name"]
        assert not shown.page.all(cls="warn"), view["name"]
    (leads,) = [view for view in views if view["entity"] == "sales.lead" and "created_at" in view["state"]]
    page = people["finance"].opens(f"/records/sales.lead?{leads['state']}").page
    assert {"north", "south"} <= set(page.main.text.split())
    week = (NOW - dt.timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    question = {"entity": "sales.lead", "fields": "title,team", "filter": f"created_at > datetime('{week}')"}
    sheet = api(people["finance"].actor)("GET", "/exports", query_string=question)
    assert len(sheet.text.splitlines()) == 4


@pytest.mark.covers("SA-44")
def test_how_much_it_took_to_decide_is_measured_for_each_opportunity(year, desk):
    (deal,) = desk.column("sales.opportunity", "id", filter="name == 'Open north'")
    assert desk.get("sales.opportunity", deal, "touches", "cycle_days") == {"touches": 1, "cycle_days": None}
    desk.move("sales.opportunity", deal, "win")
    assert desk.get("sales.opportunity", deal, "cycle_days")["cycle_days"] == 0
