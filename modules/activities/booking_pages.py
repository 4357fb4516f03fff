"""The pages on which guests book, look at, move and cancel a meeting: public, without a script, in their language."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, islice
from types import MappingProxyType
from typing import Any

from core.sdk import (
    Answer,
    Asking,
    Conflict,
    NotFound,
    Page,
    Redirect,
    Route,
    lock,
    look_up,
    read_link,
    records,
)
from modules.activities.behaviours import ACTIVITY
from modules.activities.booking import (
    BOOKING,
    PAGE,
    Guest,
    book,
    free_from,
    hosts_free,
    hosts_of,
    movable_to,
    move,
    page_of,
)
from modules.activities.booking import FIELDS as PAGE_FIELDS
from modules.activities.booking_mail import FIELDS, MEETING, PURPOSE, address, told
from modules.activities.guests import PROBLEMS, contact_of, read_guest, typed

REASON = "a guest books a meeting"
DAYS = 7
"""So many days with free times stand on one page."""

FURTHEST = 200
"""No page offers times as many days ahead as this."""

_SLOT = re.compile(r"[0-9]{8}T[0-9]{4}Z")
SLUG = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")

Row = Mapping[str, Any]
NO_PROBLEMS: Mapping[str, str] = MappingProxyType({})


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


TAKEN = N_("This time was just taken. Choose another one.")


def book_page(asking: Asking, slug: str) -> Answer:
    """Show free times, and for one that was chosen the form; take the form."""
    asking.system(REASON)
    page = _page(slug, asking)
    if asking.method == "POST":
        return _book(page, asking)
    if not asking.args.get("slot"):
        return _times(page, _free_from(page, asking), asking)
    slot = _slot(asking.args["slot"])
    if slot is None or not hosts_free(page, slot, asking.uow):
        return _taken(page, asking)
    return _form(page, slot, asking)


def booking_page(asking: Asking, token: str) -> Answer:
    """Show a guest what is booked."""
    booking, meeting, page = _booked(asking, token)
    return Page(
        "activities/booked.html",
        title=page["name"],
        values={
            **_common(page, asking),
            "booking": booking,
            "meeting": meeting,
            "when": _when(meeting["start_at"], asking),
            "open": _is_open(meeting, asking),
            "move_url": asking.url("activities.booking_move", token=token),
            "cancel_url": asking.url("activities.booking_cancel", token=token),
            "again_url": asking.url("activities.book", slug=page["slug"]),
        },
    )


def move_page(asking: Asking, token: str) -> Answer:
    """Show the free times of the host, and take another one."""
    _, meeting, page = _booked(asking, token)
    here = asking.url("activities.booking", token=token)
    if not _is_open(meeting, asking):
        return Redirect(here, N_("This meeting can no longer be changed."))
    slot, problem = _slot(asking.form.get("slot", "")), ""
    if slot is not None:
        try:
            move(page, meeting, slot, asking.system(REASON), asking.uow)
        except Conflict as taken:
            if taken.reason != "slot_taken":
                raise
            problem = TAKEN
        else:
            return Redirect(here, N_("The meeting has a new time."))
    times = _free_from(page, asking, hosts=movable_to(page, meeting, asking.uow), moving=int(meeting["id"]))
    return _times(
        page,
        (start for start in times if start != meeting["start_at"]),
        asking,
        problem=problem,
        moving=asking.url("activities.booking_move", token=token),
        present=_when(meeting["start_at"], asking),
    )


def cancel_page(asking: Asking, token: str) -> Answer:
    """Cancel the meeting; who asks twice is told the same."""
    _, meeting, _ = _booked(asking, token)
    if _is_open(meeting, asking):
        system = asking.system("the guest cancelled by the link")
        records(asking.uow).transition(
            system, ACTIVITY, int(meeting["id"]), "cancel", version=None, uow=asking.uow
        )
    return Redirect(asking.url("activities.booking", token=token))


def _book(page: Row, asking: Asking) -> Answer:
    uow, slot = asking.uow, _slot(asking.form.get("slot", ""))
    guest, problems = read_guest(asking)
    number, of = _made_by(guest, asking)
    if number and of == page["id"]:
        return _shown(number, asking)
    if number:
        problems["once"] = PROBLEMS["once"]
    if slot is None or not hosts_free(page, slot, uow):
        return _taken(page, asking)
    if problems:
        return _form(page, slot, asking, problems)
    system = asking.system(REASON)
    try:
        made = book(page, slot, guest, lambda host: contact_of(guest, host, system, uow), system, uow)
    except Conflict as taken:
        if taken.reason != "slot_taken":
            raise
        number, of = _made_by(guest, asking)
        return _shown(number, asking) if number and of == page["id"] else _taken(page, asking)
    booking, meeting = _rows(made, asking)
    told("booked", booking, meeting, page, uow, asking.root)
    return _shown(made, asking)


def _shown(booking: int, asking: Asking) -> Answer:
    _, meeting = _rows(booking, asking)
    return Redirect(asking.url("activities.booking", token=address(booking, meeting, asking.uow)))


def _made_by(guest: Guest, asking: Asking) -> tuple[int, int]:
    """Return the booking that this very form has made already, and of which page: a button is pressed twice."""
    if not guest.once:
        return 0, 0
    where = f"once == '{guest.once}'"
    found: Row | None = next(look_up(asking.uow, BOOKING, ("page",), where=where), None)
    return (int(found["id"]), found["page"].id) if found else (0, 0)


def _free_from(page: Row, asking: Asking, **more: Any) -> Iterator[datetime]:
    """Yield free times from the day that is asked for, which is one of whoever reads; else from now on."""
    first, now = _day(asking.args.get("from", "")), asking.uow.now
    if first is None or first <= now.astimezone(asking.style.zone).date():
        return free_from(page, asking.uow, now, **more)
    furthest = now.date() + timedelta(days=FURTHEST)
    begin = datetime.combine(min(first, furthest), time(), tzinfo=asking.style.zone)
    return free_from(page, asking.uow, begin.astimezone(UTC), **more)


def _taken(page: Row, asking: Asking) -> Page:
    return _times(page, _free_from(page, asking), asking, problem=TAKEN)


def _times(
    page: Row,
    times: Iterable[datetime],
    asking: Asking,
    *,
    problem: str = "",
    moving: str = "",
    present: str = "",
) -> Page:
    here = moving or asking.url("activities.book", slug=page["slug"])
    shown = list(islice(_days(times, asking), DAYS + 1))
    later = shown[DAYS]["date"] if len(shown) > DAYS else None
    first = _day(asking.args.get("from", ""))
    return Page(
        "activities/book.html",
        title=page["name"],
        values={
            **_common(page, asking),
            "days": shown[:DAYS],
            "later": f"{here}?from={later.isoformat()}" if later else "",
            "first": here if first and first > asking.uow.now.astimezone(asking.style.zone).date() else "",
            "problem": problem,
            "moving": moving,
            "present": present,
            "here": here,
        },
        status=409 if problem else 200,
    )


def _form(page: Row, slot: datetime, asking: Asking, problems: Mapping[str, str] = NO_PROBLEMS) -> Page:
    once = "" if "once" in problems else asking.form.get("once", "").strip()
    return Page(
        "activities/book_form.html",
        title=page["name"],
        values={
            **_common(page, asking),
            "slot": written(slot),
            "when": _when(slot, asking),
            "problems": problems,
            "typed": typed(asking),
            "once": once or secrets.token_urlsafe(18),
            "here": asking.url("activities.book", slug=page["slug"]),
        },
        status=422 if problems else 200,
    )


def _common(page: Row, asking: Asking) -> dict[str, Any]:
    return {
        "page": page,
        "zone": asking.style.zone.key,
        "hosts": [host.title for host in page["hosts"] or () if host.id in hosts_of(page, asking.uow)],
    }


def _days(times: Iterable[datetime], asking: Asking) -> Iterator[Mapping[str, Any]]:
    """Yield the free times by the day of whoever reads, each with how it is written."""
    style = asking.style

    def day_of(start: datetime) -> date:
        return start.astimezone(style.zone).date()

    for day, starts in groupby(times, key=day_of):
        yield {
            "date": day,
            "title": _written(day, asking),
            "times": [{"slot": written(start), "time": style.time(start)} for start in starts],
        }


def _when(start: datetime, asking: Asking) -> str:
    style = asking.style
    return f"{_written(start.astimezone(style.zone).date(), asking)}{style.language.list_separator}{style.time(start)}"


def _written(day: date, asking: Asking) -> str:
    style = asking.style
    return f"{style.locale.days['format']['wide'][day.weekday()]}{style.language.list_separator}{style.date(day)}"


def _page(slug: str, asking: Asking) -> Row:
    if not slug or set(slug) - SLUG:
        raise NotFound("There is nothing to book here.", code="no_booking_page")
    return page_of(asking.uow, f"slug == '{slug}'")


def _booked(asking: Asking, token: str) -> tuple[Row, Row, Row]:
    """Return booking, meeting and page of a link; where somebody acts, nobody else does so at once."""
    said = read_link(asking.uow, PURPOSE, token)
    asking.system(REASON)
    booking, meeting = _rows(int(said["b"]), asking)
    if asking.method == "POST":
        lock(asking.uow, ACTIVITY, [int(meeting["id"])])
        booking, meeting = _rows(int(said["b"]), asking)  # as whoever came first has left them
    page = next(look_up(asking.uow, PAGE, PAGE_FIELDS, where=f"id == {booking['page'].id}"), None)
    if page is None:
        raise NotFound("There is nothing to book here.", code="no_booking_page")
    return booking, meeting, page


def _rows(number: int, asking: Asking) -> tuple[Row, Row]:
    booking: Row | None = next(look_up(asking.uow, BOOKING, FIELDS, where=f"id == {number}"), None)
    where = f"id == {booking['activity'].id}" if booking else ""
    meeting: Row | None = next(look_up(asking.uow, ACTIVITY, MEETING, where=where), None) if where else None
    if booking is None or meeting is None:
        raise NotFound("This meeting does not take place any more.", code="booking_gone")
    return booking, meeting


def _is_open(meeting: Row, asking: Asking) -> bool:
    return bool(meeting["state"] == "planned" and meeting["start_at"] > asking.uow.now)


def written(start: datetime) -> str:
    """Return a moment as it stands in an address."""
    return f"{start.astimezone(UTC):%Y%m%dT%H%MZ}"


def _slot(text: str) -> datetime | None:
    """Return the moment of an address as `written` has it, and of nothing else."""
    try:
        return datetime.fromisoformat(text) if _SLOT.fullmatch(text) else None
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ROUTES = (
    Route(
        name="activities.book", path="/book/<slug>", handle=book_page, methods=("GET", "POST"), public=True
    ),
    Route(name="activities.booking", path="/booking/<token>", handle=booking_page, public=True),
    Route(
        name="activities.booking_move",
        path="/booking/<token>/move",
        handle=move_page,
        methods=("GET", "POST"),
        public=True,
    ),
    Route(
        name="activities.booking_cancel",
        path="/booking/<token>/cancel",
        handle=cancel_page,
        methods=("POST",),
        public=True,
    ),
)
