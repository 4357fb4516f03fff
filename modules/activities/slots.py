"""Free times: what is left of somebody's working hours between what they have to do already. Nothing here reads or writes."""

from __future__ import annotations

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


def free_times(offer: Offer, hours: WorkingTime, taken: Iterable[Span]) -> Iterator[datetime]:
    """Yield, in order, when a meeting of this length can begin: inside of working hours, away from what is there."""
    busy = sorted(taken)
    length, step = timedelta(minutes=offer.minutes), timedelta(minutes=offer.step)
    for opens, closes in _hours(offer, hours):
        start = opens
        while start + length <= closes:
            if start >= offer.earliest and not _meets(start, start + length, offer.buffer, busy):
                yield start
            start += step


def free_hosts(
    offer: Offer, hosts: Mapping[int, tuple[WorkingTime, Sequence[Span]]]
) -> Mapping[datetime, list[int]]:
    """Return who is free at each beginning, in order of time."""
    found: dict[datetime, list[int]] = {}
    for host, (hours, taken) in hosts.items():
        for start in free_times(offer, hours, taken):
            found.setdefault(start, []).append(host)
    return dict(sorted(found.items()))


def _hours(offer: Offer, hours: WorkingTime) -> Iterator[Span]:
    """Yield the working hours of the days that can be booked, as moments."""
    first = offer.earliest.astimezone(hours.zone).date()
    for number in range(offer.days_ahead + 1):
        day = first + timedelta(days=number)
        for begins, ends in hours.on(day):
            yield _moment(day, begins, hours), _moment(day, ends, hours)


def _moment(day: date, minute: int, hours: WorkingTime) -> datetime:
    local = datetime.combine(day, time(), tzinfo=hours.zone) + timedelta(minutes=minute)
    return local.astimezone(UTC)


def _meets(start: datetime, end: datetime, buffer: int, busy: Sequence[Span]) -> bool:
    """Tell whether something lies over this time, or nearer to it than it may."""
    apart = timedelta(minutes=buffer)
    return any(start < until + apart and end > since - apart for since, until in busy)
