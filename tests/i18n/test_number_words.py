"""Numbers and amounts in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.i18n import Money
from core.i18n.number_words import english_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "zero"),
        ("7", "seven"),
        ("20", "twenty"),
        ("100", "one hundred"),
        ("115", "one hundred fifteen"),
        ("-342", "minus three hundred forty-two"),
        ("1000000", "one million"),
        ("1250000", "one million two hundred fifty thousand"),
        ("1000000000001", "one trillion one"),
        ("12.50", "twelve and 50/100"),
        ("12.00", "twelve"),
        ("0.5", "zero and 5/10"),
        ("1000000000000000000", ""),
    ],
)
def test_a_number_is_said_in_english(number, words) -> None:
    assert english_words(Decimal(number)) == words


def test_an_amount_is_said_with_its_unit_and_the_smallest_parts_of_its_currency(reader) -> None:
    style = reader("en")
    assert style.money_in_words(Money(Decimal("1250.5"), "USD")) == (
        "one thousand two hundred fifty and 50/100 US Dollar"
    )
    assert style.money_in_words(Money(Decimal("1250.0000"), "USD")).endswith("two hundred fifty US Dollar")


def test_a_chosen_unit_is_said_where_the_amount_comes_out_even_in_it(reader) -> None:
    style = reader("en", money_unit="dozen")
    assert style.money_in_words(Money(Decimal(144), "XTS")) == "twelve Dozen"
    assert style.money_in_words(Money(Decimal(145), "XTS")).startswith("one hundred forty-five ")


def test_a_language_without_words_leaves_them_out(reader) -> None:
    assert reader("fa").money_in_words(Money(Decimal(12), "USD")) == ""
