"""What became of the rows of an import: counts, and the rows that were left out with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.errors import Problem
from core.i18n import Style
from core.metadata.specs import Json

CREATED, UPDATED, SKIPPED, DUPLICATE, ERROR = "created", "updated", "skipped", "duplicate", "error"
COUNTS: Mapping[str, str] = {
    CREATED: "created",
    UPDATED: "updated",
    SKIPPED: "skipped",
    DUPLICATE: "duplicates",
    ERROR: "errors",
}
"""The names of the counts in the result, by outcome."""

SHOWN_ROWS = 200
"""So many rows with problems are part of the result; all of them are in the error file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A row that was left out: its number, whether it is a duplicate or wrong, and why."""

    row: int
    outcome: str
    problems: tuple[Mapping[str, Json], ...]

    def as_json(self) -> dict[str, Json]:
        """Return the note as it is kept and shown."""
        return {
            "row": self.row,
            "outcome": self.outcome,
            "problems": [dict(problem) for problem in self.problems],
        }

    @classmethod
    def of_json(cls, body: Mapping[str, Json]) -> Note:
        """Return a kept note."""
        problems = body["problems"]
        return cls(
            row=int(str(body["row"])),
            outcome=str(body["outcome"]),
            problems=tuple(p for p in problems if isinstance(p, Mapping))
            if isinstance(problems, (list, tuple))
            else (),
        )

    @property
    def reasons(self) -> str:
        """All reasons in one cell, each with its column."""
        return "\n".join(
            f"{p['field']}: {p['message']}" if p["field"] else str(p["message"]) for p in self.problems
        )


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of some rows."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS.values(), 0))
    notes: list[Note] = field(default_factory=list)

    def count(self, outcome: str) -> None:
        """Count a row."""
        self.counts[COUNTS[outcome]] += 1

    def leave_out(self, row: int, outcome: str, problems: Iterable[Problem], style: Style) -> None:
        """Count a row that is left out, and note why, in the words of the person who imports."""
        self.count(outcome)
        told = {(p.field, p.code, style.problem(p)): p for p in problems}
        self.notes.append(
            Note(
                row=row,
                outcome=outcome,
                problems=tuple(
                    {"field": name, "code": code, "message": message} for name, code, message in told
                ),
            )
        )

    def add(self, other: Outcome) -> None:
        """Take in what became of more rows."""
        for name, count in other.counts.items():
            self.counts[name] += count
        self.notes.extend(other.notes)
