"""Names as words that can be compared: without titles, as they sound, and by their consonants."""

from __future__ import annotations

import pytest

from core.i18n import ENGLISH, NameHabits, Names

NAMES = Names([ENGLISH.names, NameHabits(attached=("von",), sounds={"ph": "f"})])


def texts(text):
    return [word.text for word in NAMES.words(text)]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Dr. Anna  WÉBER", ["anna", "weber"]),
        ("Mr. Dr. Weber jr.", ["weber"]),
        ("Dr.", ["dr"]),
        ("Weber-Anna", ["weber", "anna"]),
        ("vonWeber", ["weber"]),
        ("vonn", ["vonn"]),
        ("", []),
    ],
)
def test_titles_go_and_words_are_folded(typed, read):
    assert texts(typed) == read


def test_words_that_sound_the_same_are_known_by_it():
    one, two = NAMES.words("Philipp Filip")
    assert (one.text, one.sound) == ("philipp", "filip")
    assert one.sound == two.sound
    assert one.bones == "flp"


def test_two_words_are_joined():
    one, two = NAMES.words("Anna Maria")
    assert one.joined(two).text == "annamaria"
