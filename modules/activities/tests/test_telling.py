"""Who is reminded and told: before an activity, when it moves, and in the morning of everybody's own day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.identity import Identity
from core.kernel.actor import system_actor
from core.records.service import Records
from core.storage import Database
from core.testing.site import actor_of
from modules.activities.digests import tell_due
from modules.activities.forgotten import tell_forgotten

ACTIVITY, REMINDER, TOLD = "activities.activity", "base.reminder", "base.notification"
ROLES = ("base.member", "contacts.editor", "activities.user")


@pytest.fixture
def sara(site, desk, actor_as):
    """Somebody who has activities, in Tehran."""
    actor_as(*ROLES, login="sara@example.com", name="Sara")
    number = actor_of(site, "sara@example.com").id
    desk.update("base.user", number, time_zone="Asia/Tehran")
    return actor_of(site, "sara@example.com")


@pytest.fixture
def task(desk, sara):
    """Give Sara a task: ``task(due_at=…)``."""
    kind = desk.find("activities.activity_type", "id", filter="category == 'task'")[0]["id"]
    return lambda **values: desk.one(
        ACTIVITY, **{"type": kind, "subject": "Report", "owner": sara.id, **values}
    )


@pytest.fixture
def at(desk):
    """Run a job at a moment: ``at(moment, tell_due)``."""

    return lambda moment, job: desk.run_job(job, moment)


def soon(**later):
    return (datetime.now(UTC) + timedelta(**later)).replace(microsecond=0)


def waiting(desk):
    found = desk.find(REMINDER, "title", "at", "channel", filter="state == 'waiting'", sort=("at", "id"))
    return [(one["title"], one["at"], one["channel"]) for one in found]


@pytest.mark.covers("SA-07", "SA-15")
def test_people_are_reminded_before_and_when_it_is_overdue(desk, sara, task):
    start = soon(days=2)
    task(start_at=start.isoformat(), remind_by_mail=True)
    found = [(one.title, one.at, one.channel) for one in desk.as_(sara).reminded()]
    assert sorted(found, key=lambda one: one[1:]) == [
        ("Soon: Report", start - timedelta(minutes=15), "in_app"),
        ("Soon: Report", start - timedelta(minutes=15), "mail"),
        ("Overdue: Report", start + timedelta(minutes=31), "in_app"),
    ]


def test_reminders_move_with_the_activity_and_go_when_it_is_closed(desk, task, site):
    start, later = soon(days=2), soon(days=3)
    number = task(start_at=start.isoformat())
    desk.update(
        ACTIVITY, number, start_at=later.isoformat(), end_at=(later + timedelta(minutes=30)).isoformat()
    )
    assert [moment for _, moment, _ in waiting(desk)] == [
        later - timedelta(minutes=15),
        later + timedelta(minutes=31),
    ]
    system = system_actor("a test")
    with site.get(Database).unit(desk.catalog, system) as uow:
        site.get(Records).transition(system, ACTIVITY, number, "finish", version=None, uow=uow)
    assert waiting(desk) == []


def test_of_a_whole_day_people_are_reminded_at_eight_in_its_zone(desk, task):
    day = soon(days=3).date()
    task(all_day=True, day=day.isoformat(), zone="Asia/Tehran")
    assert waiting(desk)[0][1] == datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo("Asia/Tehran"))


def test_who_takes_part_is_reminded_until_they_decline(desk, task, site, actor_as):
    guest = actor_as(*ROLES, login="guest@example.com", name="Guest")
    number = task(
        start_at=soon(days=2).isoformat(), attendees=[{"person": {"entity": "base.user", "id": guest.id}}]
    )
    assert len(desk.find(REMINDER, "id", filter=f"user == {guest.id} and state == 'waiting'")) == 2
    (line,) = desk.get(ACTIVITY, number, "attendees")["attendees"]
    desk.update("activities.attendee", line["id"], rsvp="declined")
    assert desk.find(REMINDER, "id", filter=f"user == {guest.id} and state == 'waiting'") == []


def test_another_time_is_told(desk, sara, task):
    start = soon(days=2)
    number = task(start_at=start.isoformat())
    later = start + timedelta(days=1)
    desk.update(ACTIVITY, number, start_at=later.isoformat(), end_at=(later + timedelta(hours=1)).isoformat())
    (told,) = (one for one in desk.as_(sara).told() if one.kind == "time_changed")
    assert told.title.startswith("Report is now on")


def test_what_is_due_is_told_once_in_the_morning_of_the_person(desk, sara, task, at):
    late = task(due_at="2026-03-01T08:00:00Z", subject="Late")
    task(all_day=True, day="2026-03-21", zone="Asia/Tehran", subject="Today")
    task(all_day=True, day="2026-03-22", zone="Asia/Tehran", subject="Tomorrow")
    night, morning = (datetime(2026, 3, 21, hour, 30, tzinfo=UTC) for hour in (2, 4))
    assert at(night, tell_due) == {"told": 0}
    assert at(morning, tell_due) == {"told": 1}
    assert at(morning + timedelta(hours=1), tell_due) == {"told": 0}
    (told,) = (one for one in desk.as_(sara).told() if one.kind == "due")
    assert (told.title, told.body.splitlines()) == ("Overdue: 1, for today: 1", ["Late", "Today"])
    desk.update(ACTIVITY, late, owner=None, team=None)
    (told,) = (one for one in desk.as_(sara).told() if one.kind == "due")
    assert told.body.splitlines() == ["a record you can no longer see", "Today"]
    assert at(morning + timedelta(days=1), tell_due) == {"told": 1}


def test_whoever_has_nothing_due_is_told_nothing(desk, sara, task, at):
    task(due_at="2026-05-01T08:00:00Z")
    assert at(datetime(2026, 3, 21, 9, tzinfo=UTC), tell_due) == {"told": 0}


def test_forgotten_customers_are_listed_exactly_and_told(desk, sara, task, at, site):
    leader = desk.find("base.user", "id", filter=f"id == {sara.id}")[0]["id"]
    desk.one("base.team", name="Sales", leader=leader)
    customer = {"lifecycle": "customer"}
    kept, unowned, quiet, *_ = desk.create(
        "contacts.account",
        {"name": "Kept", "owner": sara.id, **customer},
        {"name": "Unowned", "owner": None, **customer},
        {"name": "Quiet", "owner": sara.id, **customer},
        {"name": "Fresh", "owner": sara.id, **customer},
        {"name": "Prospect", "owner": None},
    )
    now = soon()
    done = {"state": "done", "start_at": (now - timedelta(hours=2)).isoformat()}
    for account, days in ((kept, 1), (unowned, 1), (quiet, 61)):
        about = {"record": {"entity": "contacts.account", "id": account}}
        task(**about, **done, done_at=(now - timedelta(days=days)).isoformat())
        task(**about, start_at=(now + timedelta(days=5)).isoformat())
    where = desk.catalog.views["contacts.account.list"].options["filters"]["forgotten"]["where"]
    found = desk.column("contacts.account", "name", filter=where)
    assert found == ["Unowned", "Quiet", "Fresh"]
    day = now.astimezone(ZoneInfo("Asia/Tehran")).replace(hour=6)
    assert at(day, tell_forgotten) == {"account": 3, "contact": 0, "told": 0}
    day = day.replace(hour=7)
    assert at(day, tell_forgotten) == {"account": 3, "contact": 0, "told": 1}
    assert at(day, tell_forgotten) == {"account": 3, "contact": 0, "told": 0}
    (told,) = desk.find(TOLD, "user", "title", "body", filter="kind == 'forgotten'")
    assert told["title"] == "3 customers wait for a next step, a talk or an owner"
    assert told["body"].splitlines() == [
        "Companies without an owner: 1",
        "Companies without a next step: 1",
        "Companies not spoken to for too long: 2",
    ]


def test_how_often_a_customer_wants_to_be_spoken_to_is_said_for_each(desk, sara, task):
    kept, often, seldom = desk.create(
        "contacts.account",
        *(
            {"name": name, "owner": sara.id, "lifecycle": "customer", "care_days": days}
            for name, days in (("Usual", None), ("Often", 14), ("Seldom", 90))
        ),
    )
    talk = {"state": "done", "start_at": soon(days=-30).isoformat()}
    for account, days in ((kept, 61), (often, 15), (seldom, 89)):
        about = {"record": {"entity": "contacts.account", "id": account}}
        task(**about, **talk, done_at=soon(days=-days).isoformat())
        task(**about, start_at=soon(days=3).isoformat())
    filters = desk.catalog.views["contacts.account.list"].options["filters"]
    find = {name: desk.column("contacts.account", "name", filter=filters[name]["where"]) for name in filters}
    assert find["quiet"] == find["forgotten"] == ["Usual", "Often"]
    assert find["cared_for"] == ["Seldom"]


def test_customers_of_somebody_who_has_left_belong_to_nobody_and_their_leader_is_told(
    desk, sara, at, site, actor_as
):
    gone = actor_as(*ROLES, login="gone@example.com", name="Gone")
    desk.one("base.team", name="Sales", leader=sara.id)
    desk.one("contacts.contact", first_name="Reza", last_name="Karimi", owner=gone.id, lifecycle="customer")
    system = system_actor("a test")
    with site.get(Database).unit(desk.catalog, system) as uow:
        site.get(Identity).set_active(system, gone.id, False, uow=uow)
    now = soon().astimezone(ZoneInfo("Asia/Tehran")).replace(hour=9)
    assert at(now, tell_forgotten) == {"account": 0, "contact": 1, "told": 1}
    (told,) = desk.find(TOLD, "user", "body", filter="kind == 'forgotten'")
    assert told["user"].id == sara.id
    assert told["body"].splitlines()[0] == "Contacts without an owner: 1"


def test_where_nobody_leads_administrators_are_told(desk, at, actor_as):
    chief = actor_as("base.administrator", login="chief@example.com", name="Chief")
    desk.one("contacts.account", name="Alone", lifecycle="customer", owner=None)
    assert at(soon().replace(hour=9), tell_forgotten) == {"account": 1, "contact": 0, "told": 1}
    assert desk.find(TOLD, "user", filter="kind == 'forgotten'")[0]["user"].id == chief.id
