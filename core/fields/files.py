"""A file that was uploaded before: the record keeps its id."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from core.expressions.types import Type
from core.fields.base import FieldType, Value
from core.fields.context import LoadContext
from core.fields.references import cell_id, read_id, typed_id
from core.i18n import Style
from core.kernel.values import FileRef
from core.metadata.specs import FieldSpec, Json


class FileField(FieldType):
    """A file; it is uploaded first, and the record then names it by its id."""

    name = "file"
    about = 'A file, uploaded first; reads {"id", "name", "size", "mime"}, writes the id.'
    control = "file"
    sortable = False
    derivable = False
    preset = False

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("file")

    def sa_type(self, spec: FieldSpec) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger()

    def references(self, spec: FieldSpec) -> str | None:
        return "core_file"

    def to_column(self, spec: FieldSpec, value: Value) -> object:
        return value.id

    def from_column(self, spec: FieldSpec, cell: Value) -> Value:
        return FileRef(cell)

    def from_json(self, spec: FieldSpec, value: Value, context: LoadContext) -> Value:
        return FileRef(read_id(value))

    def from_text(self, spec: FieldSpec, text: str, context: LoadContext) -> Value:
        return FileRef(typed_id(text))

    def from_cell(self, spec: FieldSpec, cell: Value, context: LoadContext) -> Value:
        return FileRef(cell_id(cell))

    def equal(self, left: Value, right: Value) -> bool:
        return (None if left is None else left.id) == (None if right is None else right.id)

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return {"id": value.id, "name": value.name, "size": value.size, "mime": value.mime}

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return value.name or f"#{value.id}"

    def to_key(self, spec: FieldSpec, value: Value) -> str | None:
        return str(value.id)

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return {
            "oneOf": [
                {"type": "integer", "format": "int64", "minimum": 1},
                {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": {"type": "integer", "format": "int64"},
                        "name": {"type": ["string", "null"]},
                        "size": {"type": ["integer", "null"]},
                        "mime": {"type": ["string", "null"]},
                    },
                },
            ]
        }
