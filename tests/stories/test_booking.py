"""A client of a consulting firm asks for a session: a free time, a confirmation, a reminder, a move, a cancellation."""

from __future__ import annotations

import re
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from core.errors import ValidationFailed
from core.storage import Database
from core.testing.site import actor_of
from modules.activities import booking_pages
from modules.activities.booking_mail import is_due, remind_guests
from tests.web.conftest import Person
from tests.web.page import Form

pytestmark = pytest.mark.modules

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


@pytest.mark.covers("AS-23")
def test_a_free_time_is_chosen_and_booked_and_is_nobody_elses_any_more(client, page, sara, desk, site):
    shown = client.opens(HERE)
    assert shown.status == 200
    assert "Asia/Tehran" in shown.response.text
    assert "سارا محمدی" in shown.response.text

    done = books(client, slot(9), remark="درباره قرارداد")
    assert done.status == 200, done.page.problems
    assert "این جلسه رزرو شده است" in done.response.text
    (meeting,) = desk.find(ACTIVITY, "id", "start_at", "end_at", "owner", "record")
    start = datetime.fromisoformat(slot(9))
    assert (meeting["start_at"], meeting["end_at"]) == (start, start + timedelta(hours=1))
    assert (meeting["owner"].id, meeting["record"].title) == (sara.actor.id, "نیلوفر صادقی")
    for channel in ("in_app", "mail"):
        assert (sara.actor.id, start - timedelta(days=1), channel) in waiting(desk)
    ((_, subject, text),) = mails(site)
    assert subject.startswith("رزرو شد: ")
    assert re.search(r"http\S+/m/activities/booking/\S+", text)
    assert not offered(client, slot(9))
    assert offered(client, slot(10))


@pytest.mark.covers("AS-23")
def test_a_meeting_that_moves_takes_its_reminders_along_and_one_that_is_cancelled_has_none(
    client, page, sara, desk, site
):
    here = books(client, slot(9)).path
    (meeting,) = desk.column(ACTIVITY, "id")
    opened = client.opens(f"{here}/move")
    moved = client.submits(opened, _form_with(opened, slot(11, days=1)), {"slot": slot(11, days=1)})
    assert moved.path == here
    start = datetime.fromisoformat(slot(11, days=1))
    assert desk.get(ACTIVITY, meeting, "start_at")["start_at"] == start
    assert desk.column(BOOKING, "remind_at") == [start - timedelta(days=1)]
    due = {at for person, at, _ in waiting(desk) if person == sara.actor.id}
    assert start - timedelta(days=1) in due
    assert datetime.fromisoformat(slot(9)) - timedelta(days=1) not in due
    assert offered(client, slot(9))
    assert news(site) == ["رزرو شد", "زمان تازه"]

    # The day before she is reminded, once, whichever worker looks.
    assert _reminded(desk, start - timedelta(hours=25)) == 0
    assert _reminded(desk, start - timedelta(hours=23)) == 1
    assert _reminded(desk, start - timedelta(hours=22)) == 0
    assert news(site)[2:] == ["یادآوری"]

    # She cancels: nobody is reminded of anything, and the time is free.
    opened = client.opens(here)
    cancelled = client.submits(opened, opened.page.form(id="cancel"))
    assert "این جلسه لغو شده است" in cancelled.response.text
    assert desk.get(ACTIVITY, meeting, "state")["state"] == "cancelled"
    assert waiting(desk) == set()
    assert desk.column(BOOKING, "remind_at") == [None]
    assert news(site)[3:] == ["لغو شد"]
    assert offered(client, slot(11, days=1))


def offered(client, start):
    """Tell whether a time can be chosen on the page."""
    return start in client.opens(HERE).response.text


def news(site):
    """Return of what guests were told, in order."""
    return [subject.partition(":")[0] for _, subject, _ in mails(site)]


def _form_with(opened, start):
    """Return the form of the day on which a time stands."""
    return next(
        Form(one)
        for one in opened.page.all("form")
        if any(b.get("value") == start for b in one.all("button"))
    )


def _reminded(desk, moment):
    """Run the job of reminders at a moment, and return how many were reminded."""
    with desk.unit_at(moment) as uow:
        if not is_due(uow):
            return 0
    return desk.run_job(remind_guests, moment)["reminded"]


@pytest.mark.covers("AS-23")
def test_of_twelve_who_want_one_time_at_once_one_has_it_and_eleven_are_told_and_shown_others(app, page, desk):
    crowd = 12
    guests = [Person(app).speaks("fa") for _ in range(crowd)]
    opened = [guest.opens(HERE, query_string={"slot": slot(10)}) for guest in guests]
    assert {one.status for one in opened} == {200}
    start = Barrier(crowd)

    def send(at):
        start.wait()
        values = {"name": f"مهمان {at}", "email": f"guest{at}@example.com"}
        return guests[at].submits(opened[at], opened[at].page.form(id="book"), values)

    with ThreadPoolExecutor(crowd) as pool:
        answers = list(pool.map(send, range(crowd)))
    assert sorted(one.status for one in answers) == [200] + [409] * 11
    for refused in (one for one in answers if one.status == 409):
        assert "این زمان همین حالا گرفته شد" in " ".join(refused.page.problems)
        assert slot(11) in refused.response.text
        assert slot(10) not in refused.response.text
    assert len(desk.find(ACTIVITY, "id")) == len(desk.find(BOOKING, "id")) == 1
    assert len(desk.find("contacts.contact", "id")) == 1


@pytest.mark.covers("AS-23")
def test_a_button_that_is_pressed_twice_books_once_and_known_people_are_not_made_again(client, page, desk):
    her = desk.one(
        "contacts.contact",
        last_name="Sadeghi",
        points=[{"kind": "mobile", "value": "09121234567", "is_primary": True}],
    )
    opened = client.opens(HERE, query_string={"slot": slot(8)})
    form = opened.page.form(id="book")
    values = {"name": "نیلوفر", "email": "", "phone": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}
    first, second = (client.submits(opened, form, values) for _ in range(2))
    assert first.path == second.path
    assert first.status == second.status == 200
    (meeting,) = desk.find(ACTIVITY, "id", "record")
    assert meeting["record"].id == her
    assert desk.get("contacts.contact", her, "full_name")["full_name"] == "Sadeghi"
    assert "Sadeghi" not in first.response.text

    wrong = client.opens(HERE, query_string={"slot": slot(9)})
    for said, told in (
        ({"name": "", "email": "a@example.com"}, "نام خود را بنویسید"),
        ({"name": "علی"}, "ایمیل یا شماره تلفن"),
        ({"name": "علی", "email": "no"}, "این نشانی ایمیل درست نیست"),
        ({"name": "علی", "phone": "12"}, "این شماره تلفن درست نیست"),
    ):
        refused = client.submits(wrong, wrong.page.form(id="book"), {"email": "", "phone": "", **said})
        assert refused.status == 422
        assert told in refused.response.text
    assert len(desk.find(BOOKING, "id")) == 1


@pytest.mark.covers("AS-23")
def test_what_the_host_has_to_do_is_not_offered_and_whoever_moves_it_the_guest_is_told(
    client, page, sara, desk, site
):
    kind = desk.find("activities.activity_type", "id", filter="category == 'meeting'")[0]["id"]
    start = datetime.fromisoformat(slot(8))
    desk.one(
        ACTIVITY,
        type=kind,
        subject="Own",
        owner=sara.actor.id,
        start_at=start.isoformat(),
        end_at=(start + timedelta(minutes=90)).isoformat(),
    )
    taken = client.opens(HERE, query_string={"slot": slot(9)})
    assert taken.status == 409
    assert client.opens(HERE, query_string={"slot": slot(10)}).status == 200
    assert client.opens(HERE, query_string={"slot": slot(13)}).status == 409

    done = books(client, slot(10))
    (booking,) = desk.find(BOOKING, "activity")
    meeting = booking["activity"].id
    later = datetime.fromisoformat(slot(11))
    theirs = desk.as_(sara.actor)
    theirs.update(
        ACTIVITY, meeting, start_at=later.isoformat(), end_at=(later + timedelta(hours=1)).isoformat()
    )
    theirs.move(ACTIVITY, meeting, "cancel")
    assert news(site) == ["رزرو شد", "زمان تازه", "لغو شد"]
    assert "این جلسه لغو شده است" in client.opens(done.path).response.text
    assert client.opens(f"{done.path}x").status == 404
    assert client.opens(HERE, headers={"Accept-Language": "en"}).status == 200
    assert "Choose a time" in client.speaks("en").opens(HERE).response.text
    desk.update(PAGE, page, active=False)
    assert client.opens(HERE).status == 404


@pytest.mark.covers("AS-23")
def test_a_guest_is_told_when_the_meeting_is_deleted_and_one_that_comes_back_stays_cancelled(
    client, page, sara, desk, site
):
    theirs = desk.as_(sara.actor)
    here = books(client, slot(9)).path
    (meeting,) = desk.column(ACTIVITY, "id")
    with pytest.raises(ValidationFailed) as refused:
        theirs.delete(PAGE, page)
    assert [one.code for one in refused.value.problems] == ["page_booked"]
    version = desk.get(ACTIVITY, meeting, "version")["version"]
    theirs.delete(ACTIVITY, meeting)
    assert news(site) == ["رزرو شد", "لغو شد"]
    entry = _entry(site)
    assert "STATUS:CANCELLED" in entry
    assert f"SEQUENCE:{version}" in entry
    assert waiting(desk) == set()
    assert client.opens(here).status == 404

    # Somebody else takes the time; the meeting comes back, but not to this time.
    assert books(client, slot(9), email="zahra@example.com").status == 200
    theirs.restore(ACTIVITY, meeting)
    states = dict(zip(desk.column(ACTIVITY, "id"), desk.column(ACTIVITY, "state"), strict=True))
    assert states.pop(meeting) == "cancelled"
    assert list(states.values()) == ["planned"]
    assert news(site) == ["رزرو شد", "لغو شد"], "nobody is told the same twice"
    told = desk.column("base.notification", "title", filter=f"user == {sara.actor.id}")
    assert any(one.count("نیلوفر صادقی") == 2 for one in told), told
    assert "این جلسه لغو شده است" in client.opens(here).response.text

    # What has been is deleted without a word.
    (other,) = states
    over = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    desk.update(ACTIVITY, other, start_at=over, end_at=over)
    desk.delete(ACTIVITY, other)
    assert _recipients(site)[-1] == ("zahra@example.com", "زمان تازه")
    desk.restore(ACTIVITY, other)
    assert desk.get(ACTIVITY, other, "state")["state"] == "planned"


ODD_TIMES = (
    "0001-01-01T00:00+14:00",
    "9999-12-31T23:59-14:00",
    "99991231T2359Z",
    "00010101T0000Z",
    "2026-11-25",
    "x",
)


@pytest.mark.covers("AS-23")
def test_whatever_stands_in_addresses_and_forms_is_answered_by_free_times_or_the_form_again(
    client, page, sara, desk, site
):
    for odd in ODD_TIMES:
        assert client.opens(HERE, query_string={"slot": odd}).status == 409, odd
    for day in ("0001-01-01", "9999-12-31", "x"):
        assert client.opens(HERE, query_string={"from": day}).status == 200, day
    tomorrow = (SOON + timedelta(days=1)).isoformat()
    later = client.opens(HERE, query_string={"from": tomorrow}).response.text
    assert (slot(8) in later, slot(8, days=1) in later) == (False, True)

    opened = client.opens(HERE, query_string={"slot": slot(9)})
    form = opened.page.form(id="book")
    for odd in ODD_TIMES:
        for name in ("", "علی"):
            assert client.submits(opened, form, {**GUEST, "name": name, "slot": odd}).status == 409, odd
    for wrong, told in (
        ({"name": "a\x00b"}, "نمی‌شود نگه داشت"),
        ({"name": "ن" * 121}, "نمی‌شود نگه داشت"),
        ({"remark": "a\x00b"}, "نمی‌شود نگه داشت"),
        ({"once": "a'b"}, "دوباره بفرستید"),
        ({"once": "a\x00b"}, "دوباره بفرستید"),
    ):
        refused = client.submits(opened, form, {**GUEST, **wrong})
        assert refused.status == 422, wrong
        assert told in refused.response.text
        assert GUEST["email"] in refused.response.text, "what was typed is kept"
    again = client.submits(refused, refused.page.form(id="book"), {})
    assert again.status == 200, "the fresh form is as good as the first"

    # Forms without their mark book all the same, each a time of its own.
    for hour in (10, 11):
        values = {**GUEST, "name": "\u202eevil", "once": "", "slot": slot(hour), "remark": "a\u202eb"}
        assert client.submits(opened, form, values).status == 200
    assert (
        desk.find(BOOKING, "name", "remark", "once", filter="is_empty(once)")
        == [{"name": "evil", "remark": "ab", "once": None}] * 2
    )

    # The mark of another page's form is not taken, and what was typed is kept.
    (mark,) = desk.column(BOOKING, "once", filter="not is_empty(once)")
    desk.update(PAGE, page, slug="old")
    (kind, calendar) = (desk.get(PAGE, page, name)[name].id for name in ("type", "working_calendar"))
    desk.one(
        PAGE,
        name="Other",
        slug="moshavere",
        type=kind,
        hosts=[sara.actor.id],
        minutes=60,
        working_calendar=calendar,
    )
    used = client.submits(opened, form, {**GUEST, "once": mark, "slot": slot(8)})
    assert (used.status, GUEST["name"] in used.response.text) == (422, True)
    here = client.submits(used, used.page.form(id="book"), {}).path
    shown = client.opens(f"{here}/move")
    for odd in ODD_TIMES:
        answer = client.submits(shown, _form_with(shown, slot(9, days=1)), {"slot": odd})
        assert answer.status in (200, 409), odd


@pytest.mark.covers("AS-23")
def test_a_meeting_without_a_host_goes_to_one_of_the_page_and_one_that_was_just_cancelled_does_not_move(
    client, page, sara, desk, site, monkeypatch
):
    here = books(client, slot(9)).path
    (meeting,) = desk.column(ACTIVITY, "id")
    desk.update(ACTIVITY, meeting, owner=None)
    assert client.opens(here).status == 200
    opened = client.opens(f"{here}/move")
    assert opened.status == 200
    assert client.submits(opened, _form_with(opened, slot(10)), {"slot": slot(10)}).path == here
    found = desk.get(ACTIVITY, meeting, "owner", "start_at")
    assert (found["owner"].id, found["start_at"]) == (sara.actor.id, datetime.fromisoformat(slot(10)))

    real = booking_pages.lock

    def beaten(*args):
        """Lock the meeting, but a moment after its host has cancelled it."""
        monkeypatch.setattr(booking_pages, "lock", real)
        desk.as_(sara.actor).move(ACTIVITY, meeting, "cancel")
        real(*args)

    opened = client.opens(f"{here}/move")
    monkeypatch.setattr(booking_pages, "lock", beaten)
    assert client.submits(opened, _form_with(opened, slot(11)), {"slot": slot(11)}).path == here
    found = desk.get(ACTIVITY, meeting, "state", "start_at")
    assert found == {"state": "cancelled", "start_at": datetime.fromisoformat(slot(10))}


def _entry(site):
    """Return the calendar file of the last mail to the guest."""
    with site.get(Database).reading() as reader:
        ((files,),) = reader.rows(
            "SELECT attachments FROM core_mail WHERE recipient = 'niloofar@example.com' ORDER BY id DESC LIMIT 1"
        )
    return b64decode(files[0]["data"]).decode()


def _recipients(site):
    """Return who was told what, in order."""
    with site.get(Database).reading() as reader:
        rows = reader.rows("SELECT recipient, subject FROM core_mail ORDER BY id")
    return [(recipient, subject.partition(":")[0]) for recipient, subject in rows]
