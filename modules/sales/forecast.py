"""What is likely to be sold in a period, as the reader may see it: by seller and team, by category, beside the quota.

Rules after `crm.md` 3.6: weighted is the amount times the probability over open opportunities that are expected to close
in the period; what was won counts whole, what was lost not at all; what is overdue stands apart, is in no other figure,
and is never moved. What a leader expects stands beside what was worked out, never in its place.
Categories are cumulative: commit holds what is closed, best case what is committed, pipeline all the rest. Amounts are
those in the site's currency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from core.sdk import Actor, Money, Ref, Style, UnitOfWork, aggregate, look_up
from modules.sales.funnel import OPPORTUNITY, amount_of
from modules.sales.results import closed_in

AMOUNT, WEIGHTED = "sum(amount_base)", "sum(weighted_base)"
STEPS = ("closed", "commit", "best_case", "pipeline")
"""Categories from sure to unsure; each one holds those before it. What is left out counts nowhere."""

SAID = "sales.forecast_override"
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The period of one seller, of one team, or of all: amounts in the site's currency.

    ``said`` is what a leader expects, None where nobody said. ``by_step`` are cumulative. ``unpriced`` counts open opportunities of the period that have no amount in it.
    """

    owner: Ref | None = None
    won: Decimal = ZERO
    won_count: int = 0
    open: Decimal = ZERO
    open_count: int = 0
    weighted: Decimal = ZERO
    by_step: Mapping[str, Decimal] = field(default_factory=lambda: dict.fromkeys(STEPS, ZERO))
    overdue: Decimal = ZERO
    overdue_count: int = 0
    unpriced: int = 0
    quota: Decimal = ZERO
    said: Decimal | None = None

    @property
    def expected(self) -> Decimal:
        """What was won, and the weighted rest."""
        return self.won + self.weighted

    @property
    def attainment(self) -> Decimal | None:
        """How much of the quota is won, in percent; None without a quota."""
        return (self.won * 100 / self.quota) if self.quota else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """A period by seller, by team, and all together. ``end`` is the day after its last."""

    start: dt.date
    end: dt.date
    currency: str
    rows: tuple[Row, ...]
    teams: tuple[Row, ...]
    total: Row


Kept = dict[str, dict[int | None, Row]]
"""Rows by whom they are of: ``owner`` or ``team``."""


def forecast(uow: UnitOfWork, actor: Actor, style: Style, start: dt.date, end: dt.date) -> Forecast:
    """Return what ``actor`` sees of the period ``start`` up to the day before ``end``."""
    kept: Kept = {"owner": {}, "team": {}}
    _add_open(kept, uow, actor, expected_in(start, end))
    _add_won(kept, uow, actor, closed_in(style, start, end))
    _add_overdue(kept, uow, actor)
    for by, rows in kept.items():
        _add_quotas(rows, uow, actor, by, start, end)
    _add_said(kept["owner"], uow, actor, start, end)
    sellers, teams = map(_sorted, kept.values())
    return Forecast(
        start=start,
        end=end,
        currency=_currency(uow),
        rows=sellers,
        teams=tuple(row for row in teams if row.owner is not None),
        total=_sum(sellers),
    )


def _sorted(rows: Mapping[int | None, Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows.values(), key=lambda row: (-row.expected, row.owner.id if row.owner else 0)))


def expected_in(start: dt.date, end: dt.date) -> str:
    """Return the expression for what is expected to close in a period, without what is overdue."""
    days = f"expected_close >= date('{start}') and expected_close < date('{end}')"
    return f"state == 'open' and {days} and expected_close >= $today"


def _add_open(kept: Kept, uow: UnitOfWork, actor: Actor, inside: str) -> None:
    measures = (AMOUNT, WEIGHTED, "count()", "count(amount_base)")
    groups = aggregate(uow, OPPORTUNITY, (*kept, "forecast_category"), measures, where=inside, actor=actor)
    for rows, row, group in _each(kept, groups):
        amount, category = amount_of(group[AMOUNT]), str(group["forecast_category"])
        rows[_id(row.owner)] = replace(
            row,
            open=row.open + amount,
            open_count=row.open_count + int(str(group["count()"])),
            weighted=row.weighted + amount_of(group[WEIGHTED]),
            by_step=_cumulated(row.by_step, category, amount),
            unpriced=row.unpriced + int(str(group["count()"])) - int(str(group["count(amount_base)"])),
        )


def _add_won(kept: Kept, uow: UnitOfWork, actor: Actor, closed: str) -> None:
    where = f"state == 'won' and {closed}"
    groups = aggregate(uow, OPPORTUNITY, tuple(kept), (AMOUNT, "count()"), where=where, actor=actor)
    for rows, row, group in _each(kept, groups):
        amount = amount_of(group[AMOUNT])
        rows[_id(row.owner)] = replace(
            row,
            won=row.won + amount,
            won_count=row.won_count + int(str(group["count()"])),
            by_step=_cumulated(row.by_step, "closed", amount),
        )


def _add_overdue(kept: Kept, uow: UnitOfWork, actor: Actor) -> None:
    where = "state == 'open' and expected_close < $today"
    groups = aggregate(uow, OPPORTUNITY, tuple(kept), (AMOUNT, "count()"), where=where, actor=actor)
    for rows, row, group in _each(kept, groups):
        rows[_id(row.owner)] = replace(
            row,
            overdue=row.overdue + amount_of(group[AMOUNT]),
            overdue_count=row.overdue_count + int(str(group["count()"])),
        )


def _each(
    kept: Kept, groups: Iterable[Mapping[str, object]]
) -> Iterator[tuple[dict[int | None, Row], Row, Mapping[str, object]]]:
    """Yield each group with the row of its seller and with that of its team, which are to be written back."""
    for group in groups:
        for by, rows in kept.items():
            yield rows, _row(rows, group[by]), group


def _add_quotas(
    rows: dict[int | None, Row], uow: UnitOfWork, actor: Actor, by: str, start: dt.date, end: dt.date
) -> None:
    """Add the quotas that lie wholly in the period, for those who have a row or a quota."""
    whose = "person" if by == "owner" else "for_team"
    inside = f"starts >= date('{start}') and ends < date('{end}') and not is_empty({whose})"
    for quota in look_up(uow, "sales.quota", (whose, "amount_base"), where=inside, actor=actor):
        row = _row(rows, quota[whose])
        rows[_id(row.owner)] = replace(row, quota=row.quota + _worth(quota["amount_base"]))


def _add_said(
    rows: dict[int | None, Row], uow: UnitOfWork, actor: Actor, start: dt.date, end: dt.date
) -> None:
    """Add what leaders expect of sellers in this very period."""
    same = f"starts == date('{start}') and ends == date('{end - dt.timedelta(days=1)}')"
    for one in look_up(uow, SAID, ("person", "amount_base"), where=same, actor=actor):
        row = _row(rows, one["person"])
        rows[_id(row.owner)] = replace(row, said=_worth(one["amount_base"]))


def _worth(amount: object) -> Decimal:
    return amount.amount if isinstance(amount, Money) else ZERO


def _cumulated(steps: Mapping[str, Decimal], category: str, amount: Decimal) -> Mapping[str, Decimal]:
    """Add an amount to its category and to all less sure ones; a category that is left out adds nothing."""
    if category not in STEPS:
        return steps
    at = STEPS.index(category)
    return {name: value + (amount if n >= at else ZERO) for n, (name, value) in enumerate(steps.items())}


def _row(rows: Mapping[int | None, Row], owner: object) -> Row:
    found = owner if isinstance(owner, Ref) else None
    return rows.get(_id(found)) or Row(owner=found)


def _sum(rows: Iterable[Row]) -> Row:
    total = Row()
    for row in rows:
        total = replace(
            total,
            **{
                name: getattr(total, name) + getattr(row, name)
                for name in (
                    "won",
                    "won_count",
                    "open",
                    "open_count",
                    "weighted",
                    "overdue",
                    "overdue_count",
                    "unpriced",
                    "quota",
                )
            },
            said=row.said if total.said is None else total.said + (row.said or ZERO),
            by_step={name: total.by_step[name] + row.by_step[name] for name in STEPS},
        )
    return total


def _currency(uow: UnitOfWork) -> str:
    assert uow.site is not None  # reports are asked of a site
    return uow.site.settings.currency


def _id(ref: Ref | None) -> int | None:
    return ref.id if ref else None
