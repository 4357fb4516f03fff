"""What is stored of typed text, and what is compared when people search."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.i18n import ascii_digits, clean, fold

SAME = [
    ("علي", "علی"),
    ("كريمي", "کریمی"),
    ("می‌روم", "میروم"),
    ("می روم", "می‌روم"),
    ("مسئول", "مسیول"),
    ("مؤسسه", "موسسه"),
    ("آرش", "ارش"),
    ("خانهٔ", "خانه"),
    ("خانۀ", "خانه"),
    ("خانۀ", "خانهٔ"),
    ("حُسَین", "حسین"),
    ("علــی", "علی"),
    ("۱۲۳", "123"),
    ("٤٥٦", "456"),
    ("ﻋﻠﻲ", "علی"),
    ("ﻻله", "لاله"),
    ("رحمت‌الله", "رحمت الله"),
    ("ABC شرکت", "abc شرکت"),
    ("علی\u200f", "علی"),
    ("سوء", "سو"),
    ("جزئی", "جزیی"),
    ("فاطمة", "فاطمه"),
    ("ٱلله", "الله"),
    ("نارگیلە", "نارگیله"),
    ("می¬روم", "میروم"),
    ("Émile", "emile"),
    ("Straße", "STRASSE"),
    ("İstanbul", "istanbul"),
    ("ΟΔΟΣ", "οδος"),
    ("«پیوند»", "پیوند"),
    ("الف\tب", "الف ب"),
    ("O'Neill", "ONeill"),
    ("۱۲۳", "１２３"),
    ("१२३", "123"),
    ("سی ار ام", "سی آر ام"),
    ("کسب و کار", "کسبوکار"),
    ("کسب‌و‌کار", "کسبوکار"),
    ("نرم افزار", "نرمافزار"),
    ("نرم‌افزار", "نرم افزار"),
    ("پارس ویتایگر", "پارسویتایگر"),
    ("می‌شود", "میشود"),
    ("می شود", "میشود"),
    ("شخصی سازی", "شخصیسازی"),
    ("گفتـه", "گفته"),
    ("شـده", "شده"),
    ("كلیدی", "کلیدی"),
]
DIFFERENT = [
    ("علی", "عالی"),
    ("سارا", "صارا"),
    ("زهرا", "ظهرا"),
    ("رضا", "رضایی"),
    ("هیئت", "هیات"),
    ("C++", "C"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
@pytest.mark.covers("LO-09")
def test_spellings_of_one_word_fold_to_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_words_keep_different_keys(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("علي كريمي", "علی کریمی"),
        ("  علی   رضا ", "علی رضا"),
        ("مى\u200c\u200cروم", "می‌روم"),
        ("خانه\u200c", "خانه"),
        ("\u200cخانه \u200cما", "خانه ما"),
        ("علــی", "علی"),
        ("\u202bسلام\u202c\u200f", "سلام"),
        ("ﻋﻠﻲ m²", "علی m²"),
        ("می\u200bروم", "می‌روم"),
        ("می¬روم", "می‌روم"),
        ("¬p", "¬p"),
        ("مؤسسه", "مؤسسه"),
        ("ا\u0653ب", "آب"),
        ("۱۲۳", "۱۲۳"),
        ("a\u00a0b", "a b"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("cafe\u0301", "café"),
        ("١ one\nt wo", "١ one\nt wo"),
    ],
)
def test_typed_text_is_stored_in_one_spelling(typed: str, stored: str) -> None:
    assert clean(typed) == stored


def test_texts_of_several_lines_keep_their_spaces() -> None:
    assert clean("یک:\n    دو  سه\n", keep_spaces=True) == "یک:\n    دو  سه"
    assert clean("a:\n    b  c", keep_spaces=True) == "a:\n    b  c"


def test_digits_of_every_script_become_ascii() -> None:
    assert ascii_digits("۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩ ０９ ९ m²") == "0123456789 0123456789 09 9 m²"


TEXT = st.text(
    st.characters(exclude_categories=["Cs"])
    | st.sampled_from("علي ىكةۀآأؤئ\u200c\u200d\u200b\u0640\u064e\u0654\u0653\u00ac\u00ad\u00a0\t\n -"),
    max_size=30,
)


@example("\u00ad\x1f")  # a control character that only plain ASCII lost
@given(TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(TEXT)
def test_stored_text_has_the_key_of_what_was_typed(text: str) -> None:
    assert fold(clean(text)) == fold(text) == fold(clean(text, keep_spaces=True))
