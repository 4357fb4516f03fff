"""Free times: what is left of somebody's working hours between what they have to do already. Nothing here reads or writes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from core.sdk import WorkingTime

Span = tuple[datetime, datetime]
"""From one moment to another; the second is left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What can be booked: how long, how often it begins, how far from other things, from when and until which day."""

    minutes: int
    step: int
    buffer: int
    earliest: datetime
    days_ahead: int


def free_times(
    offer: Offer, hours: WorkingTime, taken: Iterable[Span], window: Span | None = None
) -> Iterator[datetime]:
    """Yield, in order, when a meeting of this length can begin: inside of working hours, away from what is there.

    With a ``window`` only what begins in it is looked at.
    """
    busy = _Busy(taken, timedelta(minutes=offer.buffer))
    length, step = timedelta(minutes=offer.minutes), timedelta(minutes=offer.step)
    first = max(offer.earliest, window[0]) if window else offer.earliest
    for opens, closes in _hours(offer, hours, window):
        start = _next(opens, first, step)
        while start + length <= closes and (window is None or start < window[1]):
            until = busy.until(start, start + length)
            if until is None:
                yield start
            start = _next(start + step, until or start, step)


def free_hosts(
    offer: Offer, hosts: Mapping[int, tuple[WorkingTime, Sequence[Span]]], window: Span | None = None
) -> Mapping[datetime, list[int]]:
    """Return who is free at each beginning, in order of time."""
    found: dict[datetime, list[int]] = {}
    for host, (hours, taken) in hosts.items():
        for start in free_times(offer, hours, taken, window):
            found.setdefault(start, []).append(host)
    return dict(sorted(found.items()))


class _Busy:
    """What is there already with the minutes before and after it, as spans in order of which none touches another."""

    def __init__(self, taken: Iterable[Span], apart: timedelta) -> None:
        self._begins: list[datetime] = []
        self._ends: list[datetime] = []
        for since, until in sorted((since - apart, until + apart) for since, until in taken):
            if self._ends and since <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], until)
            else:
                self._begins.append(since)
                self._ends.append(until)

    def until(self, start: datetime, end: datetime) -> datetime | None:
        """Return until when something lies over a time, None where nothing does; only the last that begins before its end can."""
        place = bisect_left(self._begins, end)
        return self._ends[place - 1] if place and self._ends[place - 1] > start else None


def _next(start: datetime, earliest: datetime, step: timedelta) -> datetime:
    """Return the first beginning, so many steps behind another, that is not too early."""
    return start + max(0, -((start - earliest) // step)) * step


def _hours(offer: Offer, hours: WorkingTime, window: Span | None) -> Iterator[Span]:
    """Yield the working hours of the days that can be booked, as moments; of a window those of its days."""
    first = offer.earliest.astimezone(hours.zone).date()
    last = first + timedelta(days=offer.days_ahead)
    if window is not None:
        first = max(first, window[0].astimezone(hours.zone).date())
        last = min(last, window[1].astimezone(hours.zone).date())
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for begins, ends in hours.on(day):
            yield _moment(day, begins, hours), _moment(day, ends, hours)


def _moment(day: date, minute: int, hours: WorkingTime) -> datetime:
    local = datetime.combine(day, time(), tzinfo=hours.zone) + timedelta(minutes=minute)
    return local.astimezone(UTC)
