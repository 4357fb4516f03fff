"""Files that stand within an imported file, such as a photo on a card: kept with the record that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from core.files import Files
from core.kernel.actor import Actor
from core.kernel.values import FileRef
from core.storage import UnitOfWork


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
