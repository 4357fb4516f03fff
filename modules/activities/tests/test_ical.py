"""Activities as calendar programs read them: escaped, folded, in UTC, whole days as dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

from modules.activities.ical import Event, calendar_text, escaped, folded

MOMENT = datetime(2026, 3, 21, 5, 30, tzinfo=UTC)


def event(**values):
    known = {
        "uid": "a@payvand",
        "revision": 3,
        "changed": MOMENT,
        "start": MOMENT,
        "end": MOMENT,
        "summary": "Call",
    }
    return Event(**{**known, **values})


def lines(*events):
    return calendar_text("Sara", events).decode().split("\r\n")


def test_a_calendar_has_its_frame_and_an_entry_for_each_activity():
    found = lines(event())
    assert found[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert found[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "UID:a@payvand",
        "SEQUENCE:3",
        "DTSTART:20260321T053000Z",
        "SUMMARY:Call",
        "STATUS:CONFIRMED",
    ):
        assert line in found


def test_whole_days_are_dates():
    found = lines(event(start=date(2026, 3, 21), end=date(2026, 3, 22)))
    assert "DTSTART;VALUE=DATE:20260321" in found
    assert "DTEND;VALUE=DATE:20260322" in found


def test_marks_of_the_format_are_escaped():
    assert escaped("a,b;c\\d\r\ne\nf") == "a\\,b\\;c\\\\d\\ne\\nf"


def test_long_lines_are_folded_at_75_octets_without_tearing_letters():
    line = "SUMMARY:" + "پیگیری پیش‌فاکتور " * 12
    pieces = folded(line).split("\r\n")
    assert max(len(piece.encode()) for piece in pieces) <= 75
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert "".join([pieces[0], *(piece[1:] for piece in pieces[1:])]) == line
    assert folded("short") == "short"


def test_what_was_cancelled_says_so():
    assert "STATUS:CANCELLED" in lines(event(cancelled=True))
