"""Files within files, such as a photo on a card: kept with the record they come with, and sent along with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO

from core.errors import NotFound
from core.exchange.targets import EMBEDDED
from core.files import Files
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.kernel.values import FileRef
from core.metadata.specs import EntitySpec
from core.storage import Database, UnitOfWork

MOST = 10 * 2**20
"""Bytes of a file that is sent along with its record; a larger one is left out."""


class EmbeddedFiles:
    """Keeps contents as files of the importing person."""

    def __init__(self, files: Files, actor: Actor) -> None:
        self._files = files
        self._actor = actor

    def kept(self, values: Mapping[str, object], uow: UnitOfWork) -> Mapping[str, object]:
        """Return the values of a record with contents kept as files."""
        if not any(isinstance(value, bytes) for value in values.values()):
            return values
        return {
            name: self._keep(name, value, uow) if isinstance(value, bytes) else value
            for name, value in values.items()
        }

    def _keep(self, name: str, content: bytes, uow: UnitOfWork) -> FileRef:
        return FileRef(self._files.store(BytesIO(content), name, self._actor, uow))


def with_contents(
    site: Site, rows: Iterable[Mapping[str, object]], spec: EntitySpec
) -> Iterator[Mapping[str, object]]:
    """Yield records with the contents of their files in the place of what is told of these."""
    names = [field.name for field in spec.fields.values() if field.type in EMBEDDED]
    for row in rows:
        files = {name: value for name in names if isinstance(value := row.get(name), FileRef)}
        yield {**row, **{name: _content(site, file.id) for name, file in files.items()}} if files else row


def _content(site: Site, number: int) -> bytes | None:
    files = site.get(Files)
    try:
        with site.get(Database).reading() as reader:
            stored = files.find(number, reader)
        if stored.size > MOST:
            return None
        with files.open(stored) as file:
            return file.read()
    except (NotFound, OSError):
        return None
