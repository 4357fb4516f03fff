"""What happens around bookings that nobody planned: deleted, sent twice, damaged, without a host, at the same time."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import ValidationFailed
from core.storage import Database
from modules.activities import booking_pages
from tests.stories.bookings import (
    ACTIVITY,
    BOOKING,
    GUEST,
    HERE,
    PAGE,
    SOON,
    books,
    client,
    form_with,
    news,
    page,
    sara,
    site_modules,
    slot,
    waiting,
)

__all__ = ["client", "page", "sara", "site_modules"]

pytestmark = pytest.mark.modules


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
    told = [one.title for one in desk.as_(sara.actor).told()]
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
    here = books(client, slot(9)).path
    shown = client.opens(f"{here}/move")
    for odd in ODD_TIMES:
        answer = client.submits(shown, form_with(shown, slot(9, days=1)), {"slot": odd})
        assert answer.status in (200, 409), odd


@pytest.mark.covers("AS-23")
def test_a_form_that_is_damaged_or_used_up_comes_back_with_what_was_typed(client, page, sara, desk):
    opened = client.opens(HERE, query_string={"slot": slot(9)})
    form = opened.page.form(id="book")
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
    assert client.submits(used, used.page.form(id="book"), {}).status == 200


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
    assert client.submits(opened, form_with(opened, slot(10)), {"slot": slot(10)}).path == here
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
    assert client.submits(opened, form_with(opened, slot(11)), {"slot": slot(11)}).path == here
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
