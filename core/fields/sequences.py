"""Numbers that the system gives, by a pattern such as ``C-{year}-{number:05}``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Problem
from core.fields.base import Value
from core.fields.context import LoadContext
from core.fields.named import check_named
from core.fields.options import Option, table
from core.fields.refusal import FieldRefused, shown, spec_problem
from core.fields.text import Textual
from core.i18n import Day
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec, Json

_PART = re.compile(r"\{(year|month|day|number)(?::0([1-9][0-9]?))?\}")
_LONGEST = 60
_WIDEST = 18

SERIES = frozenset({"choice", "reference", "text", "integer"})
"""Types of field whose values may have a series of numbers each."""


class PatternInvalid(ValueError):
    """A pattern that cannot number anything: a template and what fills it."""

    def __init__(self, message: str, **params: str) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


@dataclass(frozen=True, kw_only=True, slots=True)
class SequencePattern:
    """A pattern, taken apart: which numbers it makes, and when they begin anew."""

    text: str
    parts: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> SequencePattern:
        """Read a pattern; raise `PatternInvalid` saying what is wrong with it."""
        if len(text) > _LONGEST or any(int(m[2]) > _WIDEST for m in _PART.finditer(text) if m[2]):
            raise PatternInvalid("{field}: the pattern {pattern} is too long.", pattern=shown(text))
        parts = tuple(match[1] for match in _PART.finditer(text))
        if re.search("[{}]", _PART.sub("", text)):
            raise PatternInvalid(
                "{field}: the pattern {pattern} may hold {allowed}, each with a width such as {example}.",
                pattern=shown(text),
                allowed="{number}, {year}, {month}, {day}",
                example="{number:05}",
            )
        if parts.count("number") != 1:
            raise PatternInvalid(
                "{field}: the pattern {pattern} must hold {needed} exactly once.",
                pattern=shown(text),
                needed="{number}",
            )
        if ("day" in parts and "month" not in parts) or ("month" in parts and "year" not in parts):
            raise PatternInvalid(
                "{field}: the numbers of {pattern} would repeat: a day needs its month, and a month its year.",
                pattern=shown(text),
            )
        return cls(text=text, parts=parts)

    def period(self, day: Day) -> str:
        """Return the span in which numbers run on: empty for ever, ``1405``, ``1405-09`` or ``1405-09-01``."""
        if "day" in self.parts:
            return f"{day.year:04}-{day.month:02}-{day.day:02}"
        if "month" in self.parts:
            return f"{day.year:04}-{day.month:02}"
        return f"{day.year:04}" if "year" in self.parts else ""

    def write(self, number: int, day: Day) -> str:
        """Return the value of the ``number``-th record of the period that ``day`` lies in."""
        values = {"number": number, "year": day.year, "month": day.month, "day": day.day}
        usual = {"number": 1, "year": 4, "month": 2, "day": 2}
        return _PART.sub(lambda m: f"{values[m[1]]:0{int(m[2]) if m[2] else usual[m[1]]}}", self.text)


class SequenceField(Textual):
    """A number that the system gives when the record is made or issued; nobody ever enters it."""

    name = "sequence"
    about = "A running number that the system gives when a record is made, or when a condition first holds, by a pattern."
    control = "sequence"
    identifying = True
    derivable = False
    preset = False
    options = table(
        Option(
            name="pattern",
            kind="text",
            required=True,
            about="What the number looks like, such as C-{year}-{number:05}; with {year} or {month} it begins anew in each.",
        ),
        Option(
            name="when",
            kind="condition",
            about="The number is given when this first holds, without a gap; until then the field is empty. Without it the number is given when the record is made.",
        ),
        Option(
            name="by",
            kind="field",
            about="A field of the same entity: each of its values has a series of its own. It cannot change once the number is given.",
        ),
        Option(
            name="date",
            kind="field",
            about="The date field that {year}, {month} and {day} are taken from, in the order of the numbers; without it the day on which the number is given.",
        ),
        Option(
            name="calendar",
            kind="text",
            default="gregorian",
            about="The calendar in which {year}, {month} and {day} are counted, by its registered name.",
        ),
        Option(
            name="kept",
            kind="boolean",
            default=False,
            about="A record with a number cannot be deleted, so that no number is ever missing.",
        ),
    )

    def check_meaning(self, spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
        try:
            pattern_of(spec)
        except PatternInvalid as invalid:
            yield spec_problem(spec, "bad_pattern", invalid.message, **invalid.params)
        for option, kinds in (("by", SERIES), ("date", frozenset({"date"}))):
            yield from check_named(spec, option, kinds, catalog)

    def load(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        raise _given()

    def parse(self, spec: FieldSpec, entered: Value, context: LoadContext) -> Value:
        raise _given()

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {"type": "string", "readOnly": True}


def pattern_of(spec: FieldSpec) -> SequencePattern:
    """Return the pattern of a sequence field."""
    return SequencePattern.read(str(spec.option("pattern")))


def _given() -> FieldRefused:
    return FieldRefused("protected", "This number is given by the system and cannot be entered.")
