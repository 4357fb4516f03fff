"""`Thumbnails`: small copies of pictures, made when somebody first looks, and kept by the hash of the picture."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO

from core.errors import NotFound, Problem, Unavailable
from core.files.blobs import Blobs
from core.files.service import StoredFile
from core.kernel.values import PICTURES, THUMBNAILS

AT_ONCE = 1
"""Pictures that a process draws at a time: each may take as much memory as all its points."""

PATIENCE = 15.0
"""Seconds that one waits for one's turn."""

VERSION = 1
"""Of the way they are drawn: another number makes all anew."""

LARGEST = 64 * 2**20
"""Bytes of a file that are read as a picture."""


class Thumbnails:
    """Draws pictures, a few at a time; what was drawn once is only read afterwards."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def get(self, file: StoredFile, size: str) -> bytes:
        """Return a thumbnail as WebP; raise `NotFound` where the file is no picture, or there is no such size."""
        if size not in THUMBNAILS or file.mime not in PICTURES or file.size > LARGEST:
            raise NotFound
        return self._blobs.derived(file.sha256, _name(size)) or self._made(file, size)

    def _made(self, file: StoredFile, size: str) -> bytes:
        with self._turn():
            found = self._blobs.derived(file.sha256, _name(size))  # somebody was faster
            if found is not None:
                return found
            made = self._draw(file)
            for name, drawn in made.items():
                self._blobs.keep_derived(file.sha256, name, drawn)
            return made[_name(size)]

    def renew(self, file: StoredFile) -> None:
        """Draw a picture anew in place of what is there; what cannot be drawn has no thumbnails afterwards.

        Raise `Unavailable` where its content cannot be read: what is there stays, as it is all that there is.
        """
        with self._turn():
            try:
                made = self._draw(file)
            except NotFound:
                made = {}
            for name in NAMES:
                self._blobs.drop_derived(file.sha256, name)
            for name, drawn in made.items():
                self._blobs.keep_derived(file.sha256, name, drawn)

    def _draw(self, file: StoredFile) -> Mapping[str, bytes]:
        from core.files.pictures import NotShown, thumbnails

        try:
            with self._blobs.open(file.sha256) as content:
                made = thumbnails(BytesIO(content.read()), file.mime)
        except NotShown as refused:
            raise NotFound from refused
        return {_name(size): drawn for size, drawn in made.items()}

    def problem(self, sha256: str, mime: str, size: int) -> Problem | None:
        """Return why a content is no picture to be shown; None where it is one."""
        if size > LARGEST:
            mime = ""  # nothing is read of what is no picture
        from core.files.pictures import NotShown, check_picture

        with self._turn(), self._blobs.open(sha256) as content:
            try:
                check_picture(BytesIO(content.read(LARGEST)), mime)
            except NotShown as refused:
                return refused.problem
        return None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=PATIENCE):
            raise Unavailable("Too many pictures are drawn just now; try again in a moment.", code="busy")
        try:
            yield
        finally:
            self._turns.release()


def _name(size: str) -> str:
    return f"{size}{VERSION}"


NAMES = frozenset(map(_name, THUMBNAILS))
"""What the thumbnails of a picture are called as they are drawn now."""


def is_whole(content: bytes) -> bool:
    """Tell whether these are all bytes of a thumbnail: a WebP says in its head how long it is."""
    return (
        content[:4] == b"RIFF"
        and content[8:12] == b"WEBP"
        and int.from_bytes(content[4:8], "little") + 8 == len(content)
    )
