"""Links that leave the house: a calendar program reads somebody's activities, and a guest answers an invitation."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from core.storage import Database
from core.testing.site import actor_of

pytestmark = pytest.mark.modules

ACTIVITY = "activities.activity"
ROLES = ("base.member", "contacts.editor", "activities.user")
LINK = "/m/activities/calendar-link"


@pytest.fixture(scope="session")
def site_modules():
    return ("activities", "l10n_fa")


@pytest.fixture
def sara(person, site):
    found = person(*ROLES, login="sara@example.com", name="Sara")
    found.actor = actor_of(site, "sara@example.com")
    return found


@pytest.fixture
def plan(kept):
    kind = kept.find("activities.activity_type", "category == 'meeting'")[0]["id"]

    def make(owner, **values):
        about = {"type": kind, "subject": "Demo, at last", "owner": owner.actor.id}
        return kept.add(ACTIVITY, {**about, "start_at": "2030-01-01T06:30:00Z", **values})[0]

    return make


def link_of(person, act=""):
    """Return the link on the page of a person, after pressing one of its buttons."""
    opened = person.opens(LINK)
    if act:
        opened = person.submits(opened, opened.page.form(id="link"), {"act": act})
    found = re.search(r'value="(http[^"]*/feed/[^"]+)"', opened.response.text)
    return re.sub(r"^https?://[^/]+", "", found[1]) if found else ""


def test_a_calendar_program_reads_own_activities_until_the_link_is_changed(sara, person, plan, visitor, site):
    other = person(*ROLES, login="other@example.com", name="Other")
    other.actor = actor_of(site, "other@example.com")
    plan(sara)
    plan(other, subject="Not hers")
    assert link_of(sara) == ""
    link = link_of(sara, "make")
    answer = visitor.opens(link)
    assert (answer.status, answer.response.mimetype) == (200, "text/calendar")
    text = answer.response.get_data(as_text=True)
    assert "SUMMARY:Demo\\, at last" in text
    assert "DTSTART:20300101T063000Z" in text
    assert "Not hers" not in text
    assert link_of(sara) == link
    changed = link_of(sara, "renew")
    assert changed != link
    assert visitor.opens(link).status == 404
    assert visitor.opens(changed).status == 200
    link_of(sara, "stop")
    assert visitor.opens(changed).status == 404


def test_a_link_that_was_tampered_with_is_not_read(sara, plan, visitor):
    link = link_of(sara, "make")
    assert visitor.opens(link[:-2] + ("AA" if not link.endswith("AA") else "BB")).status == 404


def test_a_guest_answers_with_the_link_and_the_host_is_told(kept, sara, plan, visitor):
    guest = kept.add("contacts.contact", {"last_name": "Rezaei", "owner": sara.actor.id})[0]
    number = plan(sara, attendees=[{"person": {"entity": "contacts.contact", "id": guest}}])
    shown = sara.opens(f"/records/{ACTIVITY}/{number}").response.text
    link = re.search(r'href="(?:https?://[^/"]+)?(/m/activities/answer/[^"]+)"', shown)[1]
    opened = visitor.opens(link)
    assert "Demo, at last" in opened.response.text
    line = kept.find("activities.attendee", "", ("rsvp", "answered_at"))[0]
    assert (line["rsvp"], line["answered_at"]) == ("none", None)
    assert visitor.submits(opened, opened.page.form(id="answer"), {"answer": "accepted"}).status == 200
    line = kept.find("activities.attendee", "", ("rsvp", "answered_at"))[0]
    assert line["rsvp"] == "accepted"
    assert line["answered_at"] is not None
    assert "Rezaei comes to Demo, at last" in sara.opens("/notifications").response.text
    assert visitor.sends(link, {"csrf": "wrong", "answer": "declined"}).status in (400, 403)


def test_invitations_are_mailed_once_with_the_link_and_a_calendar_entry(kept, sara, plan, site, monkeypatch):
    monkeypatch.setattr(site, "settings", replace(site.settings, base_url="http://localhost"))
    reached = {"points": [{"kind": "email", "value": "guest@example.com", "is_primary": True}]}
    guest = kept.add("contacts.contact", {"last_name": "Rezaei", "owner": sara.actor.id, **reached})[0]
    number = plan(sara, attendees=[{"person": {"entity": "contacts.contact", "id": guest}}])
    press = f"/records/{ACTIVITY}/{number}/operation/invite"
    for _ in range(2):
        opened = sara.opens(press)
        assert sara.submits(opened, opened.page.form_to(press)).status == 200
    with site.get(Database).reading() as reader:
        (mail,) = reader.rows("SELECT recipient, subject, text, attachments::text FROM core_mail")
    assert (mail[0], mail[1]) == ("guest@example.com", "Invitation: Demo, at last")
    assert "/m/activities/answer/" in mail[2]
    assert "invitation.ics" in mail[3]


def test_where_nobody_can_be_reached_it_is_said(kept, sara, plan):
    guest = kept.add("contacts.contact", {"last_name": "Rezaei", "owner": sara.actor.id})[0]
    number = plan(sara, attendees=[{"person": {"entity": "contacts.contact", "id": guest}}])
    press = f"/records/{ACTIVITY}/{number}/operation/invite"
    opened = sara.opens(press)
    refused = sara.submits(opened, opened.page.form_to(press))
    assert refused.status == 422
    assert "Nobody who is asked has an e-mail address" in refused.response.text
