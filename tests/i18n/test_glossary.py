"""The Persian of the screens keeps to the glossary: one everyday word for one thing, and no two things by one word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

pytestmark = pytest.mark.modules

ROOT = Path(__file__).parents[2]
WORDS = {
    "workflow": "گردش",
    "automation": "اتوماسیون",
    "campaign": "کمپین",
    "filter": "فیلتر",
    "dashboard": "داشبورد",
}
"""What an English word is called in Persian."""

OUT_OF_THE_WORLD = ("پالایه", "کارزار")
"""Words of dictionaries that nobody says for a filter or a campaign."""


def pairs():
    """Yield each sentence of the screens in English and in Persian; names of a program's fields are none."""
    for path in sorted((ROOT / "modules").glob("*/translations/fa/LC_MESSAGES/messages.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="fa"):
                for english, persian in zip(*map(texts, (message.id, message.string)), strict=False):
                    if english and " " in english.strip():
                        yield english, persian


def texts(value):
    return value if isinstance(value, tuple | list) else (value,)


@pytest.mark.parametrize(("word", "persian"), WORDS.items())
def test_a_word_of_the_glossary_is_called_by_its_one_name(word, persian):
    about = re.compile(rf"\b{word}s?\b(?![=:])")
    wrong = [
        (one, other)
        for one, other in pairs()
        if about.search(one.lower()) and persian not in other and word not in other
    ]
    assert wrong == []


def test_automation_and_workflow_are_never_mixed():
    wrong = [(one, other) for one, other in pairs() if "اتوماسیون" in other and "automat" not in one.lower()]
    assert wrong == []


def test_nobody_is_spoken_to_in_words_of_dictionaries():
    assert [other for _, other in pairs() for word in OUT_OF_THE_WORLD if word in other] == []
