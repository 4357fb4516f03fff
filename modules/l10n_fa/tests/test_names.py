"""Persian names in the spellings in which the same person is entered twice."""

from __future__ import annotations

import pytest

from core.i18n import ENGLISH, Names
from modules.l10n_fa.names import PERSIAN_NAMES

NAMES = Names([ENGLISH.names, PERSIAN_NAMES])


def sounds(text):
    return [word.sound for word in NAMES.words(text)]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("علی رضایی", "آقای دکتر علي رضائي"),
        ("محمد حسینی", "سید\u200cمحمد حُسَینی"),
        ("محمد حسینی", "سیدمحمد حسيني"),
        ("طاهره غفاری", "تاهره قفاری"),
        ("اسماعیل", "اسمعیل"),
        ("عبدالله", "عبداله"),
        ("داوود", "داود"),
        ("خواجه", "خاجه"),
        ("فولاد مبارکه", "شرکت فولاد مبارکه (سهامی خاص)"),
        ("زهرا", "زهرا سادات"),
    ],
)
def test_the_same_name(one, two):
    assert sounds(one) == sounds(two)


@pytest.mark.parametrize(
    ("one", "two"), [("علی", "عالی"), ("محمد", "محمود"), ("رضا", "رضایی"), ("سید", "سیدی")]
)
def test_other_names(one, two):
    assert sounds(one) != sounds(two)


@pytest.mark.parametrize(
    ("persian", "latin"),
    [("محمد رضایی", "Mohammad Rezaei"), ("فاطمه صادقی", "Fatemeh Sadeghi"), ("حسین", "Hossein")],
)
def test_a_name_in_latin_letters(persian, latin):
    assert [w.bones for w in NAMES.words(persian)] == [w.bones for w in NAMES.words(latin)]
