"""Prices as they stand in the records: which lists a company has, what a product costs on a day, which tax holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.sdk import Money, Ref, UnitOfWork, look_up
from modules.sales.pricing import Choice, Offer, Wanted, choose

PRODUCT = (
    "name",
    "unit",
    "list_price",
    "tax_class",
    "category",
    "active",
    "active_from",
    "active_to",
    "description",
)
ITEM = ("price_list", "product", "category", "least", "price", "percent")
LIST = ("name", "currency", "priority", "everybody", "starts", "ends")
DEEPEST = 20
"""Categories are followed this far upwards."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tax:
    """The tax that holds on a day."""

    rate: Decimal
    included: bool


NO_TAX = Tax(rate=Decimal(0), included=False)


def tax_on(uow: UnitOfWork, tax_class: int, day: dt.date) -> Tax:
    """Return the last rate that is valid by this day, or none."""
    rates = uow.memo.setdefault(("sales.tax_rates", tax_class), None) or list(
        look_up(uow, "sales.tax_rate", ("valid_from", "rate", "included"), where=f"tax_class == {tax_class}")
    )
    uow.memo["sales.tax_rates", tax_class] = rates
    valid = [rate for rate in rates if isinstance(rate["valid_from"], dt.date) and rate["valid_from"] <= day]
    if not valid:
        return NO_TAX
    last = max(valid, key=lambda rate: str(rate["valid_from"]))
    return Tax(rate=Decimal(str(last["rate"])), included=bool(last["included"]))


def product_of(uow: UnitOfWork, product: int) -> Mapping[str, object] | None:
    """Return a product, as it is offered."""
    return next(look_up(uow, "sales.product", PRODUCT, where=f"id == {product}"), None)


def price_of(
    uow: UnitOfWork,
    product: int,
    *,
    quantity: Decimal,
    currency: str,
    on: dt.date,
    decimals: int,
    chosen_list: int | None = None,
) -> Choice:
    """Return what a product costs, and why; ``chosen_list`` is the company's, or the document's own."""
    found = product_of(uow, product)
    if found is None:
        return Choice(price=None, reasons=())
    own = found["list_price"]
    categories = tuple(_upwards(uow, _id(found["category"])))
    wanted = Wanted(
        product=product,
        categories=categories,
        quantity=quantity,
        on=on,
        currency=currency,
        own_price=own.amount if isinstance(own, Money) and own.currency == currency else None,
        decimals=decimals,
    )
    return choose(wanted, _offers(uow, product, categories, chosen_list))


def _offers(
    uow: UnitOfWork, product: int, categories: tuple[int, ...], chosen_list: int | None
) -> Iterator[Offer]:
    condition = "everybody" if chosen_list is None else f"everybody or id == {chosen_list}"
    lists = {line["id"]: line for line in look_up(uow, "sales.price_list", LIST, where=condition)}
    if not lists:
        return
    targets = [f"product == {product}", "is_empty(product) and is_empty(category)"]
    targets += [f"category in {list(categories)}"] if categories else []
    where = f"price_list in {sorted(map(int, map(str, lists)))} and ({' or '.join(targets)})"
    for item in look_up(uow, "sales.price_list_item", ITEM, where=where):
        yield _offer(item, lists[_id(item["price_list"])])


def _offer(item: Mapping[str, object], of: Mapping[str, object]) -> Offer:
    price, percent = item["price"], item["percent"]
    return Offer(
        id=int(str(item["id"])),
        list_id=int(str(of["id"])),
        list_name=str(of["name"]),
        priority=int(str(of["priority"] or 0)),
        currency=price.currency if isinstance(price, Money) else str(of["currency"]),
        product=_id(item["product"]),
        category=_id(item["category"]),
        least=Decimal(str(item["least"] or 0)),
        starts=_day(of["starts"]),
        ends=_day(of["ends"]),
        price=price.amount if isinstance(price, Money) else None,
        percent=None if percent is None else Decimal(str(percent)),
    )


def _upwards(uow: UnitOfWork, category: int | None) -> Iterator[int]:
    seen: set[int] = set()
    while category is not None and category not in seen and len(seen) < DEEPEST:
        seen.add(category)
        yield category
        found = next(look_up(uow, "sales.product_category", ("parent",), where=f"id == {category}"), None)
        category = _id(found["parent"]) if found else None


def _id(value: object) -> int | None:
    return value.id if isinstance(value, Ref) else None


def _day(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
