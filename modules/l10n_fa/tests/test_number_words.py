"""Numbers and amounts in Persian words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.sdk import Money
from modules.l10n_fa.number_words import persian_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "صفر"),
        ("1250000", "یک میلیون و دویست و پنجاه هزار"),
        ("100", "یکصد"),
        ("123", "یکصد و بیست و سه"),
        ("1000", "یک هزار"),
        ("1001", "یک هزار و یک"),
        ("19", "نوزده"),
        ("1000000000", "یک میلیارد"),
        (
            "999999999999999",
            "نهصد و نود و نه تریلیون و نهصد و نود و نه میلیارد و نهصد و نود و نه میلیون و نهصد و نود و نه هزار و نهصد و نود و نه",
        ),
        ("-21", "منفی بیست و یک"),
        ("12.50", "دوازده و پنجاه صدم"),
        ("0.5", "پنج دهم"),
        ("12.00", "دوازده"),
        ("1000000000000000000", ""),
    ],
)
def test_a_number_is_said_in_persian(number, words) -> None:
    assert persian_words(Decimal(number)) == words


def test_an_amount_is_said_in_toman_and_in_rial_where_tomans_do_not_come_out_even(reader) -> None:
    style = reader()
    assert style.money_in_words(Money(Decimal("1250000.0000"), "IRR")) == "یکصد و بیست و پنج هزار تومان"
    assert style.money_in_words(Money(Decimal(1250005), "IRR")) == "یک میلیون و دویست و پنجاه هزار و پنج ریال"
    assert reader(money_unit="rial").money_in_words(Money(Decimal(1250000), "IRR")) == (
        "یک میلیون و دویست و پنجاه هزار ریال"
    )


def test_other_currencies_are_said_by_their_persian_names(reader) -> None:
    assert reader().money_in_words(Money(Decimal("12.5"), "USD")).startswith("دوازده و پنجاه صدم دلار")
