"""Activities as a calendar of RFC 5545: escaped, folded, in UTC; whole days are dates in every zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

WIDTH = 75
"""So many octets a line has at most."""

PRODUCT = "-//Payvand//activities//EN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One entry of a calendar. ``start`` is a date where it takes whole days; ``end`` is then the day after."""

    uid: str
    revision: int
    changed: datetime
    start: datetime | date
    end: datetime | date
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    cancelled: bool = False


def calendar_text(name: str, events: Iterable[Event]) -> bytes:
    """Return a calendar as bytes that calendar programs read."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for event in events:
        lines += _lines(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def escaped(text: str) -> str:
    """Return a text as a value: commas, semicolons, backslashes and ends of lines are escaped."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets; no letter is torn apart."""
    pieces: list[str] = []
    piece, room = "", WIDTH
    for letter in line:
        size = len(letter.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", WIDTH - 1  # the space in front counts
        piece += letter
        room -= size
    return "\r\n ".join([*pieces, piece])


def _lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"SEQUENCE:{event.revision}"
    yield f"DTSTAMP:{_moment(event.changed)}"
    yield _time("DTSTART", event.start)
    yield _time("DTEND", event.end)
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.location:
        yield f"LOCATION:{escaped(event.location)}"
    if event.url:
        yield f"URL:{event.url}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"


def _time(name: str, value: datetime | date) -> str:
    if isinstance(value, datetime):
        return f"{name}:{_moment(value)}"
    return f"{name};VALUE=DATE:{value:%Y%m%d}"


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def day_after(day: date) -> date:
    """Return the end of an entry of one whole day."""
    return day + timedelta(days=1)
