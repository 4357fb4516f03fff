"""Numbers in Persian words, in the one way of official papers: «یکصد», «یک هزار», with «و» between all parts."""

from __future__ import annotations

from decimal import Decimal

LARGEST = Decimal(10) ** 18
"""From here on there are no words."""

ZERO, MINUS, AND = "صفر", "منفی", " و "

_SMALL = [
    "صفر",
    "یک",
    "دو",
    "سه",
    "چهار",
    "پنج",
    "شش",
    "هفت",
    "هشت",
    "نه",
    "ده",
    "یازده",
    "دوازده",
    "سیزده",
    "چهارده",
    "پانزده",
    "شانزده",
    "هفده",
    "هجده",
    "نوزده",
]
_TENS = ["بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"]
_HUNDREDS = ["یکصد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد"]
_GROUPS = ("", "هزار", "میلیون", "میلیارد", "تریلیون", "کوادریلیون")
_PARTS = {10: "دهم", 100: "صدم", 1_000: "هزارم", 10_000: "ده‌هزارم"}


def persian_words(number: Decimal) -> str:
    """Return a number in words: 1,250,000 is «یک میلیون و دویست و پنجاه هزار»; empty where there are none for it."""
    exponent = number.as_tuple().exponent
    parts = 10 ** (-exponent if isinstance(exponent, int) and exponent < 0 else 0)
    whole, part = divmod(int(abs(number) * parts), parts)
    if abs(number) >= LARGEST or (part and parts not in _PARTS):
        return ""
    words = _said(whole) if whole or not part else ""
    if part:
        words = AND.join(filter(None, (words, f"{_said(part)} {_PARTS[parts]}")))
    return f"{MINUS} {words}" if number < 0 else words


def _said(whole: int) -> str:
    groups = []
    place = 0
    while whole:
        whole, group = divmod(whole, 1000)
        if group:
            groups.append(f"{_below_thousand(group)} {_GROUPS[place]}".strip())
        place += 1
    return AND.join(reversed(groups)) or ZERO


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [_HUNDREDS[hundreds - 1]] if hundreds else []
    if rest >= 20:
        ten, rest = divmod(rest, 10)
        words.append(_TENS[ten - 2])
    if rest:
        words.append(_SMALL[rest])
    return AND.join(words)
