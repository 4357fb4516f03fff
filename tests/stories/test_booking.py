"""A client of a consulting firm asks for a session: a free time, a confirmation, a reminder, a move, a cancellation."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from modules.activities.booking_mail import is_due, remind_guests
from tests.stories.bookings import (
    ACTIVITY,
    BOOKING,
    HERE,
    PAGE,
    books,
    client,
    form_with,
    mails,
    news,
    offered,
    page,
    sara,
    site_modules,
    slot,
    waiting,
)
from tests.web.conftest import Person

__all__ = ["client", "page", "sara", "site_modules"]

pytestmark = pytest.mark.modules


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
    moved = client.submits(opened, form_with(opened, slot(11, days=1)), {"slot": slot(11, days=1)})
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
