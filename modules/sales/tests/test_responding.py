"""The first response: due in working time, told to whom the lead belongs, and given by the first thing that is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

LEAD = "sales.lead"


@pytest.fixture
def source(desk) -> int:
    """A source whose leads are answered within an hour of work."""
    return desk.one("sales.lead_source", name="Form", first_response_minutes=60)


@pytest.fixture
def rep(actor_as):
    """Somebody who sells."""
    return actor_as("base.member", "sales.rep", name="Sara")


@pytest.fixture
def lead(desk, source, rep):
    """Make a lead of this source."""

    def make(**values) -> int:
        return desk.one(LEAD, **{"last_name": "Karimi", "source": source, "owner": rep.id, **values})

    return make


def clock(desk, record):
    found = desk.get(LEAD, record, "first_response_due", "first_response_at", "response")
    return found["first_response_due"], found["first_response_at"], found["response"]


def reminders(desk):
    return [(r["user"].title, r["state"]) for r in desk.find("base.reminder", "user", "state", sort=("id",))]


def test_a_lead_is_due_after_the_minutes_of_its_source_and_without_any_never(desk, lead):
    due, at, response = clock(desk, lead())
    assert abs(due - datetime.now(UTC) - timedelta(minutes=60)) < timedelta(minutes=1)
    assert (at, response) == (None, "waiting")
    assert clock(desk, lead(source=None)) == (None, None, "none")


def test_only_working_time_counts(desk, lead):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    day = tomorrow.strftime("%A").lower()
    hours = [
        {"weekday": day, "start": "08:00", "end": "08:30"},
        {"weekday": day, "start": "13:00", "end": "17:00"},
    ]
    desk.one("base.working_calendar", name="Short days", time_zone="UTC", usual=True, hours=hours)
    due, _, _ = clock(desk, lead())
    assert due == tomorrow.replace(hour=13, minute=30, second=0, microsecond=0)


def test_beginning_work_is_the_answer_and_later_ones_do_not_count(desk, lead):
    record = lead()
    desk.move(LEAD, record, "work")
    _, first, response = clock(desk, record)
    assert response == "met"
    assert first is not None
    desk.move(LEAD, record, "nurture", recycle_on="2020-01-01")
    desk.move(LEAD, record, "resume")
    desk.move(LEAD, record, "work")
    assert clock(desk, record)[1] == first


def test_an_activity_that_is_done_is_the_answer_and_begins_work(desk, lead):
    record = lead()
    kind = desk.column("activities.activity_type", "id", filter="category == 'call'")[0]
    call = desk.one("activities.activity", type=kind, subject="Call", record={"entity": LEAD, "id": record})
    assert clock(desk, record)[2] == "waiting"
    desk.move("activities.activity", call, "finish", result_code="reached", result_note="Fine")
    assert clock(desk, record)[2] == "met"
    assert desk.get(LEAD, record, "state")["state"] == "working"


def test_an_answer_after_its_time_is_late_and_found(desk, lead):
    record = lead()
    late = "response == 'waiting' and first_response_due < $now"
    assert desk.find(LEAD, "id", filter=late) == []
    desk.update(LEAD, record, first_response_due="2020-01-01T00:00:00Z")
    assert [found["id"] for found in desk.find(LEAD, "id", filter=late)] == [record]
    desk.move(LEAD, record, "work")
    assert clock(desk, record)[2] == "late"


@pytest.mark.covers("SA-07")
def test_the_owner_is_told_of_the_lead_and_reminded_until_it_is_answered(desk, lead, rep, actor_as):
    record = lead()
    told = desk.as_(rep).told()
    assert [(n.title, n.record_id) for n in told] == [("A lead for you: Karimi", record)]
    assert reminders(desk) == [("Sara", "waiting")]
    other = actor_as("base.member", "sales.rep", name="Reza")
    desk.update(LEAD, record, owner=other.id)
    assert sorted(reminders(desk)) == [("Reza", "waiting"), ("Sara", "skipped")]
    desk.move(LEAD, record, "work")
    assert sorted(reminders(desk)) == [("Reza", "skipped"), ("Sara", "skipped")]
