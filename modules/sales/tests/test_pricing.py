"""Prices, discounts and taxes add up to the last unit; one price list wins, and says why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

import pytest

from modules.sales.pricing import Line, Offer, Wanted, add_up, choose, price_lines

TODAY = dt.date(2026, 11, 22)


def line(quantity="1", price="100", **more):
    """Return a line of plain figures."""
    return Line(
        quantity=Decimal(quantity),
        price=Decimal(price),
        **{k: Decimal(v) if isinstance(v, str) else v for k, v in more.items()},
    )


def test_three_thirds_of_a_hundred_lose_no_unit():
    lines = price_lines([line(price="33.33")] * 3, discount=Decimal(10), decimals=2)
    assert [str(each.share) for each in lines] == ["3.34", "3.33", "3.33"]
    assert add_up(lines).total == Decimal("89.99")


def test_a_line_is_rounded_before_its_tax_and_halves_go_up():
    (priced,) = price_lines([line("3", "33.335", discount="10", tax="9")], decimals=2)
    assert (priced.base, priced.tax, priced.gross) == (Decimal("90.00"), Decimal("8.10"), Decimal("98.10"))
    (half,) = price_lines([line("1", "0.5")])
    assert half.net == 1


def test_the_tax_of_each_line_is_rounded_before_taxes_are_added_up():
    lines = price_lines([line(price="5", tax="9")] * 3)
    assert [each.tax for each in lines] == [0, 0, 0]
    assert (add_up(lines).tax, add_up(lines).total) == (0, 15)
    lines = price_lines([line(price="6", tax="9")] * 3)
    assert (add_up(lines).tax, add_up(lines).total) == (3, 21)


def test_a_tax_that_is_in_the_price_is_taken_out_of_it():
    (priced,) = price_lines([line("2", "545000", tax="9", tax_included=True)])
    assert (priced.net, priced.tax, priced.gross) == (1_000_000, 90_000, 1_090_000)


def test_the_discount_of_the_document_is_taken_before_tax():
    lines = price_lines([line(price="1000", tax="10"), line(price="3000")], discount=Decimal(400))
    assert [(each.share, each.tax) for each in lines] == [(100, 90), (300, 0)]
    assert add_up(lines).total == 3690


def test_a_discount_greater_than_the_whole_ends_at_nothing():
    lines = price_lines([line(price="100", tax="9")], discount=Decimal(150))
    assert add_up(lines).total == 0


def test_a_total_brought_to_a_step_says_by_how_much():
    totals = add_up(price_lines([line(price="12345")]), step=Decimal(1000))
    assert (totals.total, totals.rounding) == (12000, -345)


def test_a_thousand_baskets_add_up():
    chance = Random(5)
    for _ in range(1000):
        decimals = chance.choice([0, 2])
        basket = [
            line(
                str(chance.randint(1, 9)),
                str(Decimal(chance.randint(1, 10**7)).scaleb(-decimals)),
                discount=str(chance.choice([0, 5, 12.5])),
                tax=str(chance.choice([0, 9, 10])),
                tax_included=chance.random() < 0.3,
            )
            for _ in range(chance.randint(1, 12))
        ]
        discount = Decimal(chance.randint(0, 500)).scaleb(-decimals)
        lines = price_lines(basket, discount=discount, decimals=decimals)
        totals = add_up(lines)
        assert totals.discount == min(discount, totals.subtotal)
        assert totals.net + totals.tax == totals.total == sum(each.gross for each in lines)
        rates = {
            rate: sum(p.tax for p, each in zip(lines, basket, strict=True) if each.tax == rate)
            for rate in {each.tax for each in basket}
        }
        assert sum(rates.values()) == totals.tax
        assert all(each.net == each.net.quantize(Decimal(1).scaleb(-decimals)) for each in lines)


def offer(number=1, **more):
    """Return an offer of the list for everybody."""
    given = {
        "list_id": 1,
        "list_name": "Everybody",
        "priority": 10,
        "currency": "IRR",
        "price": Decimal(90),
        **more,
    }
    return Offer(id=number, **given)


def wanted(**more):
    """Return a wish for five of product 7."""
    given = {
        "product": 7,
        "categories": (3, 2),
        "quantity": Decimal(5),
        "on": TODAY,
        "currency": "IRR",
        "own_price": Decimal(100),
    }
    return Wanted(**{**given, **more})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"priority": 20}, {"product": 7}),
        ({"product": 7}, {"category": 3, "price": Decimal(1)}),
        ({"category": 3}, {"category": 2}),
        ({"category": 2}, {}),
        ({"least": Decimal(5)}, {"least": Decimal(2)}),
        ({"starts": TODAY}, {"starts": TODAY - dt.timedelta(days=1)}),
    ],
)
def test_one_offer_goes_before_the_other_in_whatever_order_they_come(first, second):
    winner, loser = offer(1, **{"price": Decimal(90), **first}), offer(2, **{"price": Decimal(80), **second})
    for order in ([winner, loser], [loser, winner]):
        assert choose(wanted(), order).price == 90


def test_equal_offers_are_decided_by_their_age():
    assert choose(wanted(), [offer(9, price=Decimal(1)), offer(4, price=Decimal(2))]).price == 2


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        ({"product": 8}, "another product"),
        ({"category": 9}, "another category"),
        ({"currency": "USD"}, "in {currency}"),
        ({"least": Decimal(6)}, "quantity"),
        ({"starts": TODAY + dt.timedelta(days=1)}, "begins on"),
        ({"ends": TODAY - dt.timedelta(days=1)}, "ended"),
    ],
)
def test_an_offer_that_does_not_fit_says_why(unfit, why):
    chosen = choose(wanted(), [offer(1, **unfit)])
    assert chosen.price == 100
    assert why in chosen.reasons[1].message


def test_a_percentage_is_taken_off_the_products_own_price():
    assert choose(wanted(own_price=Decimal(105)), [offer(price=None, percent=Decimal(10))]).price == 95


def test_without_any_price_there_is_none_and_a_reason():
    chosen = choose(wanted(own_price=None), [offer(price=None, percent=Decimal(10))])
    assert chosen.price is None
    assert len(chosen.reasons) == 2
