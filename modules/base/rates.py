"""Rates of exchange: what the core asks for when it tells amounts in the currency of the site."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from core.sdk import (
    Change,
    JobContext,
    Problem,
    UnitOfWork,
    find_currency,
    look_up,
    refresh_base_amounts,
)

NEAR = timedelta(days=40)
"""How far back a rate is looked for first; only where there is none are all earlier ones read."""

Dated = tuple[str, date]


def rates_of(wanted: Sequence[Dated], uow: UnitOfWork) -> Mapping[Dated, Decimal]:
    """Return the last rate of each currency on or before each day."""
    days: dict[str, set[date]] = {}
    for code, on in wanted:
        days.setdefault(code, set()).add(on)
    found: dict[Dated, Decimal] = {}
    for code, asked in days.items():
        found.update(_of_currency(code, asked, uow))
    return found


def _of_currency(code: str, days: set[date], uow: UnitOfWork) -> Mapping[Dated, Decimal]:
    rates = sorted(_known(code, days, uow))
    starts = [start for start, _ in rates]
    places = {on: bisect_right(starts, on) - 1 for on in days}
    return {(code, on): rates[place][1] for on, place in places.items() if place >= 0}


def _known(code: str, days: set[date], uow: UnitOfWork) -> Iterable[tuple[date, Decimal]]:
    """Return the rates of a currency that may count on these days: those of the weeks before, else all earlier ones."""
    first, last = min(days), max(days)
    recent = _between(code, f"valid_from > date('{first - NEAR}') and valid_from <= date('{last}')", uow)
    if any(start <= first for start, _ in recent):
        return recent
    return _between(code, f"valid_from <= date('{last}')", uow)


def _between(code: str, days: str, uow: UnitOfWork) -> list[tuple[date, Decimal]]:
    found = look_up(
        uow, "base.currency_rate", ("valid_from", "rate"), where=f"currency.code == '{code}' and {days}"
    )
    return [
        (one["valid_from"], one["rate"])
        for one in found
        if isinstance(one["valid_from"], date) and isinstance(one["rate"], Decimal)
    ]


def currency_values(values: Mapping[str, object], language: str) -> Mapping[str, object]:
    """Return what follows from the code of a currency: capitals, its decimals, and its usual name where none is given."""
    code = str(values.get("code") or "").upper()
    known = find_currency(code, language)
    if known is None:
        return {}
    return {"code": code, "decimals": known.decimals, "name": values.get("name") or known.name}


def currency_problems(change: Change) -> Iterable[Problem]:
    """Tell of currencies that do not exist."""
    code = str(change.after.get("code") or "")
    if code and find_currency(code) is None:
        yield Problem(
            code="unknown_currency",
            field="code",
            message="{currency} is not a currency; write its three letters, such as IRR or EUR.",
            params={"currency": code},
        )


def follow_rates(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Let amounts that are not frozen follow a rate that was entered, changed or taken away."""
    if changes[0].entity.name == "base.currency_rate":
        refresh_base_amounts(uow)


def take_effect(context: JobContext) -> Mapping[str, int]:
    """Let amounts follow the rates that were entered for a day that has come."""
    with context.unit("rates of exchange that hold from today") as uow:
        since = uow.today - timedelta(days=2)
        where = f"valid_from >= date('{since}') and valid_from <= date('{uow.today}')"
        found = len(list(look_up(uow, "base.currency_rate", (), where=where)))
        if found:
            refresh_base_amounts(uow)
    return {"rates": found}
