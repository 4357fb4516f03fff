"""When an activity is: from what was given to a beginning, an end, a day and a moment from which it is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """What holds for a kind of activity where nothing was said: how long it takes, and in how many days."""

    minutes: int = 30
    offset: int = 1


def settled(
    values: Mapping[str, object], usual: Usual, zone: ZoneInfo, now: datetime
) -> Mapping[str, object]:
    """Return the times of an activity that follow from those that were given.

    An activity of a whole day is a date, wherever one reads it; its moments are those of the zone it was meant in.
    One with a beginning is due at its end. One without any time is meant for a whole day, the usual one of its kind.
    """
    start, end, due = (_moment(values.get(name)) for name in ("start_at", "end_at", "due_at"))
    if values.get("all_day") is True or (start is None and due is None):
        return {"all_day": True, **_whole_day(_day(values, start, usual, zone, now), zone)}
    if start is None:
        assert due is not None  # one of the two is there
        return {"start_at": None, "end_at": None, "day": due.astimezone(zone).date()}
    last = end if end is not None else start + timedelta(minutes=usual.minutes)
    return {"end_at": last, "due_at": last, "day": start.astimezone(zone).date()}


def local_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time; one that the clocks skip is as much later as they were put forward."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _whole_day(day: date, zone: ZoneInfo) -> dict[str, object]:
    return {
        "day": day,
        "start_at": local_moment(day, time(0), zone),
        "end_at": local_moment(day + timedelta(days=1), time(0), zone),
        "due_at": local_moment(day, LAST_MINUTE, zone),
    }


def _day(
    values: Mapping[str, object], start: datetime | None, usual: Usual, zone: ZoneInfo, now: datetime
) -> date:
    given = values.get("day")
    if isinstance(given, date):
        return given
    if start is not None:
        return start.astimezone(zone).date()
    return now.astimezone(zone).date() + timedelta(days=usual.offset)


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
