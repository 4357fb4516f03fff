"""Files and pictures that were uploaded before: the record keeps their id."""

from __future__ import annotations

from core.expressions.types import Type
from core.fields.base import Value
from core.fields.ids import IdField, id_schema
from core.i18n import Style
from core.kernel.values import THUMBNAILS, FileRef
from core.metadata.specs import FieldSpec, Json

NULLABLE_TEXT: Json = {"type": ["string", "null"]}
DOWNLOAD = "/api/v1/files/{id}"
THUMBNAIL = "/api/v1/files/{id}/thumbnails/{size}"


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
            {"name": NULLABLE_TEXT, "size": {"type": ["integer", "null"]}, "mime": NULLABLE_TEXT}
        )


class ImageField(FileField):
    """A file whose content is a picture; what is no picture, or not a whole one, is refused where it is written."""

    name = "image"
    about = (
        "A picture (PNG, JPEG, WebP or GIF), uploaded first; reads what a file reads and the addresses of its "
        "thumbnails, writes the id."
    )
    control = "image"

    def wire_schema(self, spec: FieldSpec) -> dict[str, Json]:
        sizes: dict[str, Json] = {size: {"type": "string"} for size in THUMBNAILS}
        return id_schema(
            {
                "name": NULLABLE_TEXT,
                "size": {"type": ["integer", "null"]},
                "mime": NULLABLE_TEXT,
                "url": {"type": "string"},
                "thumbnails": {"type": "object", "properties": sizes},
            }
        )


def image_urls(number: int) -> dict[str, object]:
    """Return where a picture is found over the API: as it was uploaded, and its thumbnails by size.

    They are told where a record is read; the history and exports keep only what a file keeps.
    """
    return {
        "url": DOWNLOAD.format(id=number),
        "thumbnails": {size: THUMBNAIL.format(id=number, size=size) for size in THUMBNAILS},
    }
