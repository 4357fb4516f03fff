"""Write the sheet of AS-21: a thousand rows as people keep them, with known numbers of good, double and bad ones.

Usage: make_sheet.py FILE.xlsx; prints what an import into an empty site must count.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl

ROWS, DUPLICATES, BAD = 1000, 20, 15
HEADER = ("نام", "نام خانوادگی", "موبایل", "ایمیل", "شهر", "تاریخ تولد", "کد مشتری", "سمت سازمانی", "توضیحات")
FIRST = (
    "علی",
    "مریم",
    "رضا",
    "زهرا",
    "کیانوش",
    "یاسمن",
    "حسین",
    "فاطمه",
    "مهدی",
    "نگار",
    "امیرعلی",
    "شکوفه",
    "بابک",
    "لیلا",
    "کامران",
    "سپیده",
    "پویا",
    "نسرین",
    "آرش",
    "گلی",
)
LAST = (
    "کریمی",
    "احمدی",
    "یزدانی",
    "رضایی",
    "موسوی",
    "شریفی",
    "اکبری",
    "ملکی",
    "یوسفی",
    "کاظمی",
    "حیدری",
    "مرادی",
    "صادقی",
    "کیانی",
    "جعفری",
    "رستمی",
    "باقری",
    "قاسمی",
    "نیک‌بخت",
    "حق‌شناس",
)
CITIES = ("تهران", "شیراز", "اصفهان", "مشهد", "تبریز", "کرمان", "یزد", "رشت")
NOT_ADDRESSES = (
    "info@",
    "@example.com",
    "بدون ایمیل",
    "sara.example.com",
    "ali reza@example.com",
    "a@b",
    "x@@example.com",
    "ندارد",
    "www.example.com",
    "reza@example..com",
    "m@.com",
    "mina@example,com",
    "۱۲۳",
    "k@-example.com",
    "نسرین@",
)
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ARABIC_LETTERS = str.maketrans("یک", "يك")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The rows, and which of them (as the spreadsheet numbers them) are double or bad."""

    rows: Sequence[Sequence[object]]
    duplicates: Sequence[int]
    bad: Sequence[int]

    @property
    def counts(self) -> dict[str, int]:
        """What an import into an empty site counts."""
        left_out = len(self.duplicates) + len(self.bad)
        return {
            "created": len(self.rows) - left_out,
            "duplicates": len(self.duplicates),
            "errors": len(self.bad),
        }


def make_sheet(seed: int = 21, rows: int = ROWS) -> Sheet:
    """Return the sheet; the same seed gives the same one."""
    chance = random.Random(seed)  # plausible, not secret
    good = [_person(number, chance) for number in range(rows - DUPLICATES - BAD)]
    twins = [_respelled(person, chance) for person in chance.sample(good[: len(good) // 2], DUPLICATES)]
    bad = [
        [*_person(rows + number, chance)[:3], address, *_person(rows + number, chance)[4:]]
        for number, address in enumerate(NOT_ADDRESSES)
    ]
    marked = [
        *((person, "") for person in good[len(good) // 2 :]),
        *((twin, "twin") for twin in twins),
        *((person, "bad") for person in bad),
    ]
    chance.shuffle(marked)
    # Twins come behind what they repeat: the first of two is the one that counts.
    ordered = [*((person, "") for person in good[: len(good) // 2]), *marked]
    return Sheet(
        rows=[person for person, _ in ordered],
        duplicates=[number for number, (_, mark) in enumerate(ordered, start=2) if mark == "twin"],
        bad=[number for number, (_, mark) in enumerate(ordered, start=2) if mark == "bad"],
    )


def _person(number: int, chance: random.Random) -> list[object]:
    mobile = f"0912{number:07}"
    return [
        _spelled(chance.choice(FIRST), chance),
        _spelled(chance.choice(LAST), chance),
        chance.choice(
            (
                mobile,
                mobile.translate(PERSIAN),
                mobile.translate(ARABIC),
                f"+98 912 {number:07}",
                int(mobile),
                f"0098912{number:07}",
                f"{mobile[:4]}-{mobile[4:7]} {mobile[7:]}",
            )
        ),
        chance.choice(
            (f"person{number}@example.com", f"Person{number}@Example.COM", f" person{number}@example.com ")
        ),
        _spelled(chance.choice(CITIES), chance),
        _birth(chance),
        f"{number:06}".translate(chance.choice((PERSIAN, ARABIC, {}))),
        chance.choice(("مدیر فروش", "کارشناس", None)),
        chance.choice((None, "تماس بگیرید", "=1+1", "خط یک\nخط دو")),
    ]


def _birth(chance: random.Random) -> object:
    """Return a date in the Iranian calendar as text, mostly, or as the program's own date."""
    year, month, day = chance.randint(1330, 1385), chance.randint(1, 12), chance.randint(1, 29)
    months = (
        "فروردین",
        "اردیبهشت",
        "خرداد",
        "تیر",
        "مرداد",
        "شهریور",
        "مهر",
        "آبان",
        "آذر",
        "دی",
        "بهمن",
        "اسفند",
    )
    return chance.choice(
        (
            f"{year}/{month:02}/{day:02}".translate(PERSIAN),
            f"{year}/{month}/{day}",
            f"{year}-{month:02}-{day:02}",
            f"{day} {months[month - 1]} {year}".translate(PERSIAN),
            date(year + 621, month, min(day, 28)),
            None,
        )
    )


def _respelled(person: Sequence[object], chance: random.Random) -> list[object]:
    """Return the same person as somebody else would have typed them."""
    first, last, mobile, email, *rest = person
    digits = "".join(str(int(c)) for c in str(mobile) if c.isdigit())[-10:]
    other = chance.choice(
        (f"+98{digits}", f"0{digits}".translate(ARABIC), f"0{digits[:3]} {digits[3:6]} {digits[6:]}")
    )
    return [
        str(first).translate(ARABIC_LETTERS),
        f" {str(last).translate(ARABIC_LETTERS)}",
        other,
        chance.choice((str(email).strip().upper(), None)),
        *rest[:2],
        None,
        *rest[3:],
    ]


def _spelled(text: str, chance: random.Random) -> str:
    return chance.choice((text, text, text.translate(ARABIC_LETTERS), f"{text} "))


def write_sheet(sheet: Sheet, path: Path) -> None:
    """Write the sheet as a workbook, text as text."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "مشتریان"
    page.sheet_view.rightToLeft = True
    page.append(HEADER)
    for number, row in enumerate(sheet.rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = page.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)


if __name__ == "__main__":
    made = make_sheet()
    write_sheet(made, Path(sys.argv[1]))
    sys.stdout.write(f"{json.dumps(made.counts)}\n")
