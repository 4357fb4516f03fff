"""Activities: when they are, whom they are about, and what the records they concern show of them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.errors import ValidationFailed
from core.testing.site import actor_of

ACTIVITY = "activities.activity"
TIMES = ("all_day", "day", "start_at", "end_at", "due_at", "scheduled_at")


@pytest.fixture
def kinds(desk):
    return {row["category"]: row["id"] for row in desk.find("activities.activity_type", "id", "category")}


@pytest.fixture
def plan(desk, kinds):
    """Plan an activity: ``plan("call", subject="…")``."""

    def make(kind="call", **values):
        return desk.one(
            ACTIVITY, **{"type": kinds[kind], "subject": "Something", "zone": "Asia/Tehran", **values}
        )

    return make


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_meeting_ends_when_its_kind_usually_does_and_is_due_then(desk, plan):
    got = desk.get(ACTIVITY, plan("meeting", start_at="2026-11-23T06:30:00Z"), *TIMES)
    assert got["end_at"] == got["due_at"] == at("2026-11-23T07:30")
    assert (got["scheduled_at"], got["day"]) == (at("2026-11-23T06:30"), date(2026, 11, 23))


def test_the_day_of_an_activity_is_that_of_the_zone_it_is_meant_in(desk, plan):
    late = {"start_at": "2026-11-23T21:00:00Z"}
    assert desk.get(ACTIVITY, plan(**late), "day")["day"] == date(2026, 11, 24)
    assert desk.get(ACTIVITY, plan(**late, zone="UTC"), "day")["day"] == date(2026, 11, 23)


def test_an_activity_of_a_whole_day_lasts_from_midnight_to_midnight_there(desk, plan):
    got = desk.get(ACTIVITY, plan(all_day=True, day="2026-11-23"), *TIMES)
    assert (got["start_at"], got["end_at"]) == (at("2026-11-22T20:30"), at("2026-11-23T20:30"))
    assert got["due_at"] == at("2026-11-23T20:29")


def test_a_whole_day_is_moved_by_its_day_or_by_its_beginning(desk, plan):
    number = plan(all_day=True, day="2026-11-23")
    desk.update(ACTIVITY, number, day="2026-11-25")
    assert desk.get(ACTIVITY, number, "start_at")["start_at"] == at("2026-11-24T20:30")
    desk.update(ACTIVITY, number, start_at="2026-11-26T20:30:00Z", end_at="2026-11-27T20:30:00Z")
    assert desk.get(ACTIVITY, number, "day")["day"] == date(2026, 11, 27)


def test_an_activity_without_a_time_is_for_a_whole_day_the_usual_one_of_its_kind(desk, plan):
    got = desk.get(ACTIVITY, plan("visit"), *TIMES, "created_at")
    today = got["created_at"].astimezone(UTC).date()
    assert got["all_day"]
    assert 6 <= (got["day"] - today).days <= 8


def test_a_task_may_have_a_last_moment_and_no_beginning(desk, plan):
    got = desk.get(ACTIVITY, plan("task", due_at="2026-11-23T12:00:00Z"), *TIMES)
    assert (got["start_at"], got["end_at"], got["scheduled_at"]) == (None, None, at("2026-11-23T12:00"))


def test_an_activity_does_not_end_before_it_begins(plan):
    with pytest.raises(ValidationFailed) as refused:
        plan(start_at="2026-11-23T12:00:00Z", end_at="2026-11-23T11:00:00Z")
    assert [(p.code, p.field) for p in refused.value.problems] == [("rule.order_of_times", "end_at")]


def test_a_zone_that_does_not_exist_is_refused(plan):
    with pytest.raises(ValidationFailed) as refused:
        plan(zone="Asia/Nowhere")
    assert [(p.code, p.field) for p in refused.value.problems] == [("unknown_zone", "zone")]


def test_an_activity_with_a_person_is_one_with_their_company(desk, plan):
    company = desk.one("contacts.account", name="Sepehr")
    person = desk.one("contacts.contact", last_name="Rezaei", companies=[{"account": company}])
    number = plan(record={"entity": "contacts.contact", "id": person})
    got = desk.get(ACTIVITY, number, "account", "contact")
    assert (got["account"].id, got["contact"].id) == (company, person)


def test_the_next_and_the_last_activity_are_on_the_record_and_on_its_company(desk, plan):
    company = desk.one("contacts.account", name="Sepehr")
    person = desk.one("contacts.contact", last_name="Rezaei", companies=[{"account": company}])
    number = plan(record={"entity": "contacts.contact", "id": person}, start_at="2026-11-23T06:30:00Z")
    plan(record={"entity": "contacts.contact", "id": person}, start_at="2026-11-25T06:30:00Z")
    steps = ("next_activity_at", "last_activity_at")
    for entity, record in (("contacts.contact", person), ("contacts.account", company)):
        got = desk.get(entity, record, *steps)
        assert (got["next_activity_at"], got["last_activity_at"]) == (at("2026-11-23T06:30"), None)
    desk.delete(ACTIVITY, number)
    assert desk.get("contacts.account", company, *steps)["next_activity_at"] == at("2026-11-25T06:30")


def test_activities_go_to_the_trash_with_the_record_and_come_back(desk, plan):
    person = desk.one("contacts.contact", last_name="Rezaei")
    plan(record={"entity": "contacts.contact", "id": person})
    desk.delete("contacts.contact", person)
    assert desk.find(ACTIVITY) == []
    desk.restore("contacts.contact", person)
    assert desk.column(ACTIVITY, "subject") == ["Something"]


def test_people_see_the_activities_of_their_teams_only(site, desk, plan, actor_as):
    actor_as("base.member", "activities.user", login="ours@example.com")
    actor_as("base.member", "activities.user", login="theirs@example.com")
    ours, theirs = (actor_of(site, f"{name}@example.com").id for name in ("ours", "theirs"))
    desk.create("base.team", {"name": "Sales", "members": [ours]}, {"name": "Service", "members": [theirs]})
    plan(owner=ours)
    seen = {name: desk.as_(actor_of(site, f"{name}@example.com")) for name in ("ours", "theirs")}
    assert seen["ours"].column(ACTIVITY, "subject") == ["Something"]
    assert seen["theirs"].column(ACTIVITY, "subject") == []


def test_a_rule_in_a_calendar_that_is_not_installed_is_refused(desk, kinds):
    with pytest.raises(ValidationFailed) as refused:
        desk.one(
            "activities.recurrence",
            type=kinds["task"],
            subject="Rent",
            rule="RSCALE=PERSIAN;FREQ=MONTHLY;BYMONTHDAY=1",
            first_day="2026-11-22",
        )
    assert [(p.code, p.field) for p in refused.value.problems] == [("no_calendar", "rule")]
