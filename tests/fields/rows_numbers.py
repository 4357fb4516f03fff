"""Rows of the contract: numbers, money, yes or no."""

from __future__ import annotations

from decimal import Decimal

from core.fields import MoneyCell
from core.kernel.values import Money
from tests.fields.rows import Row

D = Decimal
NAN, INF = float("nan"), float("inf")

INTEGER = Row(
    type="integer",
    control="number",
    values=(0, -5, 2**53 - 1, -(2**53) + 1),
    good=((5, 5), (1.0, 1), (-0.0, 0), (None, None), (2**53 - 1, 2**53 - 1)),
    bad=(
        (True, "not_a_number"), (False, "not_a_number"), ("5", "wrong_type"), ("", "wrong_type"), (1.5, "not_whole"),
        (NAN, "not_a_number"), (INF, "not_a_number"), (-INF, "not_a_number"), (10**30, "too_large"), (1e30, "too_large"),
        (2**53, "too_large"), (-(2**63), "too_large"), (10**5000, "too_large"), ([1], "not_a_number"), ({}, "not_a_number"),
    ),
    wire=((5, 5), (0, 0)),
    typed=(("fa", "۱۲۳", 123), ("fa", "٤٥٦", 456), ("fa", "۱٬۲۵۰٬۰۰۰", 1250000), ("en", "1,250,000", 1250000), ("fa", "-۵", -5),
           ("fa", "−۵", -5), ("en", "12.0", 12), ("en", "", None), ("en", 5.0, 5), ("en", 7, 7), ("de", "1.250", 1250)),
    typed_bad=(("en", "abc", "number_unreadable"), ("en", "1.5", "not_whole"), ("fa", "۱٫۵", "not_whole"),
               ("en", "1" * 30, "too_large"), ("en", 1.5, "not_whole"), ("en", "1,2", "number_unreadable"),
               ("en", "NaN", "number_unreadable"), ("en", True, "not_a_number"), ("en", "1e5", "number_unreadable")),
    different=((1, 2),),
    shown=(("fa", 1250000, "۱٬۲۵۰٬۰۰۰"), ("en", 1250000, "1,250,000")),
    exported=(("fa", 1250000, 1250000),),
)

BOUNDED = Row(
    type="integer",
    spec={"options": {"minimum": 0, "maximum": 100}},
    control="number",
    values=(0, 100),
    bad=((-1, "too_small"), (101, "too_large")),
    wire=((5, 5),),
    typed=(("fa", "۱۰۰", 100),),
    typed_bad=(("fa", "۱۰۱", "too_large"),),
    shown=(("en", 5, "5"),),
    exported=(("en", 5, 5),),
)

DECIMAL = Row(
    type="decimal",
    control="number",
    values=(D("12.5"), D("0"), D("-0.0001"), D("9999999999999999.9999")),
    good=((5, D(5)), (1.1, D("1.1")), ("1.10", D("1.1")), ("-0.0", D(0)), (1e3, D(1000)), ("9" * 16 + ".9999", D("9" * 16 + ".9999")),
          ("0012.50", D("12.5"))),
    bad=(
        (True, "not_a_number"), (NAN, "not_a_number"), (INF, "not_a_number"), (1e30, "too_large"), (10**30, "too_large"),
        (10**16, "too_large"), ("1" * 17, "too_large"), ("0.00001", "too_many_decimals"), (0.1 + 0.2, "inexact"),
        ("1e5", "not_a_number"), ("۱۲", "not_a_number"), ("", "not_a_number"), (" 1", "not_a_number"), ("1,5", "not_a_number"),
        ("NaN", "not_a_number"), ("Infinity", "not_a_number"), ("0x10", "not_a_number"), ("1_000", "not_a_number"),
        ("1" * 10_000, "not_a_number"), ([], "not_a_number"), (9007199254740993.0, "inexact"),
    ),
    wire=((D("12.50"), "12.5"), (D("1E+3"), "1000"), (D("-0.0"), "0"), (D("0.0001"), "0.0001")),
    typed=(("fa", "۱۲٫۵", D("12.5")), ("fa", "۱٬۲۳۴٫۵", D("1234.5")), ("fa", "١٢٫٥", D("12.5")), ("en", "1,234.5", D("1234.5")),
           ("de", "1.234,5", D("1234.5")), ("en", 0.1, D("0.1")), ("en", 0.1 + 0.2, D("0.3")), ("en", D("2.50"), D("2.5"))),
    typed_bad=(("en", "12.34.56", "number_unreadable"), ("fa", "۰٫۰۰۰۰۱", "too_many_decimals"), ("en", NAN, "not_a_number")),
    same=((D("1.5"), D("1.50")),),
    different=((D("1.5"), D("1.51")),),
    shown=(("fa", D("1234.5"), "۱٬۲۳۴٫۵"), ("en", D("1234.50"), "1,234.5")),
    exported=(("fa", D("12.5"), D("12.5")),),
)

RATE = Row(
    type="decimal",
    spec={"options": {"digits": 5, "decimals": 2, "minimum": 0, "maximum": 100}},
    control="number",
    values=(D("99.99"), D("0")),
    good=(("100", D(100)),),
    bad=(("100.01", "too_large"), (-1, "too_small"), ("1.005", "too_many_decimals"), ("1000", "too_large")),
    wire=((D("5"), "5"),),
    typed=(("fa", "۹٫۵", D("9.5")),),
    shown=(("en", D("9.5"), "9.5"),),
    exported=(("en", D("9.5"), D("9.5")),),
)

MONEY = Row(
    type="money",
    control="money",
    values=(Money(D(1250000), "IRR"), Money(D("12.5"), "USD"), Money(D("-1"), "EUR"), Money(D("9999999999999999"), "IRR")),
    good=(
        ({"amount": "1250000", "currency": "IRR"}, Money(D(1250000), "IRR")), ({"amount": 5, "currency": "USD"}, Money(D(5), "USD")),
        ("1250000", Money(D(1250000), "IRR")), (1250000, Money(D(1250000), "IRR")), ({"amount": "7"}, Money(D(7), "IRR")),
        ({"amount": "7", "currency": None}, Money(D(7), "IRR")), ({"amount": None, "currency": "IRR"}, None),
        ({"amount": 12.5, "currency": "EUR"}, Money(D("12.5"), "EUR")),
    ),
    bad=(
        (True, "not_a_number"), ({"amount": True, "currency": "IRR"}, "not_a_number"), (NAN, "not_a_number"),
        ({"amount": "1", "currency": "IRT"}, "unknown_currency"), ({"amount": "1", "currency": "irr"}, "unknown_currency"),
        ({"amount": "1", "currency": "ریال"}, "unknown_currency"), ({"amount": "1", "currency": 5}, "unknown_currency"),
        ({"amount": "1", "currency": "\ud800xx"}, "unknown_currency"), ({"currency": "IRR"}, "wrong_type"), ({}, "wrong_type"),
        ({"amount": "1", "currency": "IRR", "x": 1}, "wrong_type"), ([], "not_a_number"), (10**30, "too_large"),
        ({"amount": "1" * 17, "currency": "IRR"}, "too_large"), ({"amount": "0.00001", "currency": "IRR"}, "too_many_decimals"),
        ({"amount": {"amount": 1}, "currency": "IRR"}, "not_a_number"), ({"amount": "", "currency": "IRR"}, "not_a_number"),
    ),
    wire=((Money(D("1250000.0000"), "IRR"), {"amount": "1250000", "currency": "IRR"}),
          (Money(D("12.50"), "USD"), {"amount": "12.5", "currency": "USD"})),
    typed=(("fa", "۱۲۵٬۰۰۰", Money(D(1250000), "IRR")), ("fa", "۱۲۵٬۰۰۰ ریال", Money(D(125000), "IRR")),
           ("fa", "١٢٥٠٠٠ ده‌تا", Money(D(1250000), "IRR")), ("en", "1,250,000", Money(D(1250000), "IRR")),
           ("en", "12.50 USD", Money(D("12.5"), "USD")), ("fa", 125000, Money(D(1250000), "IRR")),
           ("fa", 125000.0, Money(D(1250000), "IRR")), ("de", "12,5 EUR", Money(D("12.5"), "EUR"))),
    typed_bad=(("en", "abc", "amount_unreadable"), ("en", "5 zzz", "unknown_money_unit"), ("en", "1" * 20, "too_large"),
               ("en", True, "not_a_number"), ("en", NAN, "not_a_number")),
    same=((Money(D("1.5"), "USD"), Money(D("1.50"), "USD")),),
    different=((Money(D(1), "USD"), Money(D(1), "EUR")), (Money(D(1), "USD"), Money(D(2), "USD"))),
    shown=(("fa", Money(D(1250000), "IRR"), "۱۲۵٬۰۰۰ ده‌تا"), ("en", Money(D(1250000), "IRR"), "1,250,000 Rial"),
           ("en", Money(D("12.5"), "USD"), "12.50 USD")),
    exported=(("fa", Money(D(1250000), "IRR"), MoneyCell(number=D(125000), unit="ده‌تا")),
              ("en", Money(D(1250000), "IRR"), MoneyCell(number=D(1250000), unit="Rial"))),
)

DOLLARS = Row(
    type="money",
    spec={"options": {"currency": "USD", "minimum": 0}},
    control="money",
    values=(Money(D("12.5"), "USD"),),
    good=(("5", Money(D(5), "USD")),),
    bad=(({"amount": "5", "currency": "IRR"}, "wrong_currency"), ("-1", "too_small")),
    wire=((Money(D(5), "USD"), {"amount": "5", "currency": "USD"}),),
    typed=(("fa", "۵", Money(D(5), "USD")), ("de", 12.5, Money(D("12.5"), "USD"))),
    typed_bad=(("fa", "۵ ریال", "wrong_currency"),),
    shown=(("en", Money(D(5), "USD"), "5.00 USD"),),
    exported=(("en", Money(D(5), "USD"), MoneyCell(number=D(5), unit="US Dollar")),),
)

BOOLEAN = Row(
    type="boolean",
    control="checkbox",
    values=(True, False),
    good=((True, True), (False, False), (None, None)),
    bad=((1, "wrong_type"), (0, "wrong_type"), ("true", "wrong_type"), ("", "wrong_type"), ([], "wrong_type"), (NAN, "wrong_type")),
    wire=((True, True), (False, False)),
    typed=(("fa", "بله", True), ("fa", "خير", False), ("fa", "۱", True), ("en", "Yes", True), ("en", "no", False), ("en", "on", True),
           ("en", "FALSE", False), ("en", True, True), ("en", 1, True), ("en", 0.0, False), ("en", "", None)),
    typed_bad=(("fa", "شاید", "not_yes_or_no"), ("en", 2, "wrong_type")),
    different=((True, False),),
    shown=(("fa", True, "بله"), ("en", False, "No")),
    exported=(("fa", True, "بله"), ("en", False, "No")),
)

ROWS = (INTEGER, BOUNDED, DECIMAL, RATE, MONEY, DOLLARS, BOOLEAN)
