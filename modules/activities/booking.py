"""Booking: which times a page has, and how one of them becomes a meeting, moves, or is given back; never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.sdk import (
    Actor,
    AnyRef,
    Conflict,
    NotFound,
    Ref,
    UnitOfWork,
    aggregate,
    lock,
    look_up,
    notify,
    people,
    records,
    working_time,
)
from modules.activities.behaviours import ACTIVITY, OPEN
from modules.activities.slots import Offer, Span, free_hosts

PAGE, BOOKING, USER, ATTENDEE = (
    "activities.booking_page",
    "activities.booking",
    "base.user",
    "activities.attendee",
)
FIELDS = (
    "name",
    "slug",
    "hosts",
    "owner",
    "type",
    "minutes",
    "step",
    "buffer",
    "notice",
    "days_ahead",
    "working_calendar",
    "remind_minutes",
    "location",
    "description",
)
AT_FIRST = timedelta(days=14)
"""So far ahead free times are worked out at first; further ones when there are too few of them."""

WHOLE_DAYS = "category in ['meeting', 'visit']"
"""Of what takes a whole day these leave no time; a task for a day does."""

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Guest:
    """Who books, as they wrote it, in the one spelling of addresses and numbers."""

    name: str
    email: str
    phone: str
    remark: str
    language: str
    once: str


def page_of(uow: UnitOfWork, where: str) -> Row:
    """Return a page that is in use."""
    found: Row | None = next(iter(look_up(uow, PAGE, FIELDS, where=f"active == true and {where}")), None)
    if found is None:
        raise NotFound("There is nothing to book here.", code="no_booking_page")
    return found


def free(
    page: Row,
    uow: UnitOfWork,
    *,
    hosts: Sequence[int] | None = None,
    moving: int = 0,
    window: Span | None = None,
) -> Mapping[datetime, list[int]]:
    """Return the free times of a page with the hosts that are free, in a window of time or in all that is offered.

    ``hosts`` are asked in place of those of the page; ``moving`` is the activity that gives way.
    """
    hosts = hosts_of(page, uow) if hosts is None else hosts
    offer = _offer(page, uow)
    begin, end = _span_of(offer)
    if window is not None:
        begin, end = max(begin, window[0]), min(end, window[1])
    if not hosts or begin >= end:
        return {}
    taken: dict[int, list[Span]] = {host: [] for host in hosts}
    apart = timedelta(minutes=offer.minutes + offer.buffer)
    for host, span in _busy(hosts, (begin - apart, end + apart), moving, uow):
        taken[host].append(span)
    calendar = page["working_calendar"]
    times = {
        host: working_time(uow, calendar=calendar.id)
        if isinstance(calendar, Ref)
        else working_time(uow, user=host)
        for host in hosts
    }
    return free_hosts(offer, {host: (times[host], taken[host]) for host in hosts}, (begin, end))


def free_from(
    page: Row, uow: UnitOfWork, begin: datetime, *, hosts: Sequence[int] | None = None, moving: int = 0
) -> Iterator[datetime]:
    """Yield the free times of a page from a moment on; what nobody asks for any more is not worked out."""
    first, last = _span_of(_offer(page, uow))
    begin = max(begin, first)
    soon = min(begin + AT_FIRST, last)
    for window in ((begin, soon), (soon, last)):
        yield from free(page, uow, hosts=hosts, moving=moving, window=window)


def hosts_free(
    page: Row, start: datetime, uow: UnitOfWork, hosts: Sequence[int] | None = None, moving: int = 0
) -> Sequence[int]:
    """Return who is free at a time."""
    first, last = _span_of(_offer(page, uow))
    if not first <= start < last:
        return ()
    window = (start, start + timedelta(minutes=1))
    return free(page, uow, hosts=hosts, moving=moving, window=window).get(start, ())


def _offer(page: Row, uow: UnitOfWork) -> Offer:
    return Offer(
        minutes=page["minutes"],
        step=page["step"] or page["minutes"],
        buffer=page["buffer"],
        earliest=uow.now + timedelta(minutes=page["notice"]),
        days_ahead=page["days_ahead"],
    )


def _span_of(offer: Offer) -> Span:
    """Return from when until when times can be offered at all, in any zone."""
    return offer.earliest, offer.earliest + timedelta(days=offer.days_ahead + 2)


def hosts_of(page: Row, uow: UnitOfWork) -> list[int]:
    """Return the hosts who may still sign in."""
    named = [host.id for host in page["hosts"] or ()]
    if not named and isinstance(page["owner"], Ref):
        named = [page["owner"].id]
    return sorted(people(uow, named))


def book(
    page: Row,
    start: datetime,
    guest: Guest,
    contact: Callable[[int], int],
    system: Actor,
    uow: UnitOfWork,
) -> int:
    """Make the meeting and its booking; `Conflict` where the time is taken, or was a moment ago."""
    host = _pick(page, _claimed(page, start, uow), uow)
    meeting = _meeting(page, start, guest, AnyRef("contacts.contact", contact(host)), host)
    (made,) = records(uow).create(system, ACTIVITY, [meeting], uow=uow, parsed=True)
    values = {
        "page": Ref(int(page["id"])),
        "activity": Ref(made.id),
        "name": guest.name,
        "email": guest.email or None,
        "phone": guest.phone or None,
        "remark": guest.remark or None,
        "language": guest.language,
        "once": guest.once or None,
        "remind_at": reminder(page, start, uow),
    }
    (booking,) = records(uow).create(system, BOOKING, [values], uow=uow, parsed=True)
    notify(
        uow,
        [host],
        title="{name} has booked {what} on {when}",
        params={"name": guest.name, "what": str(page["name"]), "when": start},
        record=(ACTIVITY, made.id),
        kind="booking",
        skip_actor=False,
    )
    return booking.id


def _meeting(page: Row, start: datetime, guest: Guest, record: AnyRef, host: int) -> dict[str, object]:
    """Return the values of a meeting with a guest; his remark is its description."""
    return {
        "type": Ref(page["type"].id),
        "subject": f"{page['name']}: {guest.name}",
        "record": record,
        "owner": Ref(host),
        "team": None,
        "start_at": start,
        "end_at": start + timedelta(minutes=page["minutes"]),
        "location": page["location"],
        "description": guest.remark or None,
        "remind_minutes": page["remind_minutes"],
        "remind_by_mail": True,
    }


def movable_to(page: Row, meeting: Row, uow: UnitOfWork) -> Sequence[int]:
    """Return who may have a meeting when it moves: its host; where nobody has it any more, the hosts of the page."""
    owner = meeting["owner"]
    own = sorted(people(uow, [owner.id])) if isinstance(owner, Ref) else []
    return own or hosts_of(page, uow)


def move(page: Row, meeting: Row, start: datetime, system: Actor, uow: UnitOfWork) -> None:
    """Move a meeting to another free time of its host; reminders follow the activity."""
    hosts = _claimed(page, start, uow, hosts=movable_to(page, meeting, uow), moving=int(meeting["id"]))
    values: dict[str, object] = {"start_at": start, "end_at": start + timedelta(minutes=page["minutes"])}
    if not isinstance(meeting["owner"], Ref) or meeting["owner"].id not in hosts:
        values["owner"] = Ref(_pick(page, hosts, uow))
    records(uow).update(system, ACTIVITY, int(meeting["id"]), values, version=None, uow=uow, parsed=True)


def reminder(page: Row, start: datetime, uow: UnitOfWork) -> datetime | None:
    """Return when the guest is reminded; nobody is, of what is so near that the confirmation says it all."""
    minutes = page["remind_minutes"]
    at = start - timedelta(minutes=minutes) if minutes else None
    return at if at is not None and at > uow.now else None


def _claimed(
    page: Row, start: datetime, uow: UnitOfWork, *, hosts: Sequence[int] | None = None, moving: int = 0
) -> Sequence[int]:
    """Return the hosts who are free at a time; nobody else can book them until this unit ends."""
    lock(uow, USER, hosts_of(page, uow) if hosts is None else hosts)
    found = hosts_free(page, start, uow, hosts, moving)
    if not found:
        raise Conflict("This time was just taken. Choose another one.", code="slot_taken")
    return found


def _pick(page: Row, hosts: Sequence[int], uow: UnitOfWork) -> int:
    """Return the host with the fewest bookings of this page that are still to come."""
    if len(hosts) == 1:
        return hosts[0]
    ahead = f"page == {int(page['id'])} and activity.start_at >= $now and activity.state == 'planned'"
    counted = {
        host: int(str(aggregate(uow, BOOKING, where=f"{ahead} and activity.owner == {host}")[0]["count()"]))
        for host in hosts
    }
    return min(hosts, key=lambda host: (counted[host], host))


def _busy(hosts: Sequence[int], span: Span, moving: int, uow: UnitOfWork) -> Iterator[tuple[int, Span]]:
    """Yield when hosts have something: their own activities, and those that they are asked to and have not declined."""
    since, until = (f"datetime('{moment.isoformat()}')" for moment in span)
    there = (
        f"{OPEN} and start_at < {until} and end_at > {since} and (all_day != true or {WHOLE_DAYS})"
        f" and id != {moving}"
    )
    owned = f"owner in {list(hosts)} and {there}"
    for one in look_up(uow, ACTIVITY, ("owner", "start_at", "end_at"), where=owned):
        owner = one["owner"]
        if isinstance(owner, Ref):
            yield owner.id, _span(one)
    for host in hosts:
        asked = f"{there} and owner != {host} and any(attendees, refers(person, '{USER}', {host}) and rsvp != 'declined')"
        for one in look_up(uow, ACTIVITY, ("start_at", "end_at"), where=asked):
            yield host, _span(one)


def _span(activity: Row) -> Span:
    return activity["start_at"], activity["end_at"]
