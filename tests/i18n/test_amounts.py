"""Money in ISO currencies and in units of modules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.i18n import Money, Unreadable


def test_amounts_always_carry_their_unit(reader) -> None:
    assert reader("en").money(Money(Decimal("1250.5"), "USD")) == "1,250.50 USD"
    assert reader("en").money(Money(Decimal(1250), "JPY")) == "1,250 JPY"
    assert reader("fa").money(Money(Decimal("-1250.5"), "KWD")) == "\u200e−۱٬۲۵۰٫۵۰۰ دینار کویت"


def test_decimals_beyond_the_currency_are_shown_rather_than_rounded(reader) -> None:
    assert reader("en").money(Money(Decimal("0.1250"), "USD")) == "0.125 USD"


def test_a_chosen_unit_is_used_for_its_currency_only(reader) -> None:
    style = reader("en", money_unit="dozen")
    assert style.money(Money(Decimal(144), "XTS")) == "12 Dozen"
    assert style.money(Money(Decimal(144), "USD")) == "144.00 USD"
    assert (style.money_number(Money(Decimal(144), "XTS")), style.money_unit_name("XTS")) == (12, "Dozen")
    assert style.money_digits(Money(Decimal(14400), "XTS")) == "1,200"


def test_currencies_have_names_in_the_readers_language(reader) -> None:
    assert reader("en").money_unit_name("EUR") == "Euro"
    assert reader("fa").money_unit_name("EUR") == "یورو"


@pytest.mark.parametrize(
    ("typed", "amount", "currency"),
    [
        ("1,250.50", "1250.50", "USD"),
        ("1250 EUR", "1250", "EUR"),
        ("eur 5", "5", "EUR"),
        ("$5", "5", "USD"),
        ("-$5.25", "-5.25", "USD"),
        ("- 5", "-5", "USD"),
        ("€ 7", "7", "EUR"),
        ("3 Dozen", "36", "XTS"),
        ("US Dollar 3", "3", "USD"),
        (".5", "0.5", "USD"),
    ],
)
def test_typed_amounts_are_read_with_their_unit(reader, typed, amount, currency) -> None:
    assert reader("en").parse_money(typed, "USD") == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("five", "amount_unreadable"),
        ("", "amount_unreadable"),
        ("5 apples", "unknown_money_unit"),
        ("5.125", "amount_too_fine"),
        ("5.5 JPY", "amount_too_fine"),
        ("1,5", "number_unreadable"),
        ("5 EUR USD", "unknown_money_unit"),
    ],
)
def test_doubtful_amounts_are_refused(reader, typed, code) -> None:
    with pytest.raises(Unreadable) as refusal:
        reader("en").parse_money(typed, "USD")
    assert refusal.value.code == code


def test_an_amount_is_told_in_the_currencys_own_unit_to_those_who_count_in_another(reader) -> None:
    style = reader("en", money_unit="dozen")
    assert style.money_own(Money(Decimal(14400), "XTS")) == "14,400 XTS"
    assert style.money_own(Money(Decimal(12), "USD")) is None
    assert reader("en").money_own(Money(Decimal(12), "XTS")) is None


def test_equal_amounts_with_other_places_are_written_each_in_its_own_way(reader) -> None:
    style = reader("en")
    for text in ("1.5", "1.50", "1.505", "1.5050", "-0.00", "1.5"):
        money = Money(Decimal(text), "USD")
        assert style.money(money) == style.amounts.write(money)
