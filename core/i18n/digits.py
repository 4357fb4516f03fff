"""`DigitSet`: how a reader's numbers are drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class DigitSet:
    """Ten digits, and the marks that go with them; an empty mark means the language's own."""

    name: str
    digits: str
    decimal: str = ""
    group: str = ""
    percent: str = ""

    def __post_init__(self) -> None:
        if len(self.digits) != 10:
            raise ValueError(f"A digit set has ten digits, not {len(self.digits)}.")

    def __str__(self) -> str:
        return self.name

    def draw(self, text: str) -> str:
        """Return ``text`` with its ASCII digits drawn in this set."""
        return text.translate(dict(zip(range(48, 58), self.digits, strict=True)))


LATIN = DigitSet(name="latin", digits="0123456789")
