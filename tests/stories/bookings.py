"""A consultant with a booking page and a client without an account, as the stories of booking use them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.storage import Database
from core.testing.site import actor_of
from tests.web.page import Form

PAGE, BOOKING, ACTIVITY, REMINDER = (
    "activities.booking_page",
    "activities.booking",
    "activities.activity",
    "base.reminder",
)
HERE = "/m/activities/book/moshavere"
TEHRAN = ZoneInfo("Asia/Tehran")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SOON = datetime.now(TEHRAN).date() + timedelta(days=3)
GUEST = {"name": "نیلوفر صادقی", "email": "niloofar@example.com", "phone": ""}


@pytest.fixture(scope="session")
def site_modules():
    return ("activities", "l10n_fa")


@pytest.fixture
def sara(person, site, kept):
    """The consultant, in Tehran."""
    found = person(
        "base.member", "activities.user", login="sara@example.com", name="سارا محمدی", language="fa"
    )
    kept.change("base.user", found.actor.id, {"time_zone": "Asia/Tehran", "language": "fa"})
    found.actor = actor_of(site, "sara@example.com")
    return found


@pytest.fixture
def page(desk, sara):
    """A page with sessions of an hour, from 8 to 12 each day."""
    lines = [{"weekday": day, "start": "08:00", "end": "12:00"} for day in WEEK]
    calendar = desk.one("base.working_calendar", name="Office", time_zone="Asia/Tehran", hours=lines)
    kind = desk.find("activities.activity_type", "id", filter="category == 'meeting'")[0]["id"]
    return desk.one(
        PAGE,
        name="جلسه مشاوره",
        slug="moshavere",
        type=kind,
        hosts=[sara.actor.id],
        owner=sara.actor.id,
        minutes=60,
        working_calendar=calendar,
        days_ahead=10,
        location="خیابان مطهری",
    )


@pytest.fixture
def client(visitor):
    """The client, who has no account and reads Persian."""
    return visitor.speaks("fa")


def slot(hour, days=0):
    return (
        datetime.combine(SOON + timedelta(days=days), time(hour), TEHRAN)
        .astimezone(UTC)
        .strftime("%Y%m%dT%H%MZ")
    )


def books(guest, start, **values):
    """Open the form of a time, fill it in and send it."""
    opened = guest.opens(HERE, query_string={"slot": start})
    return guest.submits(opened, opened.page.form(id="book"), {**GUEST, **values})


def mails(site):
    """Return subject and text of all mails to guests, in order."""
    with site.get(Database).reading() as reader:
        return reader.rows(
            "SELECT recipient, subject, text FROM core_mail WHERE recipient = 'niloofar@example.com' ORDER BY id"
        )


def waiting(desk):
    """Return when whom is reminded, as far as it is still to come and not of what is overdue."""
    found = desk.find(REMINDER, "user", "at", "channel", filter="state == 'waiting'", sort=("id",))
    return {(one["user"].id, one["at"], one["channel"]) for one in found}


def offered(client, start):
    """Tell whether a time can be chosen on the page."""
    return start in client.opens(HERE).response.text


def news(site):
    """Return of what guests were told, in order."""
    return [subject.partition(":")[0] for _, subject, _ in mails(site)]


def form_with(opened, start):
    """Return the form of the day on which a time stands."""
    return next(
        Form(one)
        for one in opened.page.all("form")
        if any(b.get("value") == start for b in one.all("button"))
    )
