"""Filters that differ only in whole numbers and moments are read once: those are blanks, filled in each time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from core.errors import PayvandError
from core.expressions import moment
from core.expressions.terms import Compare, Field, Linked, Member, Param, Refers, Term, below
from core.records.filters import Filter
from core.records.query import MAX_FILTER

BLANK = "¤"
"""Stands for what was cut out; no filter that can be read has it outside of a text between quotes."""

Said: TypeAlias = "int | datetime"
Place: TypeAlias = "int | tuple[int, ...]"
"""Which blank fills a parameter, or which blanks fill a list."""

_PART = re.compile(
    r"""
    '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*"
  | (?<![\w.$])datetime\('(?P<moment>[0-9T:.Z+-]{16,40})'\)
  | (?<![\w.$])(?P<number>[1-9][0-9]{0,17})(?![\w.])
    """,
    re.VERBOSE,
)
_FIRST_NUMBER = 10**18 - 10**6
_FIRST_MOMENT = datetime(1, 2, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cut:
    """A filter without its whole numbers and moments, and those in order."""

    text: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Blanks:
    """Where what was cut out of a filter goes: parameters by name."""

    places: tuple[tuple[str, Place], ...]

    def filled(self, said: Sequence[Said]) -> Mapping[str, object]:
        """Return the parameters for what was said."""
        return {
            name: said[place] if isinstance(place, int) else [said[one] for one in place]
            for name, place in self.places
        }


NONE = Blanks(())


def cut(text: str) -> Cut:
    """Take whole numbers and moments out of a filter; one that is longer than anybody may ask stays whole."""
    if len(text) > MAX_FILTER:
        return Cut(text, ())
    said: list[Said] = []

    def taken(match: re.Match[str]) -> str:
        value = (
            int(match["number"]) if match["number"] else moment(match["moment"]) if match["moment"] else None
        )
        if value is None:
            return match[0]
        said.append(value)
        return BLANK

    return Cut(_PART.sub(taken, text), tuple(said))


def find_blanks(asked: Cut, wanted: Filter, read: Callable[[str], Filter]) -> Blanks | None:
    """Return where the blanks of a filter go, found by filling in what nobody asks for and reading it once more.

    None where a blank is more than a value: what fills it then decides what the filter means, or if it means anything.
    """
    marks = [_mark(one, place) for place, one in enumerate(asked.said)]
    try:
        other = read(_filled(asked.text, marks))
    except PayvandError:
        return None
    if other.key != wanted.key or other.given.keys() != wanted.given.keys():
        return None
    place_of = {mark: place for place, mark in enumerate(marks)}
    places: dict[str, Place] = {}
    for name, value in other.given.items():
        found = _place(value, place_of)
        if found is not None:
            places[name] = found
        elif value != wanted.given[name]:
            return None
    filled = {one for place in places.values() for one in ((place,) if isinstance(place, int) else place)}
    if filled != set(place_of.values()) or not _are_values(other.shape.term, places):
        return None
    return Blanks(tuple(places.items()))


def _mark(said: Said, place: int) -> Said:
    return _FIRST_NUMBER + place if isinstance(said, int) else _FIRST_MOMENT + timedelta(days=place)


def _filled(text: str, marks: Sequence[Said]) -> str:
    parts, written = _outside(text), []
    for part, mark in zip(parts, (*marks, None), strict=True):
        written.append(part)
        if isinstance(mark, datetime):
            written.append(f"datetime('{mark.isoformat()}')")
        elif mark is not None:
            written.append(str(mark))
    return "".join(written)


def _outside(text: str) -> list[str]:
    """Split a text at its blanks; between quotes the sign is one like any other."""
    parts, begin = list[str](), 0
    for match in re.finditer(rf"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|{BLANK}", text):
        if match[0] == BLANK:
            parts.append(text[begin : match.start()])
            begin = match.end()
    return [*parts, text[begin:]]


def _place(value: object, place_of: Mapping[Said, int]) -> Place | None:
    if isinstance(value, list):
        found = [place_of.get(one) for one in value]
        known = tuple(one for one in found if one is not None)
        return known if known and len(known) == len(found) else None
    return place_of.get(value) if isinstance(value, int | datetime) else None


def _are_values(term: Term, places: Mapping[str, Place]) -> bool:
    """Tell whether all that blanks fill stands beside a field: there any number, and any moment, means the same."""
    waiting, beside = [term], set[str]()
    while waiting:
        one = waiting.pop()
        match one:
            case (
                Compare(left=Field(), right=Param(index=index))
                | Compare(left=Param(index=index), right=Field())
                | Member(operand=Field(), options=Param(index=index))
                | Linked(item=Param(index=index))
                | Refers(item=Param(index=index))
            ):
                beside.add(f"p{index}")
        waiting.extend(below(one))
    return places.keys() <= beside
