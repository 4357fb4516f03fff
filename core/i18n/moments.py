"""Move between stored instants (UTC) and what a clock on the wall shows in a reader's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.i18n.characters import ascii_digits
from core.i18n.unreadable import Unreadable

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def find_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of this name, or None where the data knows none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the local time of a stored instant; one without zone is taken as UTC, as it is stored.

    At the ends of the years that there are it is the last moment that can be told.
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(zone)
    except OverflowError:
        return datetime.min.replace(tzinfo=zone) if aware.year == 1 else datetime.max.replace(tzinfo=zone)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day, in UTC, also where midnight does not exist there."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def instants(start: date, end: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open range of instants that the local days ``start <= day < end`` span."""
    return day_start(start, zone), day_start(end, zone)


def local_moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time, in UTC; of one that comes twice the first; refuse one left out."""
    local = datetime.combine(day, clock, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Unreadable(
            "The time {time} does not exist on this day: the clocks were moved forward.",
            code="no_such_time",
            time=f"{clock:%H:%M}",
        )
    return moment


def read_time(text: str) -> time:
    """Return the time of day typed, on a 24-hour clock; raise `Unreadable` where it is none."""
    match = _TIME.fullmatch(ascii_digits(text).strip())
    if match is None:
        raise Unreadable("Write a time like {example}.", code="time_unreadable", example="14:30")
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable("Write a time like {example}.", code="time_unreadable", example="14:30")
    return time(hour, minute, second)


def is_recent(moment: datetime, now: datetime, days: int = 7) -> bool:
    """Tell whether two instants are less than ``days`` apart."""
    return abs(moment - now) < timedelta(days=days)
