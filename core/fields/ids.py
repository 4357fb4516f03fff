"""Fields that keep an id: how it is written, typed and read, whatever it points to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa

from core.fields.base import FieldType, Value
from core.fields.context import LoadContext
from core.fields.refusal import FieldRefused, shown
from core.i18n import ascii_digits
from core.kernel.values import FileRef, Ref
from core.metadata.specs import FieldSpec, Json

LARGEST_ID = 2**63 - 1
READ_TOO = {"id", "title", "name", "size", "mime", "url", "thumbnails"}


class IdField(FieldType):
    """A field with the id of one other thing in its column; its value is a ``pointer`` with what is shown of it."""

    pointer: ClassVar[type[Ref | FileRef]]

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger()

    def to_column(self, spec: FieldSpec, value: Value) -> object:
        return value.id

    def from_column(self, spec: FieldSpec, cell: Value) -> Value:
        return self.pointer(cell)

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        return self.pointer(read_id(value))

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        return self.pointer(typed_id(text))

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        return self.pointer(cell_id(cell))

    def equal(self, left: Value, right: Value) -> bool:
        return (None if left is None else left.id) == (None if right is None else right.id)

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return str(value.id)


def read_id(value: object) -> int:
    """Return the id that JSON names: ``5``, or an object with ``id`` as it was read."""
    if isinstance(value, Mapping) and "id" in value and set(value) <= READ_TOO:
        value = value["id"]
    if isinstance(value, bool) or not isinstance(value, int):
        raise FieldRefused("not_an_id", "Name the record by its id, a whole number.")
    return _existing_id(value)


def typed_id(text: str) -> int:
    """Return the id typed or posted as text, in digits of any script, with or without ``#``."""
    digits = ascii_digits(text).strip().removeprefix("#").strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > 19:
        raise FieldRefused(
            "not_found_by_name", "{text} was not found; choose a record from the list.", text=shown(text)
        )
    return _existing_id(int(digits))


def cell_id(cell: object) -> int:
    """Return the id in a number cell."""
    return read_id(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def _existing_id(number: int) -> int:
    if not 1 <= number <= LARGEST_ID:
        raise FieldRefused("not_an_id", "Ids are whole numbers from 1.")
    return number


def id_schema(shown_too: Mapping[str, Json]) -> dict[str, Json]:
    """Return the JSON Schema of a pointer: an object with its id as it is read, which may be written as the id alone."""
    return {
        "oneOf": [
            {"type": "integer", "format": "int64", "minimum": 1},
            {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "integer", "format": "int64"}, **shown_too},
            },
        ]
    }
