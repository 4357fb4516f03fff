"""Quotes: what their lines begin with and cost, sums that add up, and that an issued one stays as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from core.sdk import Change, Money, Problem, Ref, UnitOfWork, find_currency, look_up, records, style_of
from modules.sales.prices import NO_TAX, Tax, price_of, product_of, tax_on
from modules.sales.pricing import Line, Priced, price_lines

QUOTE, LINE = "sales.quote", "sales.quote_line"
HEAD = ("state", "currency", "price_list", "issue_date", "discount", "accepted_at")
COUNTED = ("quantity", "unit_price", "discount_pct", "tax_rate", "tax_included", "optional")
WORKED_OUT = ("base", "share", "net", "tax", "gross")
REPRICED = frozenset({"discount", "currency"})
FROZEN = frozenset(
    {
        "subject",
        "account",
        "contact",
        "opportunity",
        "currency",
        "price_list",
        "issue_date",
        "discount",
        "round_to",
        "terms",
        "language",
    }
)
"""What an issued quote keeps for ever; a new revision may say otherwise."""

MARKING = "sales.marking_sold"


def quote_beginnings(values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object] | None:
    """Return what nobody said of a quote: the company's price list when it is made, and the currency of all lines."""
    found: dict[str, object] = {}
    if not values.get("id") and values.get("price_list") is None:
        found.update(_own_list(_id(values.get("account")), uow))
    if values.get("state") == "sent" and values.get("issue_date") is None:
        # A document is dated by the day where the firm is, wherever the one who issues it happens to be.
        found["issue_date"] = style_of(uow).today(uow.now)
    if values.get("currency"):
        return {**found, "currency": str(values["currency"]).upper()}
    return {**found, "currency": _currency_of({**values, **found}, uow)}


def _own_list(account: int | None, uow: UnitOfWork) -> Mapping[str, object]:
    if account is None:
        return {}
    company = next(look_up(uow, "contacts.account", ("price_list",), where=f"id == {account}"), None)
    return {"price_list": company["price_list"]} if company and company["price_list"] else {}


def _currency_of(values: Mapping[str, object], uow: UnitOfWork) -> str:
    opportunity, price_list = _id(values.get("opportunity")), _id(values.get("price_list"))
    if price_list is not None:
        found = next(look_up(uow, "sales.price_list", ("currency",), where=f"id == {price_list}"), None)
        if found:
            return str(found["currency"])
    if opportunity is not None:
        found = next(look_up(uow, "sales.opportunity", ("amount",), where=f"id == {opportunity}"), None)
        if found and isinstance(found["amount"], Money):
            return found["amount"].currency
    assert uow.site is not None  # hooks are asked by a site
    return uow.site.settings.currency


def line_values(values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object] | None:
    """Return what follows for a line: what its product says where nobody else did, its tax, and what it costs."""
    head = head_of(uow, _id(values.get("quote")))
    if head is None:
        return None
    if uow.memo.get(MARKING):
        return {}  # a line stays as it was issued, whatever became of taxes and prices
    day = head["issue_date"] if isinstance(head["issue_date"], dt.date) else uow.today
    found = dict(_from_product(values, head, day, uow))
    tax_class = _id(found.get("tax_class", values.get("tax_class")))
    tax = tax_on(uow, tax_class, day) if tax_class is not None else NO_TAX
    found.update(tax_rate=tax.rate, tax_included=tax.included, sold_on=sold_on(head, uow))
    price = found.get("unit_price", values.get("unit_price"))
    if isinstance(price, Money):
        share = values.get("share")
        found.update(
            _worked_out(
                {**values, **found}, tax, price, share.amount if isinstance(share, Money) else Decimal(0)
            )
        )
    return found


def _from_product(
    values: Mapping[str, object], head: Mapping[str, object], day: dt.date, uow: UnitOfWork
) -> Iterator[tuple[str, object]]:
    product = _id(values.get("product"))
    found = product_of(uow, product) if product is not None else None
    if product is None or found is None:
        return
    if not values.get("description"):
        yield "description", found["name"]
    if values.get("tax_class") is None and found["tax_class"] is not None:
        yield "tax_class", found["tax_class"]
    if not values.get("unit") and isinstance(found["unit"], Ref):
        yield "unit", found["unit"].title
    if values.get("unit_price") is None:
        currency = str(head["currency"])
        chosen = price_of(
            uow,
            product,
            quantity=_number(values.get("quantity"), 1),
            currency=currency,
            on=day,
            decimals=decimals_of(currency),
            chosen_list=_id(head["price_list"]),
        )
        if chosen.price is not None:
            yield "unit_price", Money(chosen.price, currency)


def _worked_out(values: Mapping[str, object], tax: Tax, price: Money, share: Decimal) -> Mapping[str, Money]:
    """Return the amounts of one line with the share of the discount that it has by now."""
    decimals = decimals_of(price.currency)
    line = Line(
        quantity=_number(values.get("quantity"), 1),
        price=price.amount,
        discount=_number(values.get("discount_pct")),
        tax=tax.rate,
        tax_included=tax.included,
    )
    (priced,) = price_lines([line], discount=share, decimals=decimals)
    return _amounts(priced, price.currency)


def _amounts(priced: Priced, currency: str) -> Mapping[str, Money]:
    return {name: Money(getattr(priced, name), currency) for name in WORKED_OUT}


def share_discounts(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Share the discount of each touched quote out over its lines, so that they add up to it."""
    new = any(change.action == "create" for change in changes)
    for quote in sorted(_touched(changes)):
        uow.memo.pop(("sales.quote", quote), None)
        head = head_of(uow, quote)
        if head is None or (head["state"] != "draft" and not new):
            continue
        discount = head["discount"]
        amount = (
            discount.amount
            if isinstance(discount, Money) and discount.currency == head["currency"]
            else Decimal(0)
        )
        moved = dict(_moved(list(_lines_of(uow, quote)), amount, str(head["currency"])))
        if moved:
            records(uow).update_many(
                uow.actor.elevate("the discount of a quote is shared out"), LINE, moved, uow=uow, parsed=True
            )


def _moved(
    lines: Sequence[Mapping[str, object]], discount: Decimal, currency: str
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the lines whose part of the discount is another now; optional ones have none."""
    counted = [line for line in lines if not line["optional"] and isinstance(line["unit_price"], Money)]
    priced = price_lines([_line(line) for line in counted], discount=discount, decimals=decimals_of(currency))
    shares = {int(str(line["id"])): each.share for line, each in zip(counted, priced, strict=True)}
    for line in lines:
        number, now = int(str(line["id"])), line["share"]
        share = shares.get(number, Decimal(0))
        if share != (now.amount if isinstance(now, Money) else Decimal(0)):
            yield number, {"share": Money(share, currency)}


def _line(values: Mapping[str, object]) -> Line:
    price = values["unit_price"]
    assert isinstance(price, Money)  # others were left out
    return Line(
        quantity=_number(values["quantity"]),
        price=price.amount,
        discount=_number(values["discount_pct"]),
        tax=_number(values["tax_rate"]),
        tax_included=bool(values["tax_included"]),
    )


def _lines_of(uow: UnitOfWork, quote: int) -> Iterable[Mapping[str, object]]:
    return look_up(uow, LINE, (*COUNTED, "share"), where=f"quote == {quote}")


def sold_on(head: Mapping[str, object], uow: UnitOfWork) -> dt.date | None:
    """Return the day on which a quote became a sale, as the site counts days; None where it is none."""
    at = head["accepted_at"]
    sold = head["state"] == "accepted" and isinstance(at, dt.datetime)
    return style_of(uow).today(at) if sold and isinstance(at, dt.datetime) else None


def mark_sold(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Let the lines of quotes that were accepted just now know the day: from it on their rate stays."""
    sold: dict[int, Mapping[str, object]] = {}
    for change in changes:
        if change.entity.name == QUOTE and change.action != "create" and "state" in change.changed:
            uow.memo.pop(("sales.quote", change.id), None)
            day = sold_on(change.after, uow)
            lines = look_up(uow, LINE, (), where=f"quote == {change.id}") if day else ()
            sold |= {int(str(line["id"])): {"sold_on": day} for line in lines}
    if sold:
        system = uow.actor.elevate("a quote was accepted")
        uow.memo[MARKING] = True
        try:
            records(uow).update_many(system, LINE, sold, uow=uow, parsed=True)
        finally:
            uow.memo.pop(MARKING)


def _touched(changes: Sequence[Change]) -> set[int]:
    if changes[0].entity.name == QUOTE:
        return {c.id for c in changes if c.action != "create" and c.changed & REPRICED}
    found = {_id(values.get("quote")) for c in changes for values in (c.before, c.after)}
    return {quote for quote in found if quote is not None}


def quote_problems(change: Change) -> Iterable[Problem]:
    """Tell of changes to what was issued: it stays, and a new revision says what is other."""
    if change.action == "update" and not change.transition and change.before.get("state") != "draft":
        for name in sorted(FROZEN & change.changed):
            yield Problem(
                code="issued",
                field=name,
                message="An issued quote stays as it is. Make a new revision of it.",
            )


def line_problems(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Tell of lines of issued quotes, and of prices in another currency than the quote's."""
    head = head_of(uow, _id(change.after.get("quote")))
    if head is None:
        return
    if head["state"] != "draft" and uow.actor.elevated is None and not uow.memo.get(MARKING):
        yield Problem(code="issued", message="An issued quote stays as it is. Make a new revision of it.")
    price, currency = change.after.get("unit_price"), head["currency"]
    if isinstance(price, Money) and price.currency != currency:
        yield Problem(
            code="other_currency",
            field="unit_price",
            message="This quote is in {currency}.",
            params={"currency": str(currency)},
        )


def head_of(uow: UnitOfWork, quote: int | None) -> Mapping[str, object] | None:
    """Return what lines need to know of their quote, remembered for this unit of work."""
    if quote is None:
        return None
    key = ("sales.quote", quote)
    if key not in uow.memo:
        uow.memo[key] = next(look_up(uow, QUOTE, HEAD, where=f"id == {quote}"), None)
    found: Mapping[str, object] | None = uow.memo[key]
    return found


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts of a currency have."""
    found = find_currency(currency)
    return found.decimals if found else 2


def _number(value: object, otherwise: int = 0) -> Decimal:
    return Decimal(str(value)) if value is not None else Decimal(otherwise)


def _id(value: object) -> int | None:
    return value.id if isinstance(value, Ref) else None
