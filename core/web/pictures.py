"""Pictures of records on screens: what they show in words, and which stands for a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import Problem
from core.kernel.values import PICTURES, FileRef
from core.metadata.specs import EntitySpec, FieldSpec


@dataclass(frozen=True, slots=True)
class Picture(FileRef):
    """A picture on a screen; ``alt`` is what it shows: the record that it belongs to."""

    alt: str = ""


def pictured(spec: FieldSpec, value: Any, title: object) -> Any:
    """Return the value of a field, of a picture with the title of its record as what it shows."""
    if spec.type != "image" or not isinstance(value, FileRef):
        return value
    return Picture(value.id, value.name, value.size, value.mime, "" if title is None else str(title))


def portrait(entity: EntitySpec, record: Mapping[str, Any]) -> FileRef | None:
    """Return the picture that stands for a record; None where there is none to be shown."""
    value = record.get(entity.image)
    return value if isinstance(value, FileRef) and value.mime in PICTURES else None


def drop_refused(entity: EntitySpec, values: dict[str, Any], problems: Iterable[Problem]) -> list[FileRef]:
    """Take uploads that were refused as pictures out of ``values``, so that the form keeps what was there; return them."""
    refused = []
    for problem in problems:
        spec = entity.fields.get(problem.field or "")
        if spec is not None and spec.type == "image":
            refused.append(values.pop(spec.name, None))
    return [file for file in refused if isinstance(file, FileRef)]
