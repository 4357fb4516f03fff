"""The score of a lead: how well it fits, and how much it has done, with what was long ago counting less.

``score(t) = sum of points × 2^(−(t − at) / half-life)``. What a rule counts at most, each day and in all, is applied
before the decay; the latest events count first. Fit does not decay. Machines that open mails count for nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

HOT_FROM, COLD_BELOW = 60, 45
"""A lead is hot from here on, and stays so until it falls below there."""

DAY = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreRule:
    """What an event of a kind is worth, and how much of it counts; without a half-life it counts for ever."""

    id: int
    name: str
    points: int
    event: str = ""
    most_a_day: int | None = None
    most: int | None = None
    half_life_days: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that a lead did."""

    kind: str
    at: datetime
    bot: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one rule gives: for how many events, before and after the decay."""

    rule: ScoreRule
    events: int
    points: float
    now: float


def engagement(rules: Iterable[ScoreRule], events: Sequence[Event], now: datetime) -> list[Share]:
    """Return what each rule gives for these events; rules that give nothing are left out."""
    of: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if not event.bot and event.at <= now:
            of[event.kind].append(event)
    shares = [_share(rule, of[rule.event], now) for rule in rules]
    return [share for share in shares if share.events]


def _share(rule: ScoreRule, events: Sequence[Event], now: datetime) -> Share:
    counted, points, today = 0, 0.0, 0.0
    spent: dict[object, float] = defaultdict(float)
    for event in sorted(events, key=lambda e: e.at, reverse=True):
        worth = _within(rule.points, rule.most_a_day, spent[event.at.date()])
        worth = _within(worth, rule.most, points)
        if worth == 0:
            continue
        spent[event.at.date()] += worth
        counted, points = counted + 1, points + worth
        today += worth * _left(rule, event, now)
    return Share(rule=rule, events=counted, points=points, now=today)


def _within(worth: float, most: int | None, spent: float) -> float:
    """Return what of ``worth`` still fits; rules that take points away are bounded alike."""
    if most is None:
        return worth
    room = max(0.0, most - abs(spent))
    return max(-room, min(room, worth))


def _left(rule: ScoreRule, event: Event, now: datetime) -> float:
    if not rule.half_life_days:
        return 1.0
    age: float = (now - event.at).total_seconds() / DAY / rule.half_life_days
    return float(2.0**-age)


def is_hot(score: int, hot: bool) -> bool:
    """Tell whether a lead is hot: it becomes so at one score and stops at a lower one, so that it does not flap."""
    return score >= COLD_BELOW if hot else score >= HOT_FROM
