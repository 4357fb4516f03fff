"""What became of opportunities: win rate by day of closing, days to close, why and to whom lost, and how old open ones are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.sdk import Actor, Ref, Style, UnitOfWork, aggregate
from modules.sales.funnel import OPPORTUNITY, amount_of, moment

AGES = ((0, 7), (8, 30), (31, 60), (61, 90), (91, None))
"""Days in the present stage, both ends counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One reason, competitor or age: how many, and worth how much in the site's currency."""

    key: object
    count: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """What was closed in a period."""

    won: Part
    lost: Part
    median_days: int | None
    mean_days: Decimal | None
    reasons: tuple[Part, ...]
    competitors: tuple[Part, ...]

    @property
    def win_rate(self) -> Decimal | None:
        """Won of won and lost, in percent; None where nothing was closed."""
        closed = self.won.count + self.lost.count
        return Decimal(self.won.count * 100) / closed if closed else None


def results(uow: UnitOfWork, actor: Actor, style: Style, start: dt.date, end: dt.date) -> Results:
    """Return what ``actor`` sees of what was closed from ``start`` up to the day before ``end``."""
    closed = closed_in(style, start, end)
    by_state = {str(part.key): part for part in _parts(uow, actor, "state", f"state != 'open' and {closed}")}
    nothing = Part(key=None, count=0, amount=Decimal(0))
    days = _days(uow, actor, f"state == 'won' and {closed}")
    lost = f"state == 'lost' and {closed}"
    return Results(
        won=by_state.get("won", nothing),
        lost=by_state.get("lost", nothing),
        median_days=median(days),
        mean_days=mean(days),
        reasons=tuple(_parts(uow, actor, "lost_reason", lost)),
        competitors=tuple(
            part for part in _parts(uow, actor, "lost_competitor", lost) if isinstance(part.key, Ref)
        ),
    )


def ages(uow: UnitOfWork, actor: Actor, now: dt.datetime) -> Sequence[Part]:
    """Return the open opportunities by days in their stage."""
    found = []
    for least, most in AGES:
        where = "state == 'open'"
        if least:
            where += f" and stage_entered_at <= datetime('{moment(now - dt.timedelta(days=least))}')"
        if most is not None:
            where += f" and stage_entered_at > datetime('{moment(now - dt.timedelta(days=most + 1))}')"
        (group,) = aggregate(uow, OPPORTUNITY, (), ("count()", "sum(amount_base)"), where=where, actor=actor)
        found.append(
            Part(
                key=(least, most),
                count=int(str(group["count()"])),
                amount=amount_of(group["sum(amount_base)"]),
            )
        )
    return found


def _parts(uow: UnitOfWork, actor: Actor, by: str, where: str) -> Sequence[Part]:
    groups = aggregate(uow, OPPORTUNITY, (by,), ("count()", "sum(amount_base)"), where=where, actor=actor)
    parts = [
        Part(key=g[by], count=int(str(g["count()"])), amount=amount_of(g["sum(amount_base)"])) for g in groups
    ]
    return sorted(parts, key=lambda part: (-part.count, str(part.key)))


def _days(uow: UnitOfWork, actor: Actor, where: str) -> Mapping[int, int]:
    """Return how many opportunities took how many days, the same number of days once."""
    groups = aggregate(uow, OPPORTUNITY, ("cycle_days",), ("count()",), where=where, actor=actor)
    return {int(str(g["cycle_days"])): int(str(g["count()"])) for g in groups if g["cycle_days"] is not None}


def median(counts: Mapping[int, int]) -> int | None:
    """Return the middle of counted values; of two middles the lower one."""
    middle, passed = (sum(counts.values()) + 1) // 2, 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= middle:
            return value
    return None


def mean(counts: Mapping[int, int]) -> Decimal | None:
    """Return the mean of counted values."""
    number = sum(counts.values())
    return Decimal(sum(value * count for value, count in counts.items())) / number if number else None


def closed_in(style: Style, start: dt.date, end: dt.date) -> str:
    """Return the expression for what was closed in a period of the reader's zone."""
    first, last = style.instants(start, end)
    return f"closed_at >= datetime('{moment(first)}') and closed_at < datetime('{moment(last)}')"
