"""What was forecast of a period, week by week, and what came of it: from what was kept then, never from today's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.sdk import Actor, Style, UnitOfWork, aggregate
from modules.sales.funnel import OPPORTUNITY, amount_of, moment
from modules.sales.results import closed_in
from modules.sales.snapshots import SNAPSHOT

AHEAD = dt.timedelta(days=92)
"""What was kept so long before a period is shown, too."""

Groups = Mapping[object, Mapping[str, object]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """One week: won by then, the weighted rest, committed, and what of it has slipped out of the period since."""

    on: dt.date
    won: Decimal
    weighted: Decimal
    commit: Decimal
    open_count: int
    slipped_count: int
    slipped: Decimal

    @property
    def expected(self) -> Decimal:
        """What was expected in all."""
        return self.won + self.weighted


@dataclass(frozen=True, kw_only=True, slots=True)
class Accuracy:
    """A period: what was expected of it week by week, what was won, and whether it is over."""

    actual: Decimal
    over: bool
    weeks: tuple[Taken, ...]

    def of(self, week: Taken) -> Decimal | None:
        """Return how near a forecast came, in percent, not below nothing; None while it is open or nothing was won."""
        if not self.over or not self.actual:
            return None
        return max(Decimal(0), 100 - abs(self.actual - week.expected) * 100 / self.actual)


def accuracy(uow: UnitOfWork, actor: Actor, style: Style, start: dt.date, end: dt.date) -> Accuracy:
    """Return what ``actor`` sees of the forecasts of ``start`` up to the day before ``end``."""
    closed = closed_in(style, start, end)
    (won,) = aggregate(
        uow, OPPORTUNITY, (), ("sum(amount_base)",), where=f"state == 'won' and {closed}", actor=actor
    )
    kept = f"taken_on >= date('{start - AHEAD}') and taken_on < date('{end}')"
    days = f"expected_close >= date('{start}') and expected_close < date('{end}')"
    rest = f"{kept} and state == 'open' and {days} and expected_close >= taken_on"
    over = moment(style.instants(start, end)[1])
    later = (
        f"(opportunity.state == 'open' and opportunity.expected_close >= date('{end}')"
        f" or opportunity.state != 'open' and opportunity.closed_at >= datetime('{over}'))"
    )
    all_days = _by_day(uow, actor, kept)
    then_won = _by_day(uow, actor, f"{kept} and state == 'won' and {closed}")
    then_open = _by_day(uow, actor, rest)
    committed = _by_day(uow, actor, f"{rest} and category == 'commit'")
    slipped = _by_day(uow, actor, f"{rest} and {later}")
    weeks = tuple(
        Taken(
            on=day,
            won=_sum(then_won, day, "amount"),
            weighted=_sum(then_open, day, "weighted"),
            commit=_sum(then_won, day, "amount") + _sum(committed, day, "amount"),
            open_count=_count(then_open, day),
            slipped_count=_count(slipped, day),
            slipped=_sum(slipped, day, "amount"),
        )
        for day in sorted(day for day in all_days if isinstance(day, dt.date))
    )
    return Accuracy(actual=amount_of(won["sum(amount_base)"]), over=end <= style.today(uow.now), weeks=weeks)


def _by_day(uow: UnitOfWork, actor: Actor, where: str) -> Groups:
    measures: Sequence[str] = ("count()", "sum(amount)", "sum(weighted)")
    found = aggregate(uow, SNAPSHOT, ("taken_on",), measures, where=where, actor=actor)
    return {group["taken_on"]: group for group in found}


def _sum(groups: Groups, day: dt.date, name: str) -> Decimal:
    return amount_of(groups[day][f"sum({name})"]) if day in groups else Decimal(0)


def _count(groups: Groups, day: dt.date) -> int:
    return int(str(groups[day]["count()"])) if day in groups else 0
