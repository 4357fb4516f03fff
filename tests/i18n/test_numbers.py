"""Numbers as readers of several languages write and type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Settings
from core.i18n import Localization, Unreadable
from core.kernel.actor import Preferences
from tests.i18n.conftest import EASTERN, FARSI, GERMAN, HINDI


@pytest.mark.parametrize(
    ("language", "value", "decimals", "text"),
    [
        ("en", Decimal("1234567.891"), None, "1,234,567.891"),
        ("en", Decimal("1250.5000"), None, "1,250.5"),
        ("en", 1250, 2, "1,250.00"),
        ("en", Decimal("0.125"), 2, "0.13"),
        ("en", Decimal("-0.001"), 2, "0.00"),
        ("en", -5, None, "-5"),
        ("en", 0.1, None, "0.1"),
        ("en", Decimal("1E+20"), None, "100,000,000,000,000,000,000"),
        ("de", Decimal("1234567.5"), None, "1.234.567,5"),
        ("hi", 12345678, None, "1,23,45,678"),
        ("hi", 123, None, "123"),
        ("fa", Decimal("1234567.89"), None, "۱٬۲۳۴٬۵۶۷٫۸۹"),
        ("fa", -5, None, "\u200e−۵"),
    ],
)
def test_numbers_are_written_as_the_language_does(reader, language, value, decimals, text) -> None:
    assert reader(language).number(value, decimals) == text


@pytest.mark.covers("LO-10")
def test_percent_signs_hold_to_their_number_in_right_to_left_text(reader) -> None:
    assert reader("fa").percent(50) == "\u061c۵۰٪"
    assert reader("fa").percent(Decimal("-12.5")) == "\u061c\u200e−۱۲٫۵٪"
    assert reader("en").percent(Decimal("12.5")) == "12.5%"


@pytest.mark.parametrize(
    ("language", "typed", "number"),
    [
        ("en", "1,234.5", "1234.5"),
        ("en", "1234.5", "1234.5"),
        ("en", " -12 ", "-12"),
        ("en", "−12", "-12"),
        ("en", "1 234 567", "1234567"),
        ("en", "1\u202f234", "1234"),
        ("en", ".5", "0.5"),
        ("en", "5.", "5"),
        ("en", "+7", "7"),
        ("en", "۱۲۳", "123"),
        ("en", "٤٥٦٫٥", "456.5"),
        ("en", "1'000", "1000"),
        ("de", "1.234,5", "1234.5"),
        ("de", "12,5", "12.5"),
        ("hi", "1,23,45,678", "12345678"),
        ("fa", "۱٬۲۳۴٫۵", "1234.5"),
        ("fa", "۱،۲۳۴", "1234"),
        ("fa", "1,234.5", "1234.5"),
        ("fa", "\u200e−۵", "-5"),
        ("fa", "１２", "12"),
        ("fa", "8.71", "8.71"),
        ("fa", "۶۱.۵", "61.5"),
        ("fa", "۱۰۵", "105"),
    ],
)
@pytest.mark.covers("LO-08", "LO-09")
def test_typed_numbers_are_read(reader, language, typed, number) -> None:
    assert reader(language).parse_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1,5",
        "12,34",
        "1,2345",
        ",5",
        "1..2",
        "1.2.3",
        "--1",
        "1e5",
        "NaN",
        "Infinity",
        "1_000",
        "²",
        "12 apples",
        "0x10",
        "-",
        "1,000,00",
        "9" * 61,
    ],
)
def test_doubtful_numbers_are_refused(reader, typed) -> None:
    with pytest.raises(Unreadable):
        reader("en").parse_number(typed)


def test_refusals_show_an_example_in_the_readers_digits(reader) -> None:
    with pytest.raises(ValueError, match="Write a number like") as refusal:
        reader("fa").parse_number("abc")
    assert refusal.value.params == {"example": "۱٬۲۳۴٫۵"}


@pytest.mark.covers("LO-09", "LO-10")
def test_percent_is_read_with_and_without_its_sign(reader) -> None:
    assert reader("fa").parse_percent("\u061c۵۰٪") == reader("en").parse_percent("50 %") == 50
    assert reader("fa").parse_percent("۶۰٪") == 60


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15),
    st.sampled_from(["en", "de", "hi", "fa"]),
)
def test_what_is_written_reads_back_as_the_same_number(value: Decimal, language: str) -> None:
    known = Localization()
    known.fill(digits=[EASTERN], languages=[FARSI, GERMAN, HINDI])
    style = known.style(Preferences(language=language), Settings())
    assert style.parse_number(style.number(value)) == value
