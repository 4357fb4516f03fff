"""`WorkingTime`: the hours in which somebody works, and arithmetic that counts nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from core.errors import Conflict

Interval: TypeAlias = tuple[int, int]
"""From one minute of a day to another, such as ``(480, 720)`` for 8 to 12 o'clock; the second is left out."""

Intervals: TypeAlias = tuple[Interval, ...]

DAY = 24 * 60
FURTHEST = 400
"""Days that a calculation looks at before it gives up: a calendar may have no hours at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingTime:
    """A week of intervals in a zone, with exceptions by date: holidays without any, days with other hours.

    Weekdays count from Monday = 0. Intervals of a day are put in order, and must not overlap; one that goes on past
    midnight is written as two. Minutes are those that pass, so that a change of the clock inside an interval counts.
    """

    zone: ZoneInfo
    week: Mapping[int, Intervals]
    exceptions: Mapping[date, Intervals] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for intervals in (*self.week.values(), *self.exceptions.values()):
            check_intervals(intervals)

    def is_open(self, at: datetime) -> bool:
        """Tell whether a moment lies in working time; the end of an interval does not."""
        moment = _utc(at)
        return any(start <= moment < end for start, end in self._spans(moment, moment + timedelta(minutes=1)))

    def add(self, start: datetime, minutes: int) -> datetime:
        """Return the moment at which so many minutes of work have passed since ``start``, in its zone.

        None have passed at ``start`` itself, be it working time or not. `Conflict` where there is too little working
        time in the next 400 days.
        """
        if minutes < 0:
            raise ValueError("Working time is added forwards only.")
        moment, left = _utc(start), timedelta(minutes=minutes)
        if not left:
            return start
        for begins, ends in self._spans(moment, moment + timedelta(days=FURTHEST)):
            begins = max(begins, moment)
            if ends - begins >= left:
                return (begins + left).astimezone(start.tzinfo)
            left -= ends - begins
        raise _too_far()

    def between(self, start: datetime, end: datetime) -> int:
        """Return the whole minutes of work between two moments, below zero where the second is earlier."""
        if _utc(end) < _utc(start):
            return -self.between(end, start)
        first, last = _utc(start), _utc(end)
        if last - first > timedelta(days=FURTHEST):
            raise _too_far()
        worked = sum(
            (min(ends, last) - max(begins, first) for begins, ends in self._spans(first, last)), timedelta()
        )
        return worked // timedelta(minutes=1)

    def on(self, day: date) -> Intervals:
        """Return the hours of a date, in order."""
        return tuple(sorted(self.exceptions.get(day, self.week.get(day.weekday(), ()))))

    def _spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the intervals that touch this stretch of time, in order."""
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for begins, ends in self.on(day):
                opens, closes = self._moment(day, begins), self._moment(day, ends)
                if closes > start and opens < end:
                    yield opens, closes
            day += timedelta(days=1)

    def _moment(self, day: date, minute: int) -> datetime:
        """Return a minute of a local day; one that the clocks skip is the moment at which they do."""
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(minutes=minute)
        return local.astimezone(UTC)


def always(zone: ZoneInfo) -> WorkingTime:
    """Return the working time of somebody who never rests: every minute counts."""
    return WorkingTime(zone=zone, week=MappingProxyType(dict.fromkeys(range(7), ((0, DAY),))))


def check_intervals(intervals: Intervals) -> None:
    """Raise `ValueError` where intervals are empty, reach past the day or overlap."""
    last = 0
    for start, end in sorted(intervals):
        if not last <= start < end <= DAY:
            raise ValueError("Intervals of a day lie in it, one after the other.")
        last = end


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs its zone.")
    return moment.astimezone(UTC)


def _too_far() -> Conflict:
    return Conflict(
        "This takes more than {days} days of the working calendar; look whether it has any hours.",
        code="no_working_time",
        days=FURTHEST,
    )
