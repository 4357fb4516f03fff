"""Pictures of records: thumbnails for those who may read the field, and what is said in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from core.errors import Problem
from core.files import Thumbnails, thumbnail_headers
from core.kernel.site import Site
from core.kernel.values import PICTURES, FileRef
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.attachments import Attachments
from core.web.pages import Pages
from core.web.visit import visit


@dataclass(frozen=True, slots=True)
class Picture(FileRef):
    """A picture on a screen; ``alt`` is what it shows: the record that it belongs to."""

    alt: str = ""


def register(made: Blueprint, site: Site, _pages: Pages) -> None:
    """Add the route of thumbnails."""
    made.add_url_rule(
        "/files/<int:number>/<size>", "thumbnail", lambda number, size: thumbnail(site, number, size)
    )


def thumbnail(site: Site, number: int, size: str) -> Response:
    """Send a thumbnail of a file to somebody who may have the file; of what is no picture there is none."""
    present = visit().require()
    found = site.get(Attachments).find(present.actor, number, catalog=present.catalog)
    drawn = site.get(Thumbnails).get(found, size)
    response = Response(drawn, headers=dict(thumbnail_headers(f"{found.sha256[:32]}-{size}")))
    response.make_conditional(request)
    return response


def pictured(spec: FieldSpec, value: Any, title: object) -> Any:
    """Return the value of a field, of a picture with the title of its record as what it shows."""
    if spec.type != "image" or not isinstance(value, FileRef):
        return value
    return Picture(value.id, value.name, value.size, value.mime, "" if title is None else str(title))


def portrait(entity: EntitySpec, record: Mapping[str, Any]) -> FileRef | None:
    """Return the picture that stands for a record; None where there is none to be shown."""
    value = record.get(entity.image)
    return value if isinstance(value, FileRef) and value.mime in PICTURES else None


def drop_refused(entity: EntitySpec, values: dict[str, Any], problems: Iterable[Problem]) -> None:
    """Forget the uploads that were refused as pictures, so that the form shows, and keeps, what was there before."""
    for problem in problems:
        spec = entity.fields.get(problem.field or "")
        if spec is not None and spec.type == "image":
            values.pop(spec.name, None)
