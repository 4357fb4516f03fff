"""What guests are told of their booking: by mail in their own language, now and the day before.

A guest without an e-mail address cannot be told anything yet: the host is asked to call. A text message is to take this
place: `told` is the one function that knows how a guest is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.sdk import (
    AnyRef,
    Attachment,
    Change,
    JobContext,
    Mail,
    Preferences,
    Ref,
    Style,
    UnitOfWork,
    look_up,
    notify,
    records,
    send_mail,
    sign_link,
    style_of,
)
from modules.activities.behaviours import ACTIVITY
from modules.activities.booking import BOOKING, PAGE, reminder
from modules.activities.booking import FIELDS as PAGE_FIELDS
from modules.activities.ical import Event, calendar_text
from modules.activities.telling import OPEN_STATES

PURPOSE = "activities.booking"
AFTERWARDS = timedelta(days=100)
"""A link of a guest holds so long after the first beginning, so that a meeting that was moved can be moved again."""

MOST = 50
FIELDS = ("page", "activity", "name", "email", "phone", "language", "remind_at")
MEETING = ("subject", "owner", "start_at", "end_at", "location", "state", "ical_uid", "version", "updated_at")

TOLD_BEFORE = "activities.told_before"
"""In the memory of a unit: meetings whose guests know already that they are off."""

Row = Mapping[str, Any]


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


SUBJECTS = {
    "booked": N_("Booked: {what}, {when}"),
    "moved": N_("New time: {what}, {when}"),
    "cancelled": N_("Cancelled: {what}, {when}"),
    "reminded": N_("Reminder: {what}, {when}"),
}
BY_PHONE = N_("{name} has no e-mail address: call {phone} to say that “{what}” is on {when}.")
CANCELLED_BY_PHONE = N_("{name} has no e-mail address: call {phone} to say that “{what}” is cancelled.")
BACK_CANCELLED = N_("“{subject}” came back cancelled: {name} was told that it does not take place.")


def told(news: str, booking: Row, meeting: Row, page: Row, uow: UnitOfWork, root: str = "") -> None:
    """Tell a guest that a meeting is booked, moved, cancelled, or soon; by the host where there is no address."""
    style = style_of(uow, Preferences(language=str(booking["language"] or "")))
    params = {"what": str(page["name"]), "when": style.datetime(meeting["start_at"])}
    if not booking["email"]:
        if news != "booked":  # who has just booked has the page before them
            _ask_host(news, booking, meeting, page, uow)
        return
    entry = calendar_text(str(page["name"]), [_event(meeting, page)])
    mail = Mail(
        to=str(booking["email"]),
        subject=style._(SUBJECTS[news], **params),
        text=_text(news, booking, meeting, page, style, uow, root or _root(uow)),
        key=f"{PURPOSE}:{news}:{booking['id']}:{meeting['start_at'].isoformat()}:{meeting['version']}",
        attachments=(Attachment(name="booking.ics", mime="text/calendar", data=entry),),
    )
    send_mail(uow, mail)


def address(booking: int, meeting: Row, uow: UnitOfWork) -> str:
    """Return the token under which a guest sees, moves and cancels a booking."""
    return sign_link(uow, PURPOSE, {"b": booking}, meeting["start_at"] + AFTERWARDS)


def follow_meetings(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Let guests know when their meeting moves or is off, whoever did it, and let their reminder go along."""
    moved = {
        change.id: change
        for change in changes
        if change.action == "update" and change.changed & {"start_at", "state"}
    }
    if not moved or BOOKING not in uow.catalog.entities:
        return
    found: list[Row] = list(look_up(uow, BOOKING, FIELDS, where=f"activity in {sorted(moved)}"))
    for booking in found:
        _follow(booking, moved[booking["activity"].id], uow)


def follow_bookings(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Let guests know when their booking goes to the trash, by itself or with its meeting; what they were told stays true."""
    for change in changes:
        if change.action == "delete":
            _call_off(change, uow)
        elif change.action == "restore":
            _stay_off(change, uow)


def _follow(booking: Row, change: Change, uow: UnitOfWork) -> None:
    page, meeting = _page(booking, uow), _meeting(change.id, uow)
    open_still = meeting["state"] in OPEN_STATES
    at = reminder(page, meeting["start_at"], uow) if page and open_still else None
    system = uow.actor.elevate("the reminder of a guest follows the meeting")
    values = {"remind_at": at, "reminded_at": None} if at else {"remind_at": None}
    records(uow).update(system, BOOKING, int(booking["id"]), values, version=None, uow=uow, parsed=True)
    if not page or change.id in uow.memo.get(TOLD_BEFORE, ()):
        return
    if "state" in change.changed and meeting["state"] == "cancelled":
        told("cancelled", booking, meeting, page, uow)
    elif open_still and "start_at" in change.changed:
        told("moved", booking, meeting, page, uow)


def _call_off(change: Change, uow: UnitOfWork) -> None:
    """Tell a guest that a meeting to come does not take place; it is not in the trash yet, and closed by nobody."""
    booking: Row = {**change.before, "id": change.id}
    page, meeting = _page(booking, uow), _meeting(booking["activity"].id, uow)
    if page and _is_ahead(meeting, uow.now):
        off = {**meeting, "state": "cancelled", "version": meeting["version"] + 1, "updated_at": uow.now}
        told("cancelled", booking, off, page, uow)


def _stay_off(change: Change, uow: UnitOfWork) -> None:
    """Cancel a meeting that comes back from the trash: its guest was told so, and somebody may have its time."""
    booking: Row = change.before
    number = booking["activity"].id
    meeting = _meeting(number, uow)
    if not _is_ahead(meeting, booking["deleted_at"]):
        return
    uow.memo.setdefault(TOLD_BEFORE, set()).add(number)
    system = uow.actor.elevate("the guest was told that the meeting does not take place")
    records(uow).transition(system, ACTIVITY, number, "cancel", version=None, uow=uow)
    notify(
        uow,
        [meeting["owner"]],
        title=BACK_CANCELLED,
        params={"subject": AnyRef(ACTIVITY, number), "name": str(booking["name"])},
        record=(ACTIVITY, number),
        kind="booking",
        skip_actor=False,
    )


def _is_ahead(meeting: Row, moment: datetime) -> bool:
    """Tell whether a meeting was still to take place at a moment."""
    return bool(meeting and meeting["state"] in OPEN_STATES and meeting["start_at"] > moment)


def is_due(uow: UnitOfWork) -> bool:
    """Tell whether a guest is to be reminded."""
    return BOOKING in uow.catalog.entities and any(True for _ in _due(uow, 1))


def remind_guests(context: JobContext) -> Mapping[str, int]:
    """Remind guests whose moment has come, each once for each time of their meeting."""
    done = 0
    while True:
        with context.unit("guests are reminded of their meetings") as uow:
            due = list(_due(uow, MOST))
            for booking in due:
                _remind(booking, uow)
        done += len(due)
        if len(due) < MOST:
            return {"reminded": done}


def _due(uow: UnitOfWork, most: int) -> Iterator[Row]:
    where = "remind_at <= $now and is_empty(reminded_at)"
    return look_up(uow, BOOKING, FIELDS, where=where, sort=("remind_at",), most=most)


def _remind(booking: Row, uow: UnitOfWork) -> None:
    meeting = _meeting(booking["activity"].id, uow)
    system = uow.actor.elevate("a guest is reminded")
    values = {"reminded_at": uow.now}
    records(uow).update(system, BOOKING, int(booking["id"]), values, version=None, uow=uow, parsed=True)
    page = _page(booking, uow)
    if page and _is_ahead(meeting, uow.now):
        told("reminded", booking, meeting, page, uow)


def _meeting(number: int, uow: UnitOfWork) -> Row:
    return next(look_up(uow, ACTIVITY, MEETING, where=f"id == {number}"), {})


def _root(uow: UnitOfWork) -> str:
    assert uow.site is not None  # mails are sent by a site
    return uow.site.settings.base_url.rstrip("/")


def _page(booking: Row, uow: UnitOfWork) -> Row:
    return next(look_up(uow, PAGE, PAGE_FIELDS, where=f"id == {booking['page'].id}"), {})


def _ask_host(news: str, booking: Row, meeting: Row, page: Row, uow: UnitOfWork) -> None:
    if isinstance(meeting["owner"], Ref):
        notify(
            uow,
            [meeting["owner"].id],
            title=CANCELLED_BY_PHONE if news == "cancelled" else BY_PHONE,
            params={
                "name": str(booking["name"]),
                "phone": str(booking["phone"]),
                "what": str(page["name"]),
                "when": meeting["start_at"],
            },
            record=(ACTIVITY, booking["activity"].id),
            kind="booking",
            skip_actor=False,
        )


def _text(news: str, booking: Row, meeting: Row, page: Row, style: Style, uow: UnitOfWork, root: str) -> str:
    when = style._("{when} (times of {zone})", when=style.datetime(meeting["start_at"]), zone=style.zone.key)
    lines = [str(page["name"]), when]
    if meeting["location"]:
        lines.append(str(meeting["location"]))
    link = f"{root}/m/activities/booking/{address(int(booking['id']), meeting, uow)}"
    if news == "cancelled":
        again = f"{root}/m/activities/book/{page['slug']}"
        lines += ["", style._("This meeting does not take place. Book another time here:"), again]
    else:
        lines += ["", style._("Move or cancel it here:"), link]
    return "\n".join(lines) + "\n"


def _event(meeting: Row, page: Row) -> Event:
    return Event(
        uid=f"{meeting['ical_uid']}@payvand",
        revision=meeting["version"] - 1,
        changed=meeting["updated_at"],
        start=meeting["start_at"],
        end=meeting["end_at"],
        summary=str(page["name"]),
        description="",
        location=meeting["location"] or "",
        url="",
        cancelled=meeting["state"] == "cancelled",
    )
