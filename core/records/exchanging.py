"""Amounts in the site's currency: at the rate of their day, live until they are frozen, never at a guessed rate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.errors import Conflict
from core.hooks import Plugins
from core.i18n import Money
from core.i18n.currencies import crossed, exchanged
from core.records.change import Draft
from core.records.plan import Exchange
from core.records.work import Work
from core.storage import UnitOfWork

KNOWN = "core.exchange_rates"
"""Where a unit of work remembers the rates it was told."""

Dated = tuple[str, date]


def find_rates(uow: UnitOfWork, wanted: Collection[Dated]) -> Mapping[Dated, Decimal | None]:
    """Return the rate to the site's currency of each (currency, day); None where nobody knows one."""
    known: dict[Dated, Decimal | None] = uow.memo.setdefault(KNOWN, {})
    missing = sorted(set(wanted) - known.keys())
    if missing and uow.site is not None:
        told = uow.site.get(Plugins).call.exchange_rates(wanted=missing, uow=uow) or {}
        known.update({pair: told.get(pair) for pair in missing})
    return {pair: known.get(pair) for pair in wanted}


def forget_rates(uow: UnitOfWork) -> None:
    """Ask anew: rates have been changed in this unit of work."""
    uow.memo.pop(KNOWN, None)


def rate_of(uow: UnitOfWork, currency: str, on: date) -> Decimal:
    """Return how much of the site's currency one of ``currency`` is worth on a day, or say that nobody knows."""
    own = _own(uow)
    if currency == own:
        return Decimal(1)
    rate = find_rates(uow, [(currency, on)])[currency, on]
    if rate is None:
        raise Conflict(
            "There is no rate of {currency} to {base} for this day or an earlier one; add it to the exchange rates.",
            code="no_rate",
            currency=currency,
            base=own,
            on=on.isoformat(),
        )
    return rate


def converted(uow: UnitOfWork, money: Money, to: str, on: date) -> Money:
    """Return an amount in another currency, over the site's, rounded once; `Conflict` where a rate is missing."""
    if money.currency == to:
        return money
    return crossed(money, rate_of(uow, money.currency, on), rate_of(uow, to, on), to)


def exchange(work: Work, how: Exchange, drafts: Sequence[Draft]) -> None:
    """Fill the amounts in the site's currency, and their rates; both are empty where no rate is known."""
    own = _own(work.uow) or work.context.currency
    open_ones: list[tuple[Draft, Money, Dated]] = []
    for draft in drafts:
        amount = _value(draft, how.amount)
        if not isinstance(amount, Money):
            draft.after |= {how.base: None, how.rate: None}
        elif (kept := _kept(work, how, draft, amount)) is not None:
            draft.after |= kept
        elif amount.currency == own:
            draft.after |= {how.base: amount, how.rate: Decimal(1)}
        else:
            on = _value(draft, how.date)
            day = on if isinstance(on, date) else work.uow.today
            open_ones.append((draft, amount, (amount.currency, day)))
    rates = find_rates(work.uow, [pair for _, _, pair in open_ones]) if open_ones else {}
    for draft, amount, pair in open_ones:
        rate = rates[pair]
        base = None if rate is None else _fitting(work, how, exchanged(amount, rate, own))
        draft.after |= {how.base: base, how.rate: None if base is None else rate}


def _kept(work: Work, how: Exchange, draft: Draft, amount: Money) -> Mapping[str, object] | None:
    """Return what a frozen amount keeps: its rate, and what a corrected amount is worth at it; None while it is live."""
    if how.frozen_when is None or not draft.before:
        return None
    old = work.old(draft)
    if old is None or how.frozen_when(old, work.env(old)) is not True:
        return None
    if how.frozen_when(work.view(draft), work.env(old)) is not True:
        return None
    before, base, rate = (draft.before.get(name) for name in (how.amount, how.base, how.rate))
    if not (isinstance(before, Money) and isinstance(base, Money) and isinstance(rate, Decimal)):
        return None
    if before.currency != amount.currency:
        return None
    worth = base if before == amount else _fitting(work, how, exchanged(amount, rate, base.currency))
    return {how.base: worth, how.rate: rate}


def _fitting(work: Work, how: Exchange, worth: Money) -> object:
    """Return an amount as its column takes it; None where it has no room for it."""
    return work.plan.types[how.base].from_expression(work.plan.entity.fields[how.base], worth)


def _value(draft: Draft, name: str) -> object:
    return draft.after.get(name, draft.before.get(name)) if name else None


def _own(uow: UnitOfWork) -> str:
    return uow.site.settings.currency if uow.site is not None else ""
