"""Values of a file that a person has mended in the wizard: replaced wherever they stand in their column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from core.errors import BadRequest
from core.exchange.table import Cell, Cells, Row
from core.fields import FieldRefused
from core.metadata.specs import Json

Fixes: TypeAlias = "Mapping[str, Mapping[str, str]]"
"""By the header of a column: what stands there, and what is meant; nothing means that the cell is left empty."""

MOST = 1000
LONGEST = 1000
"""Characters of a value that can be mended; what is longer is mended in the file."""

_STEPS = 5
"""A value that was mended wrongly is mended again; so many steps are followed."""


def read_fixes(given: object) -> Fixes:
    """Return mended values as they were sent; refuse anything else."""
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(
        isinstance(values, Mapping) and all(isinstance(v, str) and len(v) <= LONGEST for v in values.values())
        for values in given.values()
    ):
        raise BadRequest("fixes is an object of columns, each an object of texts.", code="wrong_type")
    if sum(map(len, given.values())) > MOST:
        raise BadRequest("At most {maximum} values are mended at once.", code="too_many", maximum=MOST)
    return {str(header): {str(k): str(v) for k, v in values.items()} for header, values in given.items()}


class Mender:
    """Mends the cells of one table."""

    def __init__(self, header: Sequence[str], fixes: Fixes) -> None:
        self._header = header
        self._fixes = {header.index(name): values for name, values in fixes.items() if name in header}

    def mended(self, row: Row) -> Row:
        """Return a row with its mended values."""
        number, cells = row
        if not self._fixes:
            return row
        changed = list(cells)
        for place, values in self._fixes.items():
            text = told(cells[place])
            for _ in range(_STEPS):
                if text is None or text not in values or values[text] == text:
                    break
                text = values[text]
                changed[place] = text or None
        return number, changed

    def tell(self, problems: Sequence[Mapping[str, Json]], cells: Cells) -> tuple[Mapping[str, Json], ...]:
        """Return problems with the values at which they were found, where these can be mended."""
        return tuple({**problem, **self._value(problem, cells)} for problem in problems)

    def _value(self, problem: Mapping[str, Json], cells: Cells) -> Mapping[str, Any]:
        name = problem.get("field")
        if not isinstance(name, str) or name not in self._header:
            return {}
        text = told(cells[self._header.index(name)])
        return {} if text is None or len(text) > LONGEST else {"value": text}


def told(cell: Cell) -> str | None:
    """Return a cell as people are shown it, None where there is nothing to show."""
    if cell is None or isinstance(cell, (bytes, FieldRefused)):
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
