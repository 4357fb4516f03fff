"""The archive of a backup: a zip file, so that it can be looked into anywhere; written once, read with digests."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from core.backup.manifest import Manifest, damaged, not_a_backup
from core.errors import Conflict, Unavailable
from core.kernel.disk import NO_ROOM

MANIFEST = "manifest.json"
BEFORE, AFTER, SECRET = "schema/before.sql", "schema/after.sql", "secret"
BLOCK = 2**18
DRAFT = ".partial"

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)
"""What a broken archive ends with: bad sums, streams cut off, members that are gone, passwords."""


def table_member(name: str) -> str:
    """Return where the rows of a table are."""
    return f"tables/{name}.copy"


def file_member(sha256: str) -> str:
    """Return where a content of a file is."""
    return f"files/{sha256}"


class Draft:
    """An archive that is being written, beside its place; it takes its name when it is whole and on the disk."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".{target.name}{DRAFT}")

    def __enter__(self) -> Self:
        if self.target.exists():
            raise Conflict(
                "{file} exists already; name another file.", code="file_exists", file=str(self.target)
            )
        with told_of_disk(self.target):
            self.path.unlink(missing_ok=True)  # of one that was killed; two at once are kept apart by a lock
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: IO[bytes] = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", allowZip64=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                with suppress(OSError, ValueError):
                    self._zip.close()
                return
            with told_of_disk(self.target):
                self._zip.close()
                self._file.flush()
                os.fsync(self._file.fileno())
                self.path.rename(self.target)
                sync_folder(self.target.parent)
        finally:
            with suppress(OSError):
                self._file.close()
            self.path.unlink(missing_ok=True)

    @contextmanager
    def member(self, name: str, *, packed: bool = True) -> Iterator[Callable[[bytes], object]]:
        """Open a part for writing; its length need not be known before."""
        about = zipfile.ZipInfo(name)
        about.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        about.external_attr = 0o600 << 16
        with told_of_disk(self.target), self._zip.open(about, "w", force_zip64=True) as part:
            yield part.write

    def add(self, name: str, content: bytes) -> str:
        """Write a small part at once; return its digest."""
        with self.member(name) as write:
            write(content)
        return hashlib.sha256(content).hexdigest()


class Archive:
    """A backup that is read: each part is what the manifest says, or `BadRequest` is raised."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        try:
            self._zip = zipfile.ZipFile(self.path)
            text = self._zip.read(MANIFEST)
        except UNREADABLE:
            raise not_a_backup(str(self.path)) from None
        self.manifest = Manifest.read(text, str(self.path))
        return self

    def __exit__(self, *_exception: object) -> None:
        self._zip.close()

    def blocks(self, member: str, sha256: str) -> Iterator[bytes]:
        """Yield a part piece by piece; after the last one it is known whether it is what was written."""
        digest = hashlib.sha256()
        try:
            with self._zip.open(member) as part:
                while block := part.read(BLOCK):
                    digest.update(block)
                    yield block
        except UNREADABLE:
            raise damaged(str(self.path), member) from None
        if digest.hexdigest() != sha256:
            raise damaged(str(self.path), member)

    def whole(self, member: str, sha256: str) -> bytes:
        """Return a small part."""
        return b"".join(self.blocks(member, sha256))

    def files(self) -> list[str]:
        """Return the digests of all contents of files; raise where one is missing."""
        start = file_member("")
        found = [name.removeprefix(start) for name in self._zip.namelist() if name.startswith(start)]
        if len(found) != self.manifest.files:
            raise damaged(str(self.path), start)
        return found

    def examine(self) -> None:
        """Read everything once; raise `BadRequest` where anything is not what was written."""
        manifest = self.manifest
        parts: Iterable[tuple[str, str]] = (
            (BEFORE, manifest.before),
            (AFTER, manifest.after),
            (SECRET, manifest.secret),
            *((table_member(table.name), table.sha256) for table in manifest.tables),
            *((file_member(sha256), sha256) for sha256 in self.files()),
        )
        for member, sha256 in parts:
            for _block in self.blocks(member, sha256):
                pass


@contextmanager
def told_of_disk(target: Path) -> Iterator[None]:
    """Say what the disk refuses, with the file that was to be written."""
    try:
        yield
    except OSError as failure:
        if failure.errno in NO_ROOM:
            raise Unavailable(
                "There is no room left on the disk for {file}.", code="disk_full", file=str(target)
            ) from failure
        raise Unavailable(
            "{file} cannot be written: {why}.",
            code="disk",
            file=str(target),
            why=failure.strerror or str(failure),
        ) from failure


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
