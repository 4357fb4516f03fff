"""How alike codes and names are, and what that tells of two records."""

from __future__ import annotations

import pytest

from core.i18n import ENGLISH, Names
from core.metadata.duplicate_specs import DuplicateClue
from core.records.likeness import code_of, distance, is_near
from core.records.name_likeness import NameLikeness
from core.records.scan_scoring import THRESHOLD, Scoring
from core.records.scan_values import Compared, keys, word_key

NAMES = Names([ENGLISH.names])
CLUES = (
    DuplicateClue(name="name", of=("name",), how="name", against=40),
    DuplicateClue(name="reach", of=("mail",), how="code", against=4),
    DuplicateClue(name="firm", of=("desk",)),
)


@pytest.mark.parametrize(
    "typed",
    [
        "09121234567",
        "+989121234567",
        "00989121234567",
        "۰۹۱۲ ۱۲۳ ۴۵۶۷",
        "+98 (912) 123-4567",
        "٠٩١٢١٢٣٤٥٦٧",
        "9121234567",
    ],
)
def test_a_number_is_the_same_in_every_spelling(typed):
    assert code_of(typed) == "9121234567"


@pytest.mark.parametrize(
    ("one", "two", "near"),
    [
        ("9121234567", "9121234568", True),
        ("9121234567", "9121243567", True),
        ("9121234567", "9121243576", False),
        ("2188123456", "88123456", True),
        ("123", "124", False),
        ("a@example.com", "a@exmaple.com", True),
        ("a@example.com", "b@example.com", False),
        ("a@example.com", "9121234567", False),
    ],
)
def test_a_slip_in_a_code(one, two, near):
    assert is_near(one, two) is is_near(two, one) is near


@pytest.mark.parametrize(
    ("one", "two", "slips"),
    [("anna", "anna", 0), ("anna", "ana", 1), ("anna", "nana", 1), ("anna", "bert", 3)],
)
def test_slips_are_counted_up_to_a_bound(one, two, slips):
    assert distance(one, two, 2) == slips


def test_one_slip_is_told_alike_whatever_more_is_allowed():
    words = ["anna", "ana", "naan", "annna", "bnna", "ann", "nana", "anan", "a", "", "annab", "xannax"]
    told = {(one, two): distance(one, two, 1) for one in words for two in words}
    assert told == {two: min(distance(*two, 5), 2) for two in told}


def likeness(**counts):
    return NameLikeness(20_000, lambda word: counts.get(word.text, 1))


def test_two_spellings_that_are_both_met_often_are_two_names():
    one, two = NAMES.words("Hamid Weber"), NAMES.words("Hamida Weber")
    assert not likeness(hamid=300).compare(one, two).contradicts
    assert likeness(hamid=300, hamida=200).compare(one, two).contradicts


def test_seldom_words_tell_more():
    one = NAMES.words("Anna Weber")
    assert likeness().compare(one, one).points > likeness(anna=500, weber=500).compare(one, one).points


def test_compounds_are_the_same_together_and_apart():
    told = likeness().compare(NAMES.words("Annamaria Weber"), NAMES.words("Weber, Anna Maria"))
    assert not told.contradicts


def person(name, *reach, firm=""):
    return Compared({"name": NAMES.words(name)}, {"reach": reach, "firm": (firm,) if firm else ()})


def score(one, two, crowd=2):
    return Scoring(CLUES, 20_000, lambda key: 100, lambda clue, value: crowd).score(one, two)[0]


def test_a_name_and_a_number_make_a_pair_and_neither_does_alone():
    assert score(person("Anna Weber", "9121234567"), person("Weber Anna", "9121234567")) >= THRESHOLD
    assert score(person("Anna Weber", "9121234567"), person("Berta Weber", "9121234567")) < THRESHOLD
    assert score(person("Anna Weber"), person("Anna Weber")) < THRESHOLD


def test_what_a_crowd_shares_tells_nothing_of_who_has_something_of_their_own():
    one, two = person("Anna Weber", "crowd", "1"), person("Anna Weber", "crowd", "2")
    counts = {"crowd": 40}
    scoring = Scoring(CLUES, 20_000, lambda key: 100, lambda clue, value: counts.get(value, 1))
    assert scoring.score(one, two)[0] < THRESHOLD


def test_keys_of_words_make_no_pairs():
    found = keys(CLUES, person("Anna Weber", "9121234567"))
    assert word_key("name", NAMES.words("Anna")[0]) in found
    assert len([key for key in found if key < 0]) == 2
    assert all(-(2**63) <= key < 2**63 for key in found)
