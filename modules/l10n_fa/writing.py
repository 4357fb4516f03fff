"""Persian as it is written: the language, its digits and the order of its alphabet."""

from __future__ import annotations

from types import MappingProxyType

from core.sdk import Collation, DigitSet, Language
from modules.l10n_fa.names import PERSIAN_NAMES
from modules.l10n_fa.number_words import persian_words

PERSIAN = Language(
    code="fa",
    name="فارسی",
    direction="rtl",
    calendar="jalali",
    digits="persian",
    money_unit="toman",
    list_separator="، ",
    number_words=persian_words,
    names=PERSIAN_NAMES,
    day_words=MappingProxyType(
        {
            "t": 0,
            "today": 0,
            "امروز": 0,
            "فردا": 1,
            "پسفردا": 2,
            "دیروز": -1,
            "پریروز": -2,
        }
    ),
)

PERSIAN_DIGITS = DigitSet(name="persian", digits="۰۱۲۳۴۵۶۷۸۹", decimal="٫", group="٬", percent="٪")

_ALPHABET = "ءآابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_COUNT_AS = MappingProxyType(
    {
        "أ": "ا",
        "إ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ئ": "ی",
        "ي": "ی",
        "ى": "ی",
        "ك": "ک",
        "ة": "ه",
        "ۀ": "ه",
    }
)
_DIGITS = "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩"
_MARKS = "\u0640\u200c\u0670" + "".join(map(chr, range(0x064B, 0x0656)))

# The private use area lies behind all scripts and follows no other order, so the alphabet gets its own there.
_PLACES = {letter: chr(0xE000 + place) for place, letter in enumerate(_ALPHABET)}
_PLACES.update({variant: _PLACES[letter] for variant, letter in _COUNT_AS.items()})
_PLACES.update({digit: str(place % 10) for place, digit in enumerate(_DIGITS)})

PERSIAN_ORDER = Collation(
    name="persian",
    source="".join(_PLACES),
    target="".join(_PLACES.values()),
    drop=_MARKS,
)
