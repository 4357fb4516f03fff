"""Amounts in cells: in the unit that stands beside them or in their header, else in the one the reader thinks in."""

from __future__ import annotations

import re
from decimal import Decimal

from core.exchange.table import Cell
from core.fields import FieldRefused, FieldType, LoadContext
from core.fields.decimals import plain
from core.metadata.specs import FieldSpec

_ASIDE = re.compile(r"[(\[\uff08](.+?)[)\]\uff09]")
_LETTER = re.compile(r"[^\W\d_]|\$|\u20ac|\u00a3|\ufdfc")
_DECIMAL = "\u066b"
"""A decimal mark that every reader's style understands."""


class AmountReader:
    """Reads the amounts of one column; ``header`` may name their unit in brackets."""

    def __init__(self, spec: FieldSpec, kind: FieldType, context: LoadContext, header: str) -> None:
        self._spec = spec
        self._kind = kind
        self._context = context
        self._unit = next((aside for aside in _ASIDE.findall(header) if self._is_unit(aside)), "")

    def read(self, cell: Cell, unit: str = "") -> object:
        """Return the amount of a cell; a unit written with it counts more than ``unit`` and the header's."""
        if isinstance(cell, bytes):
            raise FieldRefused("no_content", "Files do not fit into a cell; leave this column out.")
        unit = unit.strip() or self._unit
        if not unit or (isinstance(cell, str) and _LETTER.search(cell)):
            return self._kind.parse(self._spec, cell, self._context)
        if isinstance(cell, float):
            cell = plain(Decimal(f"{cell:.15g}")).replace(".", _DECIMAL)
        return self._kind.parse(self._spec, f"{cell} {unit}", self._context)

    def _is_unit(self, words: str) -> bool:
        try:
            self._kind.parse(self._spec, f"1000000 {words}", self._context)
        except FieldRefused as refused:
            return refused.reason in ("too_small", "too_large", "wrong_currency")
        return True
