"""Empty on purpose: where nothing said means the default, a dash says that a value is empty."""

from __future__ import annotations

from core.fields import FieldType
from core.metadata.specs import FieldSpec

NOTHING = "\u2014"


def has_mark(spec: FieldSpec, kind: FieldType) -> bool:
    """Tell whether an empty value of a field is written as a dash; text may be one itself."""
    return spec.default is not None and not (spec.required or spec.derived or spec.system or kind.textual)


def is_mark(cell: object) -> bool:
    """Tell whether a cell says that a value is empty."""
    return isinstance(cell, str) and cell.strip() == NOTHING
