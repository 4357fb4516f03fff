"""`Language`: one way to write that a person can choose, and what goes with it unless they choose otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.i18n.names import NameHabits
from core.i18n.number_words import NumberWords, english_words


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """A language of the screens: its own name, direction, and default calendar, digits and money unit.

    ``day_words`` maps what people type for near days (folded) to their distance from today; ``number_words`` says a
    number in words (none: papers go without); ``names`` is how names are written, for finding who is there twice.
    """

    code: str
    name: str
    direction: str = "ltr"
    calendar: str = "gregorian"
    digits: str = "latin"
    money_unit: str = ""
    list_separator: str = ", "
    day_words: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    number_words: NumberWords | None = None
    names: NameHabits = field(default_factory=NameHabits)

    def __str__(self) -> str:
        return self.code

    @property
    def is_rtl(self) -> bool:
        """True where lines run from right to left."""
        return self.direction == "rtl"


ENGLISH = Language(
    code="en",
    name="English",
    day_words=MappingProxyType({"t": 0, "today": 0, "tomorrow": 1, "yesterday": -1}),
    number_words=english_words,
    names=NameHabits(
        before=frozenset(["mr", "mrs", "ms", "miss", "dr", "prof", "eng", "sir", "madam"]),
        after=frozenset(
            ["jr", "sr", "phd", "md", "inc", "ltd", "llc", "co", "corp", "gmbh", "plc", "company"]
        ),
        bones=MappingProxyType(
            {
                **dict.fromkeys("aeiouwyv", ""),
                "sh": "$",
                "ch": "c",
                "kh": "x",
                "gh": "q",
                "zh": "j",
                "ph": "f",
                "ck": "k",
                "c": "k",
                "x": "ks",
            }
        ),
    ),
)


def base_code(code: str) -> str:
    """Return the language of a locale: ``pt_BR`` and ``pt-BR`` → ``pt``."""
    return code.replace("-", "_").partition("_")[0].lower()
