"""`Whole`: a file that is made before anybody gets a byte of it.

A web server ends what it sends in good order whatever has broken it off, so that half a file would look like all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from tempfile import TemporaryFile

from core.kernel.disk import told_of_room

_PIECE = 2**16


class Whole:
    """Bytes on the disk, in a file without a name: they are gone when this is closed or forgotten. Read once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        with told_of_room():
            self._file = TemporaryFile()  # noqa: SIM115  # closed by whoever has sent it
            try:
                for piece in pieces:
                    self._file.write(piece)
                self.size = self._file.tell()
                self._file.seek(0)
            except BaseException:
                with suppress(OSError):  # what is left in its buffer finds no room either
                    self._file.close()
                raise

    def __iter__(self) -> Iterator[bytes]:
        with self._file:
            while piece := self._file.read(_PIECE):
                yield piece

    def close(self) -> None:
        """Give the room on the disk back."""
        self._file.close()
