"""Lists in cells: the lines that a cell tells, each value read by the type of its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from core.exchange.emptiness import has_mark, is_mark
from core.exchange.line_text import read_lines
from core.exchange.mapping import Assignment
from core.exchange.targets import Target
from core.fields import FieldRefused, FieldTypes
from core.i18n import fold

_MOST = 1000
_SHOWN = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A value of a line: to which field it belongs, and what it says (None: the field is empty on purpose)."""

    assignment: Assignment
    value: object


class LineReader:
    """Reads the cells of one list; ``parts`` are its fields by their folded names and labels."""

    def __init__(
        self,
        column: Assignment,
        parts: Mapping[str, Target],
        parser: Callable[[Assignment], Callable[[str], object]],
        types: FieldTypes,
    ) -> None:
        self._types = types
        self._parts = {
            name: Assignment(place=-1, header=column.header, target=t) for name, t in parts.items()
        }
        self._parse = {one.target.path: parser(one) for one in self._parts.values()}

    def read(self, text: str) -> Iterator[list[Told]]:
        """Yield the lines of a cell; refuse the cell where a part of it is not understood."""
        for number, line in enumerate(read_lines(text), start=1):
            if number > _MOST:
                raise FieldRefused("too_many", "At most {limit} can be given at once.", limit=_MOST)
            yield [self._told(label, value) for label, value in line if value]

    def _told(self, label: str, text: str) -> Told:
        one = self._parts.get(fold(label))
        if one is None:
            raise FieldRefused(
                "unknown_part",
                "{text} says nothing of a line that is known; write it like {example}.",
                text=(f"{label}: {text}" if label else text)[:_SHOWN],
                example=self._example(),
            )
        spec = one.target.spec
        if is_mark(text) and has_mark(spec, self._types.get(spec.type)):
            return Told(assignment=one, value=None)
        return Told(assignment=one, value=self._parse[one.target.path](text))

    def _example(self) -> str:
        names = list(dict.fromkeys(one.target.path for one in self._parts.values()))[:2]
        return " | ".join(f"{name}: \u2026" for name in names)
