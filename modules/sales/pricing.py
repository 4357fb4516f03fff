"""What an offer costs: lines, discounts and taxes, rounded exactly; which price list wins, and why.

Pure: decimals in, decimals out, no float anywhere. Rules after `crm.md` 3.9: a line is rounded, then its tax; a document
is the sum of its lines; a discount on the document is shared out so that its parts add up to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from core.sdk import share_out

HUNDRED = Decimal(100)
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What is offered on one line; ``discount`` and ``tax`` are percentages."""

    quantity: Decimal
    price: Decimal
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    tax_included: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Priced:
    """A line worked out: ``base`` after its own discount, ``share`` of the document's discount, then net, tax and gross."""

    base: Decimal
    share: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The sums of a document; ``rounding`` is what leads from the sum of its lines to ``total``."""

    subtotal: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    rounding: Decimal
    total: Decimal


def price_lines(lines: Sequence[Line], *, discount: Decimal = ZERO, decimals: int = 0) -> list[Priced]:
    """Return each line worked out; ``discount`` is an amount off the whole, shared out by what the lines cost."""
    bases = [rounded(part.quantity * part.price * (1 - part.discount / HUNDRED), decimals) for part in lines]
    shares = (
        share_out(min(discount, sum(bases, ZERO)), bases, decimals)
        if discount and lines
        else [ZERO] * len(lines)
    )
    return [
        _priced(line, base, share, decimals) for line, base, share in zip(lines, bases, shares, strict=True)
    ]


def _priced(line: Line, base: Decimal, share: Decimal, decimals: int) -> Priced:
    left = base - share
    if line.tax_included:
        tax = rounded(left * line.tax / (HUNDRED + line.tax), decimals)
        return Priced(base=base, share=share, net=left - tax, tax=tax, gross=left)
    tax = rounded(left * line.tax / HUNDRED, decimals)
    return Priced(base=base, share=share, net=left, tax=tax, gross=left + tax)


def add_up(lines: Iterable[Priced], *, step: Decimal = ZERO) -> Totals:
    """Return the sums; with ``step`` the total is brought to its nearest multiple, and the difference told apart."""
    found = list(lines)
    gross = sum((line.gross for line in found), ZERO)
    total = (gross / step).quantize(Decimal(1), ROUND_HALF_UP) * step if step else gross
    return Totals(
        subtotal=sum((line.base for line in found), ZERO),
        discount=sum((line.share for line in found), ZERO),
        net=sum((line.net for line in found), ZERO),
        tax=sum((line.tax for line in found), ZERO),
        rounding=total - gross,
        total=total,
    )


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """Return an amount as its currency writes it, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One line of a price list that may give a price: a fixed one, or a percentage off the product's own."""

    id: int
    list_id: int
    list_name: str
    priority: int
    currency: str
    product: int | None = None
    category: int | None = None
    least: Decimal = ZERO
    starts: dt.date | None = None
    ends: dt.date | None = None
    price: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is asked for: how much of which product, when, in which currency; ``categories`` from its own upwards."""

    product: int
    categories: tuple[int, ...]
    quantity: Decimal
    on: dt.date
    currency: str
    own_price: Decimal | None
    decimals: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why an offer counts or not; ``message`` is translated with ``params`` where it is shown."""

    offer: Offer | None
    won: bool
    message: str
    params: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The price that holds, and why every offer won or lost."""

    price: Decimal | None
    reasons: tuple[Reason, ...]


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


def choose(wanted: Wanted, offers: Iterable[Offer]) -> Choice:
    """Return the one price that holds: higher priority, then the product over its category, the nearer category over
    the wider, the greater quantity, the later start, and at last the lower id.
    """
    fitting, reasons = [], []
    for offer in offers:
        message, params = _unfit(wanted, offer)
        if message:
            reasons.append(Reason(offer=offer, won=False, message=message, params=params))
        else:
            fitting.append(offer)
    fitting.sort(key=lambda offer: _rank(wanted, offer))
    won, lost = fitting[:1], fitting[1:]
    found = [Reason(offer=o, won=True, message=N_("This price holds."), params={}) for o in won]
    found += [
        Reason(offer=o, won=False, message=N_("Another price goes before it."), params={}) for o in lost
    ]
    if won:
        return Choice(price=_price(wanted, won[0]), reasons=(*found, *reasons))
    own = (
        N_("No price list fits: the product's own price holds.")
        if wanted.own_price is not None
        else N_("No price list fits, and the product has no price in this currency.")
    )
    return Choice(
        price=wanted.own_price,
        reasons=(Reason(offer=None, won=wanted.own_price is not None, message=own, params={}), *reasons),
    )


def _unfit(wanted: Wanted, offer: Offer) -> tuple[str, Mapping[str, object]]:
    """Return why an offer does not fit; an empty sentence where it does."""
    if offer.product is not None and offer.product != wanted.product:
        return N_("It is for another product."), {}
    if offer.category is not None and offer.category not in wanted.categories:
        return N_("It is for another category."), {}
    if offer.currency != wanted.currency:
        return N_("It is in {currency}."), {"currency": offer.currency}
    if wanted.quantity < offer.least:
        return N_("It begins at a quantity of {least}."), {"least": offer.least}
    if offer.starts is not None and wanted.on < offer.starts:
        return N_("It begins on {day}."), {"day": offer.starts}
    if offer.ends is not None and wanted.on > offer.ends:
        return N_("It ended on {day}."), {"day": offer.ends}
    if offer.price is None and wanted.own_price is None:
        return N_("It takes a percentage off, and the product has no price in this currency."), {}
    return "", {}


def _rank(wanted: Wanted, offer: Offer) -> tuple[object, ...]:
    near = (
        -1
        if offer.product is not None
        else (
            wanted.categories.index(offer.category) if offer.category is not None else len(wanted.categories)
        )
    )
    return (-offer.priority, near, -offer.least, -(offer.starts or dt.date.min).toordinal(), offer.id)


def _price(wanted: Wanted, offer: Offer) -> Decimal:
    if offer.price is not None:
        return offer.price
    assert wanted.own_price is not None  # else the offer did not fit
    return rounded(wanted.own_price * (1 - (offer.percent or ZERO) / HUNDRED), wanted.decimals)
