"""What a leader expects, what teams are to sell, and what was forecast then, held against what came of it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from core.errors import AccessDenied, ValidationFailed
from core.kernel.actor import system_actor
from core.sdk import style_of
from core.storage import Database
from core.testing.site import actor_of
from modules.sales.accuracy import accuracy
from modules.sales.forecast import forecast
from modules.sales.snapshots import SNAPSHOT, take_snapshot
from modules.sales.tests.quoting import rial

OPPORTUNITY, SAID, QUOTA = "sales.opportunity", "sales.forecast_override", "sales.quota"
START, END = dt.date(2090, 1, 1), dt.date(2090, 4, 1)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def people(desk, actor_as, site):
    """Two sellers of a team, and their leader."""
    ids = {
        name: actor_as("base.member", f"sales.{role}", login=f"{name}@example.com", name=name).id
        for name, role in (("ali", "rep"), ("sara", "rep"), ("boss", "manager"))
    }
    team = desk.one("base.team", name="North", leader=ids["boss"], members=list(ids.values()))
    return SimpleNamespace(team=team, **{name: actor_of(site, f"{name}@example.com") for name in ids})


@pytest.fixture
def sell(desk, deal, people, stages):
    """Make an opportunity of a seller: ``sell("ali", 100, "c", "2090-02-01")``."""

    def make(who, amount, stage, close, **more):
        return deal(
            name=f"{who} {amount}",
            owner=getattr(people, who).id,
            team=people.team,
            estimate=amount,
            stage=stages[stage],
            expected_close=close,
            **more,
        )

    return make


@pytest.fixture
def asked(desk, people):
    """Ask a report as somebody, as if it were a day: ``asked(forecast, "boss", day)``."""

    def ask(report, who, day=dt.date(2090, 1, 5)):
        actor = getattr(people, who)
        with desk.site.get(Database).unit(desk.catalog, actor) as uow:
            uow.now = dt.datetime.combine(day, dt.time(9), dt.UTC)
            uow.today = day
            return report(uow, actor, style_of(uow), START, END)

    return ask


@pytest.fixture
def keep(desk):
    """Keep opportunities as they are, as if it were a day; stop after ``batches`` of them."""

    def run(day, checkpoint=None):
        kept = []

        def unit(reason):
            made = desk.site.get(Database).unit(desk.catalog, system_actor(reason), channel="job")
            return _On(made, day)

        context = SimpleNamespace(
            unit=unit, checkpoint=checkpoint, keep=lambda uow, at, done: kept.append(at)
        )
        return take_snapshot(context)["kept"], kept

    return run


class _On:
    """A unit of work on another day."""

    def __init__(self, unit, day):
        self._unit, self._day = unit, day

    def __enter__(self):
        uow = self._unit.__enter__()
        uow.now, uow.today = dt.datetime.combine(self._day, dt.time(6), dt.UTC), self._day
        return uow

    def __exit__(self, *failure):
        return self._unit.__exit__(*failure)


@pytest.mark.covers("SA-19")
def test_what_a_leader_expects_stands_beside_what_was_worked_out(desk, people, sell, asked):
    sell("ali", 1000, "c", "2090-02-01")
    before = asked(forecast, "boss").rows[0]
    values = {"person": people.ali.id, "starts": "2090-01-01", "ends": "2090-03-31", "amount": rial(500)}
    with pytest.raises(ValidationFailed):
        desk.as_(people.boss).one(SAID, **values)
    desk.as_(people.boss).one(SAID, **values, reason="The buyer leaves")
    (row,) = asked(forecast, "boss").rows
    assert (row.said, row.expected, row.weighted) == (500, before.expected, before.weighted)
    assert asked(forecast, "ali").total.said == 500
    assert asked(forecast, "sara").total.said is None
    with pytest.raises(AccessDenied):
        desk.as_(people.ali).one(SAID, **values | {"person": people.sara.id}, reason="Mine")


@pytest.mark.covers("SA-19")
def test_who_leads_another_team_says_nothing_of_its_sellers(desk, people, actor_as, site):
    """Neither what is expected of them, nor what they are to sell; so nobody finds a place taken by who knows whom."""
    other = actor_as("base.member", "sales.manager", login="other@example.com", name="other").id
    south = desk.one("base.team", name="South", leader=other, members=[other])
    other = desk.as_(actor_of(site, "other@example.com"))
    boss = desk.as_(people.boss)
    days = {"starts": "2090-01-01", "ends": "2090-03-31", "amount": rial(500)}
    said = {**days, "person": people.ali.id, "reason": "The buyer leaves"}
    planned = {**days, "person": people.ali.id, "name": "Winter"}
    for entity, values in (
        (SAID, said),
        (QUOTA, planned),
        (QUOTA, {**days, "for_team": people.team, "name": "W"}),
    ):
        with pytest.raises(AccessDenied):
            other.one(entity, **values)
        number = boss.one(entity, **values)
        assert (boss.column(entity, "id", filter=f"id == {number}"), other.find(entity, "id")) == (
            [number],
            [],
        )
    for entity, mine in ((SAID, said), (QUOTA, planned)):
        own = other.one(entity, **mine | {"person": other.actor.id})
        with pytest.raises(AccessDenied):
            other.update(entity, own, person=people.sara.id)
    # Who leads the seller by now finds what was said before, and changes it.
    desk.update("base.user", people.ali.id, team=south)
    (taken,) = other.column(SAID, "id", filter=f"person == {people.ali.id}")
    other.update(SAID, taken, amount=rial(600))


@pytest.mark.covers("SA-31")
def test_a_quota_is_for_a_seller_or_a_team_and_teams_have_their_attainment(desk, people, sell, asked):
    sell("ali", 600, "won", "2090-01-02", closed_at="2090-01-02T09:00:00Z")
    sell("sara", 150, "won", "2090-01-02", closed_at="2090-01-02T09:00:00Z")
    values = {"name": "Winter", "starts": "2090-01-01", "ends": "2090-03-31"}
    for wrong in ({}, {"person": people.ali.id, "for_team": people.team}):
        with pytest.raises(ValidationFailed):
            desk.one(QUOTA, **values, **wrong, amount=rial(1))
    desk.one(QUOTA, **values, for_team=people.team, amount=rial(1000))
    desk.one(QUOTA, **values, person=people.ali.id, amount=rial(800))
    found = asked(forecast, "ali")
    (team,) = found.teams
    assert (team.owner.title, team.won, team.quota, team.attainment) == ("North", 750, 1000, 75)
    assert [(row.quota, row.attainment) for row in found.rows] == [(800, 75), (0, None)]
    desk.one(QUOTA, **values, person=people.sara.id, amount=rial(500))  # of the same days
    with pytest.raises(ValidationFailed):
        desk.one(QUOTA, **values, person=people.sara.id, amount=rial(501))


def test_what_is_overdue_is_a_bucket_of_its_own_and_in_no_other_figure(desk, people, sell, asked):
    record = sell("ali", 1000, "c", "2090-02-01")
    fresh = asked(forecast, "boss").total
    assert (fresh.open, fresh.weighted, fresh.overdue) == (1000, 800, 0)
    late = asked(forecast, "boss", dt.date(2090, 2, 2)).total
    assert (late.open, late.weighted, late.by_step["commit"], late.expected) == (0, 0, 0, 0)
    assert (late.overdue, late.overdue_count) == (1000, 1)
    assert desk.get(OPPORTUNITY, record, "expected_close")["expected_close"] == dt.date(2090, 2, 1)


@pytest.mark.covers("SA-19")
def test_accuracy_and_slippage_are_measured_by_what_was_kept_then(desk, people, sell, keep, asked):
    won, moved, lost = (sell("ali", amount, "c", "2090-02-01") for amount in (1000, 500, 200))
    # 80 % of 1700 on the first day; a week later the second deal is worth twice as much.
    assert keep(dt.date(2090, 1, 3))[0] == 3
    desk.update(OPPORTUNITY, moved, estimate=rial(1000))
    assert keep(dt.date(2090, 1, 10))[0] == 3
    desk.update(OPPORTUNITY, moved, expected_close="2090-05-01")
    reason = desk.one("sales.lost_reason", name="Too dear")
    desk.move(OPPORTUNITY, won, "win")
    desk.move(OPPORTUNITY, lost, "lose", lost_reason=reason)
    desk.update(OPPORTUNITY, won, closed_at="2090-02-01T09:00:00Z")
    open_yet = asked(accuracy, "boss", dt.date(2090, 3, 1))
    assert (open_yet.over, open_yet.of(open_yet.weeks[0])) == (False, None)
    found = asked(accuracy, "boss", dt.date(2090, 4, 1))
    first, second = found.weeks
    assert (found.actual, first.on, first.expected, second.expected) == (
        1000,
        dt.date(2090, 1, 3),
        1360,
        1760,
    )
    assert (found.of(first), found.of(second)) == (64, 24)
    assert (first.open_count, first.slipped_count, first.slipped, second.slipped) == (3, 1, 500, 1000)
    assert first.commit == 1700


def test_opportunities_are_kept_once_a_week_and_a_broken_run_goes_on(desk, sell, keep):
    first, second = sell("ali", 1, "a", "2090-02-01"), sell("ali", 2, "a", "2090-02-01")
    sell("ali", 3, "won", "2020-01-01", closed_at="2020-01-01T09:00:00Z")
    day = dt.date(2090, 1, 3)
    number, kept = keep(day)
    assert (number, kept[-1]["last"]) == (2, second)
    assert keep(day + dt.timedelta(days=6))[0] == 0
    half = {"day": (day + WEEK).isoformat(), "last": first, "number": 1}
    assert keep(day + WEEK + dt.timedelta(days=1), half)[0] == 2
    days = desk.column(SNAPSHOT, "taken_on", filter=f"opportunity == {second}")
    assert days == [day, day + WEEK]


def test_what_was_kept_is_seen_as_the_opportunity_is_and_changed_by_nobody(
    desk, people, sell, keep, actor_as
):
    sell("ali", 1, "a", "2090-02-01")
    keep(dt.date(2090, 1, 3))
    (kept,) = desk.as_(people.sara).column(SNAPSHOT, "id")
    stranger = actor_as("base.member", "sales.rep", name="Stranger")
    assert desk.as_(stranger).find(SNAPSHOT) == []
    with pytest.raises(AccessDenied):
        desk.as_(people.boss).update(SNAPSHOT, kept, probability=99)
