"""Answers of those who are asked to an activity: a signed link, a page that only shows, and a button that answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.sdk import (
    Answer,
    AnyRef,
    Asking,
    BadRequest,
    NotFound,
    Page,
    Redirect,
    Ref,
    UnitOfWork,
    look_up,
    notify,
    read_link,
    records,
    sign_link,
)
from modules.activities.behaviours import ACTIVITY

ATTENDEE = "activities.attendee"
PURPOSE = "activities.answer"
REASON = "somebody answers with the link they were sent"
CHOICES = ("accepted", "tentative", "declined")
AFTERWARDS = timedelta(days=1)
UNDATED = timedelta(days=90)

TOLD = {
    "accepted": "{name} comes to {subject}",
    "tentative": "{name} comes perhaps to {subject}",
    "declined": "{name} does not come to {subject}",
}

Row = Mapping[str, Any]


def answer_link(asking: Asking, attendee: int, activity: Row) -> str:
    """Return the address under which an attendee answers, until a day after the activity."""
    return asking.url(PURPOSE, absolute=True, token=_answer_token(asking, attendee, activity))


def mailed_answer_link(asking: Asking, attendee: int, activity: Row) -> str:
    """Return the same address for a mail; refuse where the site does not know its own."""
    return asking.mailed_url(PURPOSE, token=_answer_token(asking, attendee, activity))


def _answer_token(asking: Asking, attendee: int, activity: Row) -> str:
    ends = activity.get("end_at") or activity.get("due_at") or asking.uow.now + UNDATED
    return sign_link(asking.uow, PURPOSE, {"a": attendee}, ends + AFTERWARDS)


def answer_page(asking: Asking, token: str) -> Answer:
    """Show what somebody is asked to, and take their answer; opening the link alone answers nothing."""
    attendee, activity = _found(int(read_link(asking.uow, PURPOSE, token)["a"]), asking)
    if asking.form.get("answer"):
        _answer(asking.form["answer"], attendee, activity, asking)
        return Redirect(asking.url(PURPOSE, token=token), message="Thank you for your answer.")
    return Page(
        "activities/answer.html",
        title="Invitation",
        values={"attendee": attendee, "activity": activity},
    )


def _found(number: int, asking: Asking) -> tuple[Row, Row]:
    asking.system(REASON)
    uow = asking.uow
    attendee = _first(uow, ATTENDEE, ("activity", "person", "rsvp"), number)
    fields = ("subject", "all_day", "day", "start_at", "end_at", "due_at", "location", "owner", "state")
    activity = _first(uow, ACTIVITY, fields, attendee["activity"].id)
    if activity["state"] not in ("planned", "in_progress"):
        raise NotFound("This activity does not take place any more.", code="activity_closed")
    return attendee, activity


def _answer(answer: str, attendee: Row, activity: Row, asking: Asking) -> None:
    if answer not in CHOICES:
        raise BadRequest("Answer yes, perhaps or no.", code="unknown_answer")
    uow = asking.uow
    values = {"rsvp": answer, "answered_at": uow.now}
    system = asking.system(REASON)
    records(uow).update(system, ATTENDEE, attendee["id"], values, version=None, uow=uow, parsed=True)
    owner, person = activity["owner"], attendee["person"]
    if isinstance(owner, Ref) and isinstance(person, AnyRef) and attendee["rsvp"] != answer:
        notify(
            uow,
            [owner.id],
            title=TOLD[answer],
            params={"name": person, "subject": AnyRef(ACTIVITY, int(activity["id"]))},
            record=(ACTIVITY, activity["id"]),
            kind="answer",
        )


def _first(uow: UnitOfWork, entity: str, fields: tuple[str, ...], number: int) -> Row:
    found: Row | None = next(iter(look_up(uow, entity, fields, where=f"id == {number}")), None)
    if found is None:
        raise NotFound("This activity does not take place any more.", code="activity_closed")
    return found
