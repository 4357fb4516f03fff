"""Who buys most, and what: accepted quotes of a period by company and by product, as the reader may see them.

A sale is a quote that the customer accepted, on the day of that; net, without tax and optional lines, in the currency of
the site at the rate of that day, which stays. A won opportunity without such a quote is no sale here: it is only told
how many there are. So the figure of a company is the sum of its quotes, and that of a product the sum of its lines.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.sdk import Actor, BadRequest, Ref, Style, UnitOfWork, aggregate
from modules.sales.funnel import OPPORTUNITY, amount_of, moment
from modules.sales.quotes import LINE, QUOTE
from modules.sales.results import closed_in

WORTH, NET, QUANTITY = "sum(worth)", "sum(net_base)", "sum(quantity)"
PRICED = {WORTH: ("count(gross_total)", "count(worth)"), NET: ("count()", "count(net_base)")}
"""Beside each sum how many should count in it, and how many do: without an exchange rate there is no amount."""
Group = Mapping[str, object]

SHOWN = 50
"""So many companies and products are named; the rest is one row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bought:
    """What one company bought, or of one product: from how many quotes or lines, how much of it, and for how much.

    ``unpriced`` of them have no amount in the site's currency, because nobody knew the rate of the day.
    """

    place: int
    who: Ref | None
    count: int
    amount: Decimal
    quantity: Decimal = Decimal(0)
    unpriced: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """The first of a ranking, how many come after them with what, and what all are together."""

    rows: tuple[Bought, ...]
    count: int
    amount: Decimal
    others: int = 0
    others_amount: Decimal = Decimal(0)
    unpriced: int = 0

    def share(self, amount: Decimal) -> Decimal | None:
        """Return which part of all an amount is, in percent."""
        return amount * 100 / self.amount if self.amount else None


def sold_in(style: Style, start: dt.date, end: dt.date, account: int | None = None, path: str = "") -> str:
    """Return the expression for quotes that were accepted in a period of the reader's zone, perhaps by one company."""
    first, last = style.instants(start, end)
    at = f"{path}accepted_at"
    of = "" if account is None else f" and {path}account == {account}"
    return (
        f"{path}state == 'accepted' and {at} >= datetime('{moment(first)}') and {at} < datetime('{moment(last)}')"
        f"{of}"
    )


def lines_in(style: Style, start: dt.date, end: dt.date, account: int | None = None) -> str:
    """Return the expression for what was sold in a period."""
    return f"not optional and {sold_in(style, start, end, account, 'quote.')}"


def customers(uow: UnitOfWork, actor: Actor, style: Style, start: dt.date, end: dt.date) -> Ranking:
    """Return companies by what they bought."""

    def ask(first: dt.date, last: dt.date) -> Sequence[Group]:
        where = sold_in(style, first, last)
        measures = (WORTH, "count()", *PRICED[WORTH])
        return aggregate(uow, QUOTE, ("account",), measures, where=where, actor=actor)

    return _ranked((_part(group, "account", WORTH) for group in _groups(ask, start, end)), style)


def products(
    uow: UnitOfWork, actor: Actor, style: Style, start: dt.date, end: dt.date, account: int | None = None
) -> Ranking:
    """Return products by what was bought of them, by all or by one company; what is no product is one row."""

    def ask(first: dt.date, last: dt.date) -> Sequence[Group]:
        where = lines_in(style, first, last, account)
        measures = (NET, QUANTITY, *PRICED[NET])
        return aggregate(uow, LINE, ("product",), measures, where=where, actor=actor)

    return _ranked((_part(group, "product", NET) for group in _groups(ask, start, end)), style)


def _groups(
    ask: Callable[[dt.date, dt.date], Sequence[Group]], start: dt.date, end: dt.date
) -> Iterator[Group]:
    """Yield groups of a period; where there are more than can be told at once, those of its halves."""
    try:
        yield from ask(start, end)
    except BadRequest as refused:
        if refused.reason != "too_many_groups" or (end - start).days < 2:
            raise
        middle = start + (end - start) / 2
        yield from _groups(ask, start, middle)
        yield from _groups(ask, middle, end)


def won_without_quote(uow: UnitOfWork, actor: Actor, style: Style, start: dt.date, end: dt.date) -> Bought:
    """Return the won opportunities of a period that no accepted quote tells of."""
    (found,) = aggregate(
        uow, OPPORTUNITY, (), ("count()", "sum(amount_base)"), where=unquoted(style, start, end), actor=actor
    )
    return Bought(
        place=0, who=None, count=int(str(found["count()"])), amount=amount_of(found["sum(amount_base)"])
    )


def unquoted(style: Style, start: dt.date, end: dt.date) -> str:
    """Return the expression for won opportunities without an accepted quote."""
    return f"state == 'won' and accepted_quotes == 0 and {closed_in(style, start, end)}"


def as_csv(ranking: Ranking, heads: Sequence[str], currency: str) -> bytes:
    """Return a ranking as a file for spreadsheets, with numbers as programs read them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*heads[:-1], f"{heads[-1]} ({currency})"])
    for row in ranking.rows:
        writer.writerow(
            [row.place, _harmless(row.who), row.count, f"{row.quantity.normalize():f}", row.amount]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(who: Ref | None) -> str:
    """Return a name that no spreadsheet takes for a formula."""
    name = str(who.title or "") if who else ""
    return f"'{name}" if name[:1] in ("=", "+", "-", "@", "\t", "\r") else name


def _part(group: Mapping[str, object], by: str, measure: str) -> Bought:
    who, quantity = group[by], group.get(QUANTITY)
    wanted, found = (int(str(group[name])) for name in PRICED[measure])
    return Bought(
        place=0,
        who=who if isinstance(who, Ref) else None,
        count=int(str(group["count()"])),
        amount=amount_of(group[measure]),
        quantity=quantity if isinstance(quantity, Decimal) else Decimal(0),
        unpriced=wanted - found,
    )


def _together(parts: Iterator[Bought]) -> Iterable[Bought]:
    """Add up what is of the same company or product."""
    found: dict[int | None, Bought] = {}
    for part in parts:
        key = part.who.id if part.who else None
        had = found.get(key)
        found[key] = (
            part
            if had is None
            else replace(
                part,
                count=had.count + part.count,
                amount=had.amount + part.amount,
                quantity=had.quantity + part.quantity,
                unpriced=had.unpriced + part.unpriced,
            )
        )
    return found.values()


def _ranked(parts: Iterator[Bought], style: Style) -> Ranking:
    """Put the greatest amount first; of equals the one whose name comes first."""
    ordered = sorted(_together(parts), key=lambda part: (-part.amount, _name(part, style)))
    rows, rest = ordered[:SHOWN], ordered[SHOWN:]
    return Ranking(
        rows=tuple(replace(part, place=place) for place, part in enumerate(rows, start=1)),
        count=sum(part.count for part in ordered),
        amount=sum((part.amount for part in ordered), Decimal(0)),
        others=len(rest),
        others_amount=sum((part.amount for part in rest), Decimal(0)),
        unpriced=sum(part.unpriced for part in ordered),
    )


def _name(part: Bought, style: Style) -> str:
    return style.sort_key(str(part.who.title or "")) if part.who else "\uffff"
