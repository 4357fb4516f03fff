r"""Lines of a list in one cell: ``Kind: Mobile | Value: 0912…``, one below the other, as people read and type them.

A bar, a colon or a line break that belongs to a value is written with a backslash: ``\|``, ``\:``, ``\n``, ``\\``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_LINES = re.compile(r"(?:\\.|[^\n])+")
_PARTS = re.compile(r"(?:\\.|[^|])+")
_LABEL = re.compile(r"((?:\\.|[^:\\])+):(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_VALUE_MARKS = re.compile(r"([\\|])")
_LABEL_MARKS = re.compile(r"([\\|:])")

Line = Sequence[tuple[str, str]]
"""The values of a line, each with its label."""


def write_lines(lines: Iterable[Line]) -> str:
    """Return lines as the text of a cell; a line of which nothing is told is left out."""
    return "\n".join(
        " | ".join(f"{_escaped(label, _LABEL_MARKS)}: {_escaped(text, _VALUE_MARKS)}" for label, text in line)
        for line in lines
        if line
    )


def read_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a cell; a part without a label has an empty one."""
    for line in _LINES.findall(text):
        parts = [_LABEL.fullmatch(part) or part for part in _PARTS.findall(line) if part.strip()]
        if parts:
            yield [
                ("", _unescaped(part))
                if isinstance(part, str)
                else (_unescaped(part[1]), _unescaped(part[2]))
                for part in parts
            ]


def looks_like_lines(text: str) -> bool:
    """Tell whether every line of a text says what its values are."""
    lines = [*read_lines(text)]
    return bool(lines) and all(label for line in lines for label, _ in line)


def _escaped(text: str, marks: re.Pattern[str]) -> str:
    return marks.sub(r"\\\1", text).replace("\n", "\\n")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text.strip())
