"""An opportunity moves by steps only: to stages that have what they need, to won, to lost with a reason, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import AccessDenied, TransitionRefused, ValidationFailed
from core.testing.site import actor_of

OPPORTUNITY = "sales.opportunity"


@pytest.fixture
def reason(desk) -> int:
    """A reason of losing."""
    return desk.one("sales.lost_reason", name="Too dear")


def now(desk, record, *fields):
    return desk.get(OPPORTUNITY, record, *fields)


def way(desk, record):
    rows = desk.get(OPPORTUNITY, record, "stage_moves")["stage_moves"]
    return [(row["direction"], row["to_stage"].title) for row in sorted(rows, key=lambda r: r["id"])]


@pytest.mark.covers("SA-11")
def test_the_stage_is_moved_by_steps_only(desk, deal, stages):
    record = deal(estimate=10)
    with pytest.raises(TransitionRefused) as refused:
        desk.update(OPPORTUNITY, record, stage=stages["b"])
    assert [p.code for p in refused.value.problems] == ["state_by_transition"]
    desk.move(OPPORTUNITY, record, "move", to=stages["b"])
    found = now(desk, record, "stage", "probability", "forecast_category")
    assert (found["stage"].id, found["probability"], found["forecast_category"]) == (
        stages["b"],
        40,
        "best_case",
    )


@pytest.mark.covers("SA-09")
def test_the_whole_way_is_kept_with_skips_and_steps_back(desk, deal, stages, reason):
    record = deal(estimate=10)
    for stage in ("c", "a", "b"):
        desk.move(OPPORTUNITY, record, "move", to=stages[stage])
    desk.move(OPPORTUNITY, record, "lose", lost_reason=reason)
    desk.move(OPPORTUNITY, record, "reopen", to=stages["b"], reason="They called again")
    desk.move(OPPORTUNITY, record, "win")
    assert way(desk, record) == [
        ("start", "a"),
        ("skip", "c"),
        ("back", "a"),
        ("forward", "b"),
        ("lost", "lost"),
        ("reopened", "b"),
        ("won", "won"),
    ]


@pytest.mark.covers("SA-13")
def test_how_long_it_stood_is_measured_and_the_clock_begins_anew(desk, deal, stages):
    entered = datetime.now(UTC) - timedelta(days=3)
    record = deal(estimate=10, stage_entered_at=entered.isoformat())
    desk.move(OPPORTUNITY, record, "move", to=stages["b"])
    last = max(desk.get(OPPORTUNITY, record, "stage_moves")["stage_moves"], key=lambda r: r["id"])
    assert abs(last["seconds_in_stage"] - 3 * 86_400) < 300
    assert datetime.now(UTC) - now(desk, record, "stage_entered_at")["stage_entered_at"] < timedelta(
        minutes=5
    )


def test_an_own_probability_outlives_a_move_and_ends_with_the_opportunity(desk, deal, stages):
    record = deal(estimate=10, manual_probability=65)
    desk.move(OPPORTUNITY, record, "move", to=stages["b"])
    assert now(desk, record, "probability")["probability"] == 65
    desk.move(OPPORTUNITY, record, "win")
    assert now(desk, record, "probability")["probability"] == 100


@pytest.mark.covers("SA-12")
def test_nobody_comes_into_a_stage_without_what_it_needs(desk, deal, stages):
    desk.update("sales.stage", stages["b"], required_fields="amount, primary_contact")
    record = deal()
    with pytest.raises(TransitionRefused) as refused:
        desk.move(OPPORTUNITY, record, "move", to=stages["b"])
    assert [(p.code, p.field) for p in refused.value.problems] == [
        ("needed_here", "amount"),
        ("needed_here", "primary_contact"),
    ]
    person = desk.one("contacts.contact", last_name="Karimi")
    desk.update(OPPORTUNITY, record, primary_contact=person, estimate={"amount": "5", "currency": "IRR"})
    desk.move(OPPORTUNITY, record, "move", to=stages["b"])


@pytest.mark.covers("SA-08")
def test_who_loses_says_why_and_may_name_the_competitor(desk, deal, stages, reason):
    rival = desk.one("sales.competitor", name="Rival")
    record = deal(estimate=10)
    with pytest.raises(TransitionRefused):
        desk.move(OPPORTUNITY, record, "lose")
    desk.move(OPPORTUNITY, record, "lose", lost_reason=reason, lost_competitor=rival)
    found = now(desk, record, "state", "probability", "closed_at", "forecast_category")
    assert (found["state"], found["probability"], found["forecast_category"]) == ("lost", 0, "omitted")
    assert found["closed_at"] is not None
    assert desk.get("sales.competitor", rival, "lost_to")["lost_to"] == 1
    with pytest.raises(ValidationFailed) as refused:
        desk.update(OPPORTUNITY, record, lost_reason=None)
    assert [p.code for p in refused.value.problems] == ["rule.lost_why"]


def test_nothing_is_won_without_an_amount(desk, deal, stages):
    record = deal()
    with pytest.raises(TransitionRefused):
        desk.move(OPPORTUNITY, record, "win")


def test_only_leaders_open_again_with_a_reason_and_the_end_is_taken_back(
    desk, deal, stages, reason, actor_as, site
):
    rep = actor_as("base.member", "sales.rep")
    record = deal(estimate=10, owner=rep.id)
    theirs = desk.as_(rep)
    theirs.move(OPPORTUNITY, record, "lose", lost_reason=reason)
    with pytest.raises(AccessDenied):
        theirs.move(OPPORTUNITY, record, "reopen", to=stages["a"], reason="I want to")
    with pytest.raises(TransitionRefused):
        desk.move(OPPORTUNITY, record, "reopen", to=stages["a"])
    leader = actor_as("base.member", "sales.manager", login="leader@example.com")
    team = desk.one("base.team", name="All", leader=leader.id, members=[rep.id, leader.id])
    desk.update(OPPORTUNITY, record, team=team)
    led = desk.as_(actor_of(site, "leader@example.com"))
    led.move(OPPORTUNITY, record, "reopen", to=stages["a"], reason="They called again")
    found = now(desk, record, "state", "closed_at", "lost_reason", "probability")
    assert found == {"state": "open", "closed_at": None, "lost_reason": None, "probability": 10}
    assert "They called again" in [
        e.reason for e in desk.history(OPPORTUNITY, record) if e.action == "transition"
    ]


def test_sellers_move_their_own_only(desk, deal, stages, actor_as, site):
    first = actor_as("base.member", "sales.rep", login="rep@example.com")
    other = actor_as("base.member", "sales.rep", login="other@example.com")
    team = desk.one("base.team", name="Both", members=[first.id, other.id])
    record = deal(estimate=10, owner=other.id, team=team)
    rep = actor_of(site, "rep@example.com")
    with pytest.raises(AccessDenied):
        desk.as_(rep).move(OPPORTUNITY, record, "move", to=stages["b"])
    desk.as_(other).move(OPPORTUNITY, record, "move", to=stages["b"])


@pytest.mark.covers("SA-13")
def test_what_stands_still_for_too_long_is_stale_until_it_moves(desk, deal, stages, site):
    entered = (datetime.now(UTC) - timedelta(days=6)).isoformat()
    fresh, old = deal(estimate=1), deal(estimate=1, stage_entered_at=entered)
    assert now(desk, old, "rotting")["rotting"] is True
    assert now(desk, fresh, "rotting")["rotting"] is False
    found = desk.find(OPPORTUNITY, "id", filter="state == 'open' and stale_at <= $now")
    assert [o["id"] for o in found] == [old]
    desk.move(OPPORTUNITY, old, "move", to=stages["b"])
    assert now(desk, old, "rotting")["rotting"] is False


@pytest.mark.covers("SA-14", "SA-32")
def test_an_activity_keeps_it_fresh_and_a_planned_one_is_the_next_step(desk, deal, stages):
    entered = (datetime.now(UTC) - timedelta(days=6)).isoformat()
    record = deal(estimate=1, stage_entered_at=entered)
    without = "state == 'open' and is_empty(next_activity_at)"
    assert desk.column(OPPORTUNITY, "id", filter=without) == [record]
    kind = desk.column("activities.activity_type", "id", filter="category == 'call'")[0]
    about = {"entity": OPPORTUNITY, "id": record}
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    call = desk.one("activities.activity", type=kind, subject="Call", record=about, due_at=soon)
    assert desk.column(OPPORTUNITY, "id", filter=without) == []
    assert desk.column(OPPORTUNITY, "id", filter="stale_at <= $now") == [record]
    desk.move("activities.activity", call, "finish", result_code="reached", result_note="Fine")
    assert desk.column(OPPORTUNITY, "id", filter="stale_at <= $now") == []
