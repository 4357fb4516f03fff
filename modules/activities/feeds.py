"""The secret link under which a person's calendar program reads their activities; it can be changed and taken back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.sdk import (
    Answer,
    AnyRef,
    Asking,
    Download,
    NotFound,
    Page,
    Redirect,
    Ref,
    look_up,
    people,
    read_link,
    records,
    sign_link,
)
from modules.activities.behaviours import ACTIVITY
from modules.activities.ical import Event, calendar_text, day_after

FEED = "activities.feed"
REASON = "a calendar program asks with a secret link"
BACK = timedelta(days=90)
"""So long activities of the past are told."""

YEARS = timedelta(days=3650)
MOST_GENERATIONS = 2**31

FIELDS = (
    "ical_uid",
    "version",
    "updated_at",
    "subject",
    "all_day",
    "day",
    "start_at",
    "end_at",
    "due_at",
    "description",
    "location",
    "state",
    "record",
)

Row = Mapping[str, Any]


def link_page(asking: Asking) -> Answer:
    """Show a person their link, make one, change it or take it back."""
    own = _own(asking)
    act = asking.form.get("act", "")
    if act:
        _act(act, own, asking)
        messages = {"make": "Your calendar link is ready.", "renew": "Old links do not work any more."}
        message = messages.get(act, "The link does not work any more.")
        return Redirect(asking.url("activities.calendar_link"), message=message)
    url = asking.url("activities.feed", absolute=True, token=_token(own, asking)) if own else ""
    return Page("activities/calendar_link.html", title="Calendar link", values={"url": url}, secret=True)


def feed(asking: Asking, token: str) -> Answer:
    """Give a calendar program the activities of whoever made the link, with the rights they have now."""
    said = read_link(asking.uow, FEED, token)
    where = f"user == {int(said['u'])} and generation == {int(said['g'])}"
    asking.system(REASON)
    if not any(True for _ in look_up(asking.uow, FEED, (), where=where)):
        raise NotFound("This link is not valid.", code="bad_link")
    person = people(asking.uow, [int(said["u"])]).get(int(said["u"]))
    if person is None:
        raise NotFound("This link is not valid.", code="bad_link")
    since = (asking.uow.now - BACK).isoformat()
    mine = f"owner == {person.id} or any(attendees, refers(person, 'base.user', {person.id}))"
    where = f"scheduled_at >= datetime('{since}') and ({mine})"
    rows = look_up(asking.uow, ACTIVITY, FIELDS, where=where, actor=person)
    return Download(
        calendar_text(person.name, (event_of(row, asking) for row in rows)), "payvand.ics", "text/calendar"
    )


def _own(asking: Asking) -> Row | None:
    where = f"user == {asking.actor.id or 0}"
    return next(iter(look_up(asking.uow, FEED, ("generation", "created_at"), where=where)), None)


def _act(act: str, own: Row | None, asking: Asking) -> None:
    system = asking.system("a person sets up the link of their own calendar")
    door, generation = records(asking.uow), secrets.randbelow(MOST_GENERATIONS) + 1
    if act == "stop" and own:
        door.delete(system, FEED, [own["id"]], uow=asking.uow)
    elif own:
        values = {"generation": generation}
        door.update(system, FEED, own["id"], values, version=None, uow=asking.uow, parsed=True)
    elif act in ("make", "renew") and asking.actor.id:
        row = {"user": Ref(asking.actor.id), "label": asking.actor.name, "generation": generation}
        door.create(system, FEED, [row], uow=asking.uow, parsed=True)


def _token(own: Row, asking: Asking) -> str:
    """Return the token of a link: the same each time, until the link is changed."""
    said = {"u": asking.actor.id, "g": own["generation"]}
    return sign_link(asking.uow, FEED, said, own["created_at"] + YEARS)


def event_of(row: Row, asking: Asking, *, for_guest: bool = False) -> Event:
    """Return an activity as an entry of a calendar; a guest is not told whom else it is about, nor where it stands."""
    about = row["record"]
    title = about.title if isinstance(about, AnyRef) and about.title and not for_guest else ""
    return Event(
        uid=f"{row['ical_uid']}@payvand",
        revision=row["version"] - 1,
        changed=row["updated_at"],
        start=row["day"] if row["all_day"] else row["start_at"] or row["due_at"],
        end=day_after(row["day"]) if row["all_day"] else row["end_at"] or row["due_at"],
        summary=f"{row['subject']} – {title}" if title else row["subject"],
        description="" if for_guest else row["description"] or "",
        location=row["location"] or "",
        url="" if for_guest else asking.record_url(ACTIVITY, row["id"], absolute=True),
        cancelled=row["state"] == "cancelled",
    )
