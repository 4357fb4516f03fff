"""The contents of files on disk, each once, named by its SHA-256."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from core.errors import TooLarge, Unavailable
from core.files.kinds import HEAD

CHUNK = 2**16


class Readable(Protocol):
    """Whatever gives bytes: an upload, a file, a buffer."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, none at the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """A content that is safely on disk."""

    sha256: str
    size: int
    head: bytes


class Blobs:
    """Writes, opens and removes contents in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str) -> Path:
        """Return where a content lies."""
        return self._folder / sha256[:2] / sha256[2:]

    def open(self, sha256: str) -> BinaryIO:
        """Open a content for reading."""
        try:
            return self.path(sha256).open("rb")
        except OSError as failure:
            raise Unavailable(
                "The content of this file is missing on the disk.", code="content_missing"
            ) from failure

    def write(self, stream: Readable, limit: int) -> Blob:
        """Write a content, so that it survives a crash, before anybody refers to it."""
        drafts = self._folder / "drafts"
        draft = drafts / f"{os.getpid()}-{time.monotonic_ns()}"
        try:
            drafts.mkdir(parents=True, exist_ok=True)
            try:
                blob = _copy(stream, draft, limit)
                self._keep(draft, self.path(blob.sha256))
            finally:
                draft.unlink(missing_ok=True)
        except OSError as failure:
            raise Unavailable("The file cannot be written to the disk.", code="disk") from failure
        return blob

    def _keep(self, draft: Path, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        with self._locked():
            if path.exists():
                os.utime(path)  # it is wanted again: the sweep leaves it alone for a while
                return
            draft.replace(path)
        _sync_folder(path.parent)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let nothing be swept for a while: somebody copies what was wanted when they began."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "kept").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def sweep(self, older_than: float, wanted: Callable[[str], bool]) -> int:
        """Remove old drafts, and contents older than so many seconds that nobody wants; return how many.

        Nothing is removed while somebody has all of them `kept`: there will be another day.
        """
        if not self._folder.is_dir():
            return 0
        with (self._folder / "kept").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            return self._sweep(time.time() - older_than, wanted)

    def _sweep(self, before: float, wanted: Callable[[str], bool]) -> int:
        removed = 0
        for path in list(self._folder.glob("*/*")):
            sha256 = path.parent.name + path.name
            with self._locked():
                if (
                    path.exists()
                    and path.stat().st_mtime < before
                    and (len(sha256) != 64 or not wanted(sha256))
                ):
                    path.unlink()
                    removed += 1
        return removed

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep the sweep and the writers out of each other's way."""
        with (self._folder / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _copy(stream: Readable, draft: Path, limit: int) -> Blob:
    digest, size, head = hashlib.sha256(), 0, b""
    with draft.open("xb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit=f"{limit // 2**20} MB")
            head = (head + chunk)[:HEAD] if len(head) < HEAD else head
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Blob(sha256=digest.hexdigest(), size=size, head=head)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
