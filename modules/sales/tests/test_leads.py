"""Leads: what makes one, their way through the states, and their score."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from core.errors import TransitionRefused, ValidationFailed
from core.kernel.actor import system_actor
from core.storage import Database
from modules.sales.scores import fade

LEAD = "sales.lead"


@pytest.fixture
def lead(desk, actor_as):
    """Make a lead of somebody, with these values."""
    owner = actor_as("base.member", "sales.rep").id

    def make(**values) -> int:
        return desk.one(LEAD, **{"last_name": "Karimi", "mobile": "09121234567", "owner": owner, **values})

    return make


@pytest.fixture
def own_rules(desk) -> None:
    """Leave no rules of scoring but those that a test makes."""
    desk.delete("sales.score_rule", *desk.column("sales.score_rule", "id"))


def state(desk, record):
    return desk.get(LEAD, record, "state")["state"]


@pytest.mark.covers("SA-01")
@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({"first_name": "Sara", "last_name": "Karimi"}, "Sara Karimi"),
        ({"company_name": "Sepehr"}, "Sepehr"),
        ({"mobile": "09121234567"}, "+989121234567"),
        ({"last_name": "Karimi", "title": "Wants a demo"}, "Wants a demo"),
    ],
)
def test_a_name_or_a_number_alone_makes_a_lead(desk, values, title):
    assert desk.get(LEAD, desk.one(LEAD, **values), "title")["title"] == title


def test_a_lead_of_whom_nothing_is_known_is_refused(desk):
    with pytest.raises(ValidationFailed) as refused:
        desk.one(LEAD, city="Tehran")
    assert "rule.reachable" in [p.code for p in refused.value.problems]


def test_a_lead_is_worked_on_and_qualified(desk, lead):
    record = lead()
    desk.move(LEAD, record, "work")
    first = desk.get(LEAD, record, "first_response_at")["first_response_at"]
    assert first is not None
    desk.move(LEAD, record, "qualify")
    assert state(desk, record) == "qualified"


@pytest.mark.covers("SA-04")
def test_nobody_qualifies_whom_one_cannot_reach(desk, lead):
    record = lead(mobile=None)
    desk.move(LEAD, record, "work")
    with pytest.raises(TransitionRefused):
        desk.move(LEAD, record, "qualify")


@pytest.mark.covers("SA-04")
def test_who_is_disqualified_has_a_reason_and_rests_as_long_as_it_says(desk, lead):
    record = lead()
    with pytest.raises(TransitionRefused) as missing:
        desk.move(LEAD, record, "disqualify")
    assert [p.field for p in missing.value.problems] == ["disqualify_reason"]
    rests = desk.one("sales.disqualify_reason", name="Out of money", cool_down_days=90)
    desk.move(LEAD, record, "disqualify", disqualify_reason=rests)
    with pytest.raises(TransitionRefused) as refused:
        desk.move(LEAD, record, "resume")
    assert "rests" in str(refused.value.problems[0].message)
    again = desk.get(LEAD, record, "recycle_on")["recycle_on"]
    assert (again - datetime.now(UTC).date()).days in (89, 90, 91)


def test_after_the_rest_it_goes_on_and_a_leader_may_be_faster(desk, lead):
    soon = desk.one("sales.disqualify_reason", name="Call later", cool_down_days=0)
    never = desk.one("sales.disqualify_reason", name="Nobody there")
    first, second = lead(), lead()
    desk.move(LEAD, first, "disqualify", disqualify_reason=soon)
    desk.move(LEAD, first, "resume")
    assert state(desk, first) == "assigned"
    desk.move(LEAD, second, "disqualify", disqualify_reason=never)
    with pytest.raises(TransitionRefused):
        desk.move(LEAD, second, "resume")
    desk.move(LEAD, second, "reopen", reason="The number was right")
    assert state(desk, second) == "assigned"


def test_the_state_is_not_written_and_not_converted_by_hand(desk, lead):
    record = lead()
    with pytest.raises(TransitionRefused):
        desk.update(LEAD, record, state="qualified")
    with pytest.raises(TransitionRefused):
        desk.move(LEAD, record, "convert")


@pytest.mark.covers("SA-05")
def test_fit_and_events_make_the_score_and_a_machine_counts_for_nothing(desk, lead, own_rules):
    desk.create(
        "sales.score_rule",
        {"name": "Tehran", "kind": "fit", "points": 20, "condition": "city == 'Tehran'"},
        {"name": "Reply", "points": 16, "event": "replied", "half_life_days": 7},
        {"name": "Open", "points": 5, "event": "mail_opened", "most": 5},
    )
    record = lead(city="Tehran")
    week = (datetime.now(UTC) - timedelta(days=7)).isoformat()
    now = datetime.now(UTC).isoformat()
    desk.create(
        "sales.lead_event",
        {"lead": record, "kind": "replied", "at": now},
        {"lead": record, "kind": "replied", "at": week},
        {"lead": record, "kind": "mail_opened", "at": now},
        {"lead": record, "kind": "mail_opened", "at": now},
        {"lead": record, "kind": "mail_clicked", "at": now, "bot": True},
    )
    found = desk.get(LEAD, record, "fit_score", "engagement_score", "score", "is_hot")
    # 16 + 8 + 5
    assert (found["fit_score"], found["engagement_score"]) == (20, 29)
    assert (found["score"], found["is_hot"]) == (49, False)
    desk.update(LEAD, record, city="Tabriz")
    assert desk.get(LEAD, record, "score")["score"] == 29


def test_a_hot_lead_stays_hot_until_it_falls_below_45(desk, lead, own_rules):
    rule = desk.one(
        "sales.score_rule", name="Number", kind="fit", points=60, condition="not is_empty(mobile)"
    )
    record = lead()
    hot = []
    for points in (60, 45, 44, 59, 60):
        desk.update("sales.score_rule", rule, points=points)
        desk.update(LEAD, record, notes=f"{points} points")
        hot.append(desk.get(LEAD, record, "is_hot")["is_hot"])
    assert hot == [True, True, False, False, True]


def test_every_night_what_fades_is_worked_out_anew_from_the_events(desk, lead, own_rules, site):
    desk.one("sales.score_rule", name="Reply", points=64, event="replied", half_life_days=7)
    record = lead()
    desk.one("sales.lead_event", lead=record, kind="replied", at=datetime.now(UTC).isoformat())
    assert desk.get(LEAD, record, "engagement_score")["engagement_score"] == 64

    @contextmanager
    def unit(reason):
        with site.get(Database).unit(desk.catalog, system_actor(reason)) as uow:
            uow.now += timedelta(days=14)
            yield uow

    context = SimpleNamespace(unit=unit, checkpoint=None, keep=lambda *_, **__: None)
    assert fade(context) == {"moved": 1}
    found = desk.get(LEAD, record, "engagement_score", "is_hot")
    assert (found["engagement_score"], found["is_hot"]) == (16, False)
    assert len(desk.find("sales.lead_event", "id")) == 1


def test_an_event_with_a_key_is_taken_once(desk, lead):
    record = lead()
    event = {"lead": record, "kind": "form_sent", "once": "form-1-7"}
    desk.one("sales.lead_event", **event)
    with pytest.raises(ValidationFailed):
        desk.one("sales.lead_event", **event)


def test_a_converted_lead_stays_as_it_came(desk, lead):
    record = lead(state="converted")
    with pytest.raises(ValidationFailed) as refused:
        desk.update(LEAD, record, last_name="Other")
    assert [(p.code, p.field) for p in refused.value.problems] == [("converted", "last_name")]
    desk.update(LEAD, record, notes="This may still be written")
