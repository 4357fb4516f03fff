"""A file that was uploaded before: the record keeps its id."""

from __future__ import annotations

from core.expressions.types import Type
from core.fields.base import Value
from core.fields.ids import IdField, id_schema
from core.i18n import Style
from core.kernel.values import FileRef
from core.metadata.specs import FieldSpec, Json


class FileField(IdField):
    """A file; it is uploaded first, and the record then names it by its id."""

    name = "file"
    about = 'A file, uploaded first; reads {"id", "name", "size", "mime"}, writes the id.'
    control = "file"
    pointer = FileRef
    sortable = False
    derivable = False
    preset = False

    def expression_type(self, spec: FieldSpec) -> Type:
        return Type("file")

    def references(self, spec: FieldSpec) -> str | None:
        return "core_file"

    def to_json(self, spec: FieldSpec, value: Value) -> Json:
        return {"id": value.id, "name": value.name, "size": value.size, "mime": value.mime}

    def to_text(self, spec: FieldSpec, value: Value, style: Style) -> str:
        return value.name or f"#{value.id}"

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        return id_schema(
            {
                "name": {"type": ["string", "null"]},
                "size": {"type": ["integer", "null"]},
                "mime": {"type": ["string", "null"]},
            }
        )
