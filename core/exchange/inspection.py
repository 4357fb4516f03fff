"""What a file looks like before it is imported: its sheets and columns, and what each column probably means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from core.metadata.specs import Json


class Option(NamedTuple):
    """Something a column may be mapped to: its path in a mapping, and its label for the reader."""

    path: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the file: its header, up to five values as they read, and the target that was guessed."""

    name: str
    samples: tuple[str, ...]
    guess: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """A file as the import wizard shows it.

    ``options`` is everything that the actor may import into, ``keys`` those by which present records can be found.
    ``rows`` counts the rows below the header that hold anything; ``source`` is the program the file comes from, empty
    where it is not known.
    """

    file: int
    name: str
    sheets: tuple[str, ...]
    sheet: str
    columns: tuple[Column, ...]
    options: tuple[Option, ...]
    keys: tuple[Option, ...]
    rows: int
    source: str = ""

    @property
    def mapping(self) -> dict[str, str]:
        """The guessed mapping, ready to be given to ``start``."""
        return {column.name: column.guess for column in self.columns if column.guess}

    def as_json(self) -> dict[str, Json]:
        """Return the inspection in wire form."""
        return {
            "file": self.file,
            "name": self.name,
            "sheets": list(self.sheets),
            "sheet": self.sheet,
            "columns": [{"name": c.name, "samples": list(c.samples), "guess": c.guess} for c in self.columns],
            "options": [{"path": o.path, "label": o.label} for o in self.options],
            "keys": [{"path": o.path, "label": o.label} for o in self.keys],
            "mapping": dict(self.mapping),
            "rows": self.rows,
            "source": self.source,
        }
