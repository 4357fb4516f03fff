"""Booking pages behind their screens: addresses, turns of several hosts, whoever has no mail address, and rights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.contributions.asking import asking_at
from core.errors import AccessDenied, Conflict, NotFound, ValidationFailed
from core.storage import Database
from core.testing.site import actor_of
from modules.activities.booking import Guest, book, free, page_of
from modules.activities.booking_mail import remind_guests
from modules.activities.booking_setup import address_panel

PAGE, BOOKING, ACTIVITY, TOLD = (
    "activities.booking_page",
    "activities.booking",
    "activities.activity",
    "base.notification",
)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def hosts(site, actor_as):
    """Two consultants."""
    for name in ("anna", "nima"):
        actor_as("base.member", "activities.user", login=f"{name}@example.com", name=name.title())
    return [actor_of(site, f"{name}@example.com") for name in ("anna", "nima")]


@pytest.fixture
def page(desk, hosts):
    """Make a page of both, from 8 to 12 each day."""
    hours = [{"weekday": day, "start": "08:00", "end": "12:00"} for day in WEEK]
    calendar = desk.one("base.working_calendar", name="Office", time_zone="UTC", hours=hours)
    kind = desk.find("activities.activity_type", "id", filter="category == 'call'")[0]["id"]
    usual = {"name": "Talk", "type": kind, "minutes": 60, "working_calendar": calendar}

    def make(**values):
        return desk.one(PAGE, **{**usual, "hosts": [host.id for host in hosts], **values})

    return make


@pytest.fixture
def booked(site, desk):
    """Book a page for somebody, as the page itself does; return the host and the booking."""

    def make(number, start, **guest):
        who = {"name": "Guest", "email": "", "phone": "", "remark": "", "language": "en", "once": "", **guest}
        who["once"] = who["once"] or f"{start:%d%H}{number}{who['name']}"
        contact = desk.one("contacts.contact", last_name=who["name"])
        with site.get(Database).unit(desk.catalog, desk.actor) as uow:
            found = page_of(uow, f"id == {number}")
            made = book(found, start, Guest(**who), lambda host: contact, desk.actor, uow)
        activity = desk.get(BOOKING, made, "activity")["activity"].id
        return desk.get(ACTIVITY, activity, "owner")["owner"].id, made

    return make


def test_an_address_is_what_people_can_type_or_cannot_be_guessed(site, desk, page):
    assert len(desk.get(PAGE, page(), "slug")["slug"]) == 24
    number = page(slug="First-Talk")
    assert desk.get(PAGE, number, "slug")["slug"] == "first-talk"
    for wrong in ("a b", "a/b", "-a", "é"):
        with pytest.raises(ValidationFailed) as refused:
            page(slug=wrong)
        assert [one.code for one in refused.value.problems] == ["bad_slug"]
    with site.get(Database).unit(desk.catalog, desk.actor) as uow:
        (panel,) = address_panel({"active": True, "slug": "first-talk"}, asking_at(uow))
        assert panel.values["url"].endswith("/m/activities/book/first-talk")
        assert list(address_panel({"active": False, "slug": "first-talk"}, asking_at(uow))) == []
        desk.update(PAGE, number, active=False)
        with pytest.raises(NotFound) as refused:
            page_of(uow, f"id == {number}")
        assert refused.value.reason == "no_booking_page"


def test_hosts_take_turns_and_who_has_something_else_is_passed_over(desk, hosts, page, booked):
    anna, nima = (host.id for host in hosts)
    number = page()
    at = TODAY + timedelta(days=2, hours=8)
    assert booked(number, at)[0] == anna
    assert booked(number, at + timedelta(hours=1))[0] == nima
    assert booked(number, at, name="Other")[0] == nima
    with pytest.raises(Conflict) as taken:
        booked(number, at, name="Third")
    assert taken.value.reason == "slot_taken"
    assert booked(number, at + timedelta(hours=2))[0] == anna
    kind = desk.find("activities.activity_type", "id", filter="category == 'meeting'")[0]["id"]
    busy = (at + timedelta(days=1)).isoformat()
    asked = [{"person": {"entity": "base.user", "id": anna}}]
    desk.one(ACTIVITY, type=kind, subject="Inside", owner=nima, start_at=busy, attendees=asked)
    with pytest.raises(Conflict):
        booked(number, at + timedelta(days=1))


def test_a_task_for_a_day_leaves_its_time_and_a_meeting_of_a_day_does_not(site, desk, hosts, page):
    number, day = page(hosts=[hosts[0].id]), (TODAY + timedelta(days=3)).date()
    kinds = {one["category"]: one["id"] for one in desk.find("activities.activity_type", "id", "category")}

    def times():
        with site.get(Database).unit(desk.catalog, desk.actor) as uow:
            found = free(page_of(uow, f"id == {number}"), uow)
        return [start.hour for start in found if start.date() == day]

    assert times() == [8, 9, 10, 11]
    whole = {"owner": hosts[0].id, "all_day": True, "day": day.isoformat(), "zone": "UTC"}
    desk.one(ACTIVITY, type=kinds["task"], subject="Report", **whole)
    assert times() == [8, 9, 10, 11]
    desk.one(ACTIVITY, type=kinds["meeting"], subject="Fair", **whole)
    assert times() == []


def test_the_host_is_told_of_a_booking_and_asked_to_call_whom_no_mail_reaches(
    site, desk, hosts, page, booked
):
    number = page(hosts=[hosts[0].id], remind_minutes=60 * 24 * 7)
    _, made = booked(number, TODAY + timedelta(days=2, hours=9), name="Omid", phone="+989121234567")
    (title,) = desk.column(TOLD, "title", filter=f"user == {hosts[0].id} and kind == 'booking'")
    assert title.startswith("Omid has booked Talk on ")
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    desk.update(BOOKING, made, remind_at=past)
    assert remind_guests(_Jobs(site, desk)) == {"reminded": 1}
    assert remind_guests(_Jobs(site, desk)) == {"reminded": 0}
    titles = desk.column(TOLD, "title", filter=f"user == {hosts[0].id} and kind == 'booking'")
    assert any(one.startswith("Omid has no e-mail address: call ") for one in titles)


class _Jobs:
    """What a job gets to open its units of work with."""

    def __init__(self, site, desk):
        self._site, self._desk = site, desk

    def unit(self, reason):
        return self._site.get(Database).unit(
            self._desk.catalog, self._desk.actor.elevate(reason), channel="job"
        )


def test_everybody_sees_the_bookings_of_their_own_meetings_and_changes_their_own_pages(
    desk, hosts, page, booked
):
    anna, nima = (desk.as_(host) for host in hosts)
    number = page(hosts=[hosts[0].id], owner=hosts[0].id)
    _, made = booked(number, TODAY + timedelta(days=2, hours=8))
    assert anna.column(BOOKING, "id") == [made]
    assert nima.column(BOOKING, "id") == []
    assert anna.column(PAGE, "id") == [number]
    assert nima.column(PAGE, "id") == []
    anna.update(PAGE, number, minutes=30)
    with pytest.raises(ValidationFailed) as refused:
        anna.delete(PAGE, number)
    assert [one.code for one in refused.value.problems] == ["page_booked"]
    with pytest.raises(NotFound):
        nima.update(PAGE, number, minutes=45)


def test_people_offer_their_own_times_and_those_of_whom_they_lead_and_a_host_can_leave(
    site, desk, hosts, page, actor_as
):
    anna, nima = hosts
    kind, calendar = _needed(desk)
    same = {"name": "Talk", "type": kind, "minutes": 60, "working_calendar": calendar}
    for foreign in ({"hosts": [nima.id]}, {"hosts": [anna.id, nima.id]}, {"owner": nima.id}):
        with pytest.raises(ValidationFailed) as refused:
            desk.as_(anna).one(PAGE, **{**same, **foreign})
        (problem,) = refused.value.problems
        assert (problem.code, problem.params["names"]) == ("foreign_host", "Nima")
        assert problem.field == ("owner" if "owner" in foreign else "hosts")
    number = desk.as_(anna).one(PAGE, **same, hosts=[anna.id])
    with pytest.raises(ValidationFailed):
        desk.as_(anna).update(PAGE, number, hosts=[nima.id])
    desk.as_(anna).update(PAGE, number, hosts=[])
    desk.as_(anna).update(PAGE, number, minutes=45)

    # Who leads them, or all pages, may.
    above = desk.one("base.team", name="House", leader=anna.id)
    desk.one("base.team", name="North", members=[nima.id], parent=above)
    desk.as_(actor_of(site, "anna@example.com")).update(PAGE, number, hosts=[nima.id])
    actor_as("base.member", "activities.manager", login="chief@example.com", name="Chief")
    other = desk.as_(actor_of(site, "chief@example.com")).one(PAGE, **same, hosts=[anna.id, nima.id])

    # A host sees the page and takes himself off; the last one takes it out of use.
    his = desk.as_(nima)
    assert set(his.column(PAGE, "id")) == {number, other}
    with pytest.raises((AccessDenied, NotFound)):
        his.update(PAGE, other, hosts=[anna.id])
    for left in (number, other):
        his.operate(PAGE, "leave", left)
    assert his.column(PAGE, "id") == []
    assert [host.id for host in desk.get(PAGE, other, "hosts")["hosts"]] == [anna.id]
    assert desk.get(PAGE, number, "hosts", "active") == {"hosts": (), "active": False}
    with pytest.raises(Conflict):
        desk.operate(PAGE, "leave", other)


def _needed(desk):
    kind = desk.find("activities.activity_type", "id", filter="category == 'call'")[0]["id"]
    return kind, desk.column("base.working_calendar", "id")[0]
