"""Invitations by mail: to everybody who is asked and has not answered, with a link to answer and a calendar entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.sdk import (
    AnyRef,
    Asking,
    Attachment,
    Mail,
    OperationCall,
    Outcome,
    Problem,
    Style,
    ValidationFailed,
    look_up,
    people,
    send_mail,
    style_of,
)
from modules.activities.answers import ATTENDEE, mailed_answer_link
from modules.activities.behaviours import ACTIVITY
from modules.activities.belonging import CONTACT
from modules.activities.feeds import FIELDS, event_of
from modules.activities.ical import calendar_text

USER = "base.user"

Row = Mapping[str, Any]


def invite(call: OperationCall) -> Outcome:
    """Send invitations; who got one for this time already gets no second one."""
    asking = call.asking
    where = f"id == {call.record}"
    activity: Row = next(iter(look_up(call.uow, ACTIVITY, FIELDS, where=where, actor=call.actor)))
    invited = list(_invited(call, asking))
    if not invited:
        problem = Problem(
            code="nobody_to_invite",
            message="Nobody who is asked has an e-mail address and has not answered yet.",
        )
        raise ValidationFailed(problems=[problem])
    sent = sum(_send(one, address, style, activity, asking) for one, address, style in invited)
    return Outcome(
        message="{number} invitations are on their way.",
        params={"number": sent},
        entity=ACTIVITY,
        id=call.record,
        result={"sent": sent},
    )


def _invited(call: OperationCall, asking: Asking) -> Iterator[tuple[int, str, Style]]:
    """Yield the line, the address and the language of those who have not answered."""
    where = f"activity == {call.record} and rsvp == 'none'"
    for line in look_up(call.uow, ATTENDEE, ("person",), where=where, actor=call.actor):
        person = line["person"]
        if not isinstance(person, AnyRef):
            continue
        found = look_up(call.uow, person.entity, ("email",), where=f"id == {person.id}", actor=call.actor)
        address = str(next(iter(found), {}).get("email") or "")
        if address and person.entity == CONTACT:
            yield int(str(line["id"])), address, asking.style
        elif address and person.entity == USER and person.id in people(call.uow, [person.id]):
            guest = people(call.uow, [person.id])[person.id]
            yield int(str(line["id"])), address, style_of(call.uow, guest.preferences)


def _send(line: int, address: str, style: Style, activity: Row, asking: Asking) -> bool:
    when = (
        style.date(activity["day"])
        if activity["all_day"]
        else style.datetime(activity["start_at"] or activity["due_at"])
    )
    asked = style._(
        "{name} asks you to {subject} on {when}. Answer here:",
        name=asking.actor.name,
        subject=activity["subject"],
        when=when,
    )
    text = f"{asked}\n{mailed_answer_link(asking, line, activity)}\n"
    entry = calendar_text(asking.actor.name, [event_of(activity, asking, for_guest=True)])
    mail = Mail(
        to=address,
        subject=style._("Invitation: {subject}", subject=activity["subject"]),
        text=text,
        key=f"activities.invite:{line}:{activity['start_at'] or activity['day'] or ''}",
        attachments=(Attachment(name="invitation.ics", mime="text/calendar", data=entry),),
    )
    return bool(send_mail(asking.uow, mail))
