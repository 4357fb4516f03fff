"""Logging calls, planning, closing and moving: what people do with records and activities at one press."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.contributions import Operations
from core.contributions.asking import asking_at
from core.errors import AccessDenied, TransitionRefused, ValidationFailed
from core.kernel.values import Ref
from core.records.service import Records
from core.storage import Database
from core.testing.site import actor_of
from core.testing.statements import counted
from modules.activities.colleagues import touches
from modules.activities.events import events_of

ACTIVITY = "activities.activity"
ROLES = ("base.member", "contacts.editor", "activities.user")
PERSON = "contacts.contact"


@pytest.fixture
def people(site, desk, actor_as):
    """Reza and Ahmad of one team, and Nima of another."""
    for name in ("Reza", "Ahmad", "Nima"):
        actor_as(*ROLES, login=f"{name}@example.com".lower(), name=name)
    known = {name: actor_of(site, f"{name}@example.com".lower()).id for name in ("Reza", "Ahmad", "Nima")}
    desk.create(
        "base.team",
        {"name": "Sales", "members": [known["Reza"], known["Ahmad"]]},
        {"name": "Service", "members": [known["Nima"]]},
    )
    return {name: actor_of(site, f"{name}@example.com".lower()) for name in known}


@pytest.fixture
def person(desk, people):
    return desk.as_(people["Reza"]).one(PERSON, last_name="Karimi")


@pytest.fixture
def act(site, desk):
    """Carry an operation out: ``act(actor, "contacts.contact", 5, "log_call", result_note="…")``."""

    def run(actor, entity, number, short, reason="", **values):
        with site.get(Database).unit(desk.catalog, actor, channel="web") as uow:
            operations, asking = site.get(Operations), asking_at(uow)
            offered = operations.find(entity, short, uow.catalog)
            begun = operations.start_values(operations.begin(asking, offered, [number]), offered)
            whole = {**dict.fromkeys(offered.fields), **begun, **values}
            return operations.run(asking, offered, [number], whole, reason=reason)

    return run


def state(desk, number):
    return desk.get(ACTIVITY, number, "state")["state"]


def test_a_call_is_logged_with_what_was_said_alone(desk, people, person, act):
    outcome = act(people["Reza"], PERSON, person, "log_call", result_note="He will answer on Monday.")
    got = desk.get(
        ACTIVITY, outcome.result["activity"], "state", "result_code", "result_note", "done_at", "owner"
    )
    assert (got["state"], got["result_code"], got["owner"].id) == ("done", "reached", people["Reza"].id)
    assert got["done_at"] is not None
    assert desk.get(PERSON, person, "last_activity_at")["last_activity_at"] == got["done_at"]


def test_a_call_without_a_note_stays_open_and_is_closed_by_logging_it_again(desk, people, person, act):
    number = act(people["Reza"], PERSON, person, "log_call").result["activity"]
    assert state(desk, number) == "planned"
    again = act(people["Reza"], PERSON, person, "log_call", result_note="Now I know.")
    assert again.result["activity"] == number
    assert state(desk, number) == "done"


def test_the_usual_next_step_is_offered_and_planned_with_its_day(desk, people, person, act):
    outcome = act(people["Reza"], PERSON, person, "log_call", result_note="x", next_day=date(2030, 1, 2))
    got = desk.get(ACTIVITY, outcome.result["next"], "type", "day", "follows", "owner", "record")
    assert (got["type"].title, got["day"]) == ("Meeting", date(2030, 1, 2))
    assert got["follows"].id == outcome.result["activity"]
    assert (got["record"].id, got["owner"].id) == (person, people["Reza"].id)


def test_who_goes_on_after_a_colleague_says_why_and_it_is_kept(desk, people, person, act):
    act(people["Ahmad"], PERSON, person, "log_call", result_note="Wants a discount.")
    with pytest.raises(ValidationFailed) as refused:
        act(people["Reza"], PERSON, person, "log_call", result_note="Me too")
    (problem,) = refused.value.problems
    assert (problem.code, problem.field) == ("colleague_was_in_touch", "again_reason")
    assert "Ahmad" in problem.params["sentence"]
    outcome = act(people["Reza"], PERSON, person, "log_call", result_note="y", again_reason="He asked me to")
    number = outcome.result["activity"]
    assert desk.get(ACTIVITY, number, "again_reason")["again_reason"] == "He asked me to"
    assert "He asked me to" in {entry.reason for entry in desk.history(ACTIVITY, number)}


def test_a_page_tells_of_colleagues_from_what_its_timeline_has_read(site, desk, people, person, act):
    called = [
        act(people[name], PERSON, person, "log_call", result_note="x", again_reason="y").result["activity"]
        for name in ("Ahmad", "Reza")
    ]

    def told(*, limit, later=0):
        with site.get(Database).unit(desk.catalog, people["Reza"], reading=True) as uow:
            uow.now += timedelta(days=later)
            if limit:
                list(events_of(uow.catalog.entity(PERSON), person, asking_at(uow), "", None, limit))
            with counted() as asked:
                found = [touch.id for touch in touches(PERSON, person, people["Reza"], uow)]
        return found, len(asked) == 0

    alone, _ = told(limit=0)
    assert alone == called[:1]
    assert told(limit=13) == (alone, True)
    assert told(limit=13, later=8) == ([], True)
    assert told(limit=1) == (alone, False)


def test_a_planned_call_is_begun_with_a_reason_after_a_colleague(desk, people, person, act):
    act(people["Ahmad"], PERSON, person, "log_call", result_note="Wants a discount.")
    number = act(people["Reza"], PERSON, person, "plan_activity", day=date(2030, 1, 1)).result["activity"]
    with pytest.raises(TransitionRefused) as refused:
        move(desk, people["Reza"], number, "start")
    assert [p.code for p in refused.value.problems] == ["colleague_was_in_touch"]
    move(desk, people["Reza"], number, "start", reason="He asked me to")
    assert state(desk, number) == "in_progress"


def move(desk, actor, number, name, **options):
    with desk.site.get(Database).unit(desk.catalog, actor) as uow:
        desk.site.get(Records).transition(actor, ACTIVITY, number, name, version=None, uow=uow, **options)


def test_an_activity_is_not_done_without_the_result_its_kind_needs(desk, people, person, act):
    number = act(people["Reza"], PERSON, person, "plan_activity", day=date(2030, 1, 1)).result["activity"]
    with pytest.raises(TransitionRefused):
        move(desk, people["Reza"], number, "finish")
    act(people["Reza"], ACTIVITY, number, "done", result_code="agreed", result_note="Sold.")
    assert state(desk, number) == "done"


def test_what_is_done_is_opened_again_with_a_right_and_a_reason_only(desk, people, person, act, actor_as):
    number = act(people["Reza"], PERSON, person, "log_call", result_note="x").result["activity"]
    manager = actor_as("base.member", "activities.manager")
    with pytest.raises(AccessDenied):
        move(desk, people["Reza"], number, "reopen", reason="Wrong")
    with pytest.raises(TransitionRefused):
        move(desk, manager, number, "reopen")
    move(desk, manager, number, "reopen", reason="Wrong customer")
    got = desk.get(ACTIVITY, number, "state", "done_at")
    assert (got["state"], got["done_at"]) == ("planned", None)


def test_a_plan_makes_all_its_activities_at_once(desk, people, person, act):
    plan = desk.find("activities.activity_plan", "id")[0]["id"]
    outcome = act(people["Reza"], PERSON, person, "make_plan", plan=Ref(plan), start=date(2030, 1, 1))
    days = [desk.get(ACTIVITY, one, "day")["day"] for one in outcome.result["activities"]]
    assert days == [date(2030, 1, 1) + timedelta(days=n) for n in (0, 1, 7, 21)]


def test_plans_that_do_not_fit_are_refused(desk, people, person, act):
    kind = desk.find("activities.activity_type", "id")[0]["id"]
    line = {"type": kind, "subject": "Close", "offset_days": -2, "offset_from": "end"}
    other, empty, backward = desk.create(
        "activities.activity_plan",
        {"name": "For companies", "for_entity": "contacts.account", "steps": [line]},
        {"name": "Empty"},
        {"name": "Backward", "steps": [line]},
    )
    for plan, code in ((other, "other_plan"), (empty, "no_steps"), (backward, "no_end")):
        with pytest.raises(ValidationFailed) as refused:
            act(people["Reza"], PERSON, person, "make_plan", plan=Ref(plan), start=date(2030, 1, 1))
        assert [p.code for p in refused.value.problems] == [code]


def test_an_activity_is_moved_with_its_length_and_its_history(desk, people, person, act):
    start = datetime(2030, 1, 1, 9, tzinfo=UTC)
    number = act(people["Reza"], PERSON, person, "plan_activity", start_at=start).result["activity"]
    later = start + timedelta(days=2)
    act(people["Reza"], ACTIVITY, number, "reschedule", start_at=later, reason="She is away")
    got = desk.get(ACTIVITY, number, "start_at", "end_at")
    assert (got["start_at"], got["end_at"] - got["start_at"]) == (later, timedelta(minutes=15))
    latest = desk.history(ACTIVITY, number)[0]
    assert latest.reason == "She is away"
    assert "start_at" in latest.changes
    act(people["Reza"], ACTIVITY, number, "reschedule", start_at=None, day=date(2030, 2, 2))
    assert desk.get(ACTIVITY, number, "all_day", "day")["day"] == date(2030, 2, 2)
    with pytest.raises(ValidationFailed) as refused:
        act(people["Reza"], ACTIVITY, number, "reschedule", start_at=None, day=None)
    assert [p.code for p in refused.value.problems] == ["no_time"]


def test_without_a_kind_for_calls_nothing_is_logged_and_it_is_said_why(desk, people, person, act):
    (kind,) = desk.find("activities.activity_type", "id", filter="category == 'call'")
    desk.update("activities.activity_type", kind["id"], active=False)
    with pytest.raises(ValidationFailed) as refused:
        act(people["Reza"], PERSON, person, "log_call", result_note="x")
    assert [p.code for p in refused.value.problems] == ["no_kind"]


def test_without_an_address_nobody_is_invited_and_it_is_said(desk, people, person, act):
    number = act(people["Reza"], PERSON, person, "plan_activity", day=date(2030, 1, 1)).result["activity"]
    desk.update(ACTIVITY, number, attendees=[{"person": {"entity": PERSON, "id": person}}])
    with pytest.raises(ValidationFailed) as refused:
        act(people["Reza"], ACTIVITY, number, "invite")
    assert [p.code for p in refused.value.problems] == ["nobody_to_invite"]
