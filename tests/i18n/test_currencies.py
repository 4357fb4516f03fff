"""Amounts in whole smallest units: rounded once, shared out without a rest, never a float."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import Money, find_currency, round_money, share_out
from core.i18n.currencies import crossed, exchanged


def test_the_cldr_names_currencies_and_their_decimals():
    assert (find_currency("EUR").name, find_currency("EUR").decimals) == ("Euro", 2)
    assert find_currency("IRR", "fa").name == "ریال ایران"
    assert find_currency("IRR").decimals == 0
    assert find_currency("KWD").decimals == 3
    assert find_currency("IRT") is None


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.5", "IRR", "3"),
        ("-2.5", "IRR", "-3"),
        ("2.4", "IRR", "2"),
        ("0.005", "EUR", "0.01"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_halves_are_rounded_away_from_zero_to_the_decimals_of_the_currency(amount, currency, rounded):
    assert round_money(Decimal(amount), currency) == Decimal(rounded)


def test_the_largest_amount_and_rate_keep_every_digit():
    assert exchanged(
        Money(Decimal("9999999999999999.99"), "USD"), Decimal("123456789012.123456789012"), "IRR"
    ).amount == Decimal(1234567890121234566655552110)
    assert crossed(Money(Decimal(100), "EUR"), Decimal(1515000), Decimal(1320000), "USD") == Money(
        Decimal("114.77"), "USD"
    )


def test_three_thirds_of_a_hundred_are_a_hundred():
    assert share_out(Decimal(100), [1, 1, 1], 2) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert share_out(Decimal(100), [Decimal("33.33"), Decimal("33.33"), Decimal("33.33")], 0) == [
        Decimal(34),
        Decimal(33),
        Decimal(33),
    ]
    assert share_out(Decimal("-0.05"), [2, 1, 1], 2) == [Decimal("-0.03"), Decimal("-0.01"), Decimal("-0.01")]
    assert share_out(Decimal(5), [0, 0], 0) == [Decimal(3), Decimal(2)]


def test_the_rest_goes_to_those_who_lost_most():
    assert share_out(Decimal(10), [Decimal("1.3"), Decimal("3.5"), Decimal("5.2")], 0) == [
        Decimal(1),
        Decimal(4),
        Decimal(5),
    ]


def test_a_thousand_random_baskets_add_up_exactly():
    chance = random.Random(5)
    for _ in range(1000):
        weights = [
            Decimal(chance.randrange(0, 10**9)).scaleb(-chance.randrange(0, 4))
            for _ in range(chance.randrange(1, 30))
        ]
        places = chance.choice([0, 2, 3])
        total = Decimal(chance.randrange(-(10**9), 10**9)).scaleb(-places)
        parts = share_out(total, weights, places)
        assert sum(parts) == total
        assert all(part.as_tuple().exponent >= -places for part in parts)


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_no_part_is_a_unit_or_more_away_from_its_exact_share(total, weights):
    parts = share_out(Decimal(total), weights, 0)
    among = sum(weights)
    assert sum(parts) == total
    if among:
        assert all(
            abs(part * among - total * weight) < among for part, weight in zip(parts, weights, strict=True)
        )


@pytest.mark.parametrize(("total", "weights", "decimals"), [("1", [], 0), ("1", [1, -1], 0), ("1.5", [1], 0)])
def test_what_cannot_be_shared_is_refused(total, weights, decimals):
    with pytest.raises(ValueError, match=r"Nobody|below|decimals"):
        share_out(Decimal(total), weights, decimals)
