"""Persian numbers, amounts and alphabetical order."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sdk import Money, Preferences, Unreadable, sort_key_ddl
from modules.l10n_fa.tests.conftest import SITE, persian_localization
from modules.l10n_fa.writing import PERSIAN_ORDER

NAMES = [
    "آرش",
    "احمد",
    "بابک",
    "پریسا",
    "تینا",
    "ثریا",
    "جواد",
    "چنگیز",
    "حسن",
    "خسرو",
    "داریوش",
    "ذکریا",
    "رضا",
    "زهرا",
    "ژاله",
    "سارا",
    "شیرین",
    "صادق",
    "ضیا",
    "طاهره",
    "ظفر",
    "علی",
    "غزل",
    "فرهاد",
    "قاسم",
    "کامران",
    "گلناز",
    "لاله",
    "مریم",
    "نرگس",
    "وحید",
    "هادی",
    "یاسمن",
]


@pytest.mark.covers("LO-05", "LO-10")
def test_numbers_have_persian_digits_and_marks(reader) -> None:
    style = reader()
    assert style.number(Decimal("1234567.89")) == "۱٬۲۳۴٬۵۶۷٫۸۹"
    assert style.number(-5) == "\u200e−۵"
    assert style.percent(50) == "\u061c۵۰٪"
    assert style.datetime(datetime(2026, 11, 13, 11, 0, tzinfo=UTC)) == "۲۲ آبان ۱۴۰۵، ۱۴:۳۰"


@pytest.mark.covers("LO-05")
def test_amounts_are_shown_in_the_chosen_unit_and_always_with_it(reader) -> None:
    amount = Money(Decimal(1250000), "IRR")
    assert reader().money(amount) == "۱۲۵٬۰۰۰ تومان"
    assert reader(money_unit="rial").money(amount) == "۱٬۲۵۰٬۰۰۰ ریال"
    assert reader("en").money(amount) == "1,250,000 Rial"
    assert reader("en", money_unit="toman").money(amount) == "125,000 Toman"
    assert reader().money(Money(Decimal(5), "IRR")) == "۰٫۵ تومان"
    assert reader().money(Money(Decimal(-10), "IRR")) == "\u200e−۱ تومان"
    assert reader().money(Money(Decimal("12.5"), "USD")) == "۱۲٫۵۰ دلار آمریکا"
    assert (reader().money_number(amount), reader().money_unit_name("IRR")) == (125000, "تومان")


@pytest.mark.parametrize(
    ("unit", "typed", "rials"),
    [
        ("toman", "۱۲۵٬۰۰۰ تومان", 1250000),
        ("rial", "۱۲۵٬۰۰۰ تومان", 1250000),
        ("toman", "1,250,000 ریال", 1250000),
        ("rial", "1,250,000 ریال", 1250000),
        ("toman", "1,250,000 ريال", 1250000),
        ("toman", "﷼ ۵۰۰", 500),
        ("toman", "125000", 1250000),
        ("rial", "125000", 125000),
        ("toman", "۱۲۵،۰۰۰", 1250000),
        ("toman", "١٢٥٠", 12500),
        ("rial", "50 Toman", 500),
        ("rial", "50 IRT", 500),
        ("toman", "50 IRR", 50),
        ("toman", "۰٫۵ تومان", 5),
        ("toman", "۵۰۰تومن", 5000),
        ("toman", "\u200e−۱ تومان", -10),
    ],
)
@pytest.mark.covers("LO-05")
def test_typed_amounts_become_whole_rials(reader, unit: str, typed: str, rials: int) -> None:
    assert reader(money_unit=unit).parse_money(typed, "IRR") == Money(Decimal(rials), "IRR")


@pytest.mark.parametrize("typed", ["۱۲٫۵۵ تومان", "12.5 ریال", "0.01"])
@pytest.mark.covers("LO-05")
def test_a_fraction_of_a_rial_is_refused(reader, typed: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        reader().parse_money(typed, "IRR")
    assert reader().problem(refusal.value) == "مبلغی کوچک‌تر از ۱ ریال وجود ندارد."


@pytest.mark.parametrize("typed", ["۱۲ هزار گیلاس", "تومان", "12,5 تومان", "پنج تومان"])
def test_what_is_no_amount_is_refused(reader, typed: str) -> None:
    with pytest.raises(Unreadable):
        reader().parse_money(typed, "IRR")


@given(st.integers(-(10**15), 10**15), st.sampled_from(["toman", "rial"]), st.sampled_from(["fa", "en"]))
@pytest.mark.covers("LO-05")
def test_what_is_written_reads_back_as_the_same_amount(rials: int, unit: str, language: str) -> None:
    style = persian_localization().style(Preferences(language=language, money_unit=unit), SITE)
    amount = Money(Decimal(rials), "IRR")
    other = persian_localization().style(Preferences(language="fa", money_unit="rial"), SITE)
    assert style.parse_money(style.money(amount), "IRR") == amount
    assert other.parse_money(style.money(amount), "IRR") == amount


def test_names_are_in_the_order_of_the_persian_alphabet(localization) -> None:
    mixed = random.Random(5).sample(NAMES, len(NAMES))
    assert sorted(mixed, key=localization.sort_key) == NAMES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("علي", "علی"),
        ("كريم", "کریم"),
        ("می‌روم", "میروم"),
        ("حُسَین", "حسین"),
        ("علــی", "علی"),
        ("۱۲", "12"),
        ("مؤسسه", "موسسه"),
        ("فاطمة", "فاطمه"),
    ],
)
def test_spellings_of_one_name_stand_at_one_place(localization, one: str, other: str) -> None:
    assert localization.sort_key(one) == localization.sort_key(other)


def test_other_scripts_come_first(localization) -> None:
    assert sorted(["یاسمن", "Zoe", "آرش", "10", "adam", "٩"], key=localization.sort_key) == [
        "10",
        "٩",
        "adam",
        "Zoe",
        "آرش",
        "یاسمن",
    ]


def test_the_database_orders_persian_alike(pg, localization) -> None:
    texts = [*NAMES, "علي", "حُسَین", "می‌روم", "Zoe", "ÄRGER", "ŞİRİN", "۱۲", "٣", "مؤسسه", "خانهٔ ما", "ڕێگا"]
    url = pg.empty()
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        connection.execute(sort_key_ddl(PERSIAN_ORDER))
        rows = connection.execute(
            "SELECT t, public.sort_key(t) FROM unnest(%s::text[]) t", (texts,)
        ).fetchall()
        ordered = connection.execute(
            "SELECT t FROM unnest(%s::text[]) t ORDER BY public.sort_key(t), t", (NAMES[::-1],)
        ).fetchall()
    pg.drop(url)
    assert dict(rows) == {text: localization.sort_key(text) for text in texts}
    assert [row[0] for row in ordered] == NAMES
