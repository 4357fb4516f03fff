"""The contents of files, each once, named by its SHA-256; and what was derived of them, which may be made anew."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from core.errors import TooLarge, Unavailable, in_bytes
from core.files.kinds import HEAD
from core.files.stores import Folder, Store

CHUNK = 2**16
THUMBNAILS = "thumbnails/"
"""Begins the keys of what was derived."""

OURS = re.compile(rf"({THUMBNAILS})?[0-9a-f]{{2}}/[0-9a-f]{{62}}(-\w+)?")
"""What our keys look like: a bucket may hold things of others."""


class Readable(Protocol):
    """Whatever gives bytes: an upload, a file, a buffer."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, none at the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """A content that is safely kept."""

    sha256: str
    size: int
    head: bytes


class Blobs:
    """Writes, opens and removes contents. Drafts and locks are in a folder of this machine, wherever contents lie."""

    def __init__(self, folder: Path, store: Store | None = None) -> None:
        self._folder = folder
        self._store = store or Folder(folder)

    @property
    def shared(self) -> bool:
        """True where other machines may write to the store, whom no lock of this one keeps away."""
        return not isinstance(self._store, Folder)

    def open(self, sha256: str) -> BinaryIO:
        """Open a content for reading."""
        try:
            return self._store.open(_key(sha256))
        except FileNotFoundError as failure:
            raise Unavailable(
                "The content of this file is missing on the disk.", code="content_missing"
            ) from failure
        except OSError as failure:
            raise _unreadable() from failure

    def write(self, stream: Readable, limit: int) -> Blob:
        """Write a content, so that it survives a crash, before anybody refers to it."""
        with self._draft() as draft:
            blob = _copy(stream, draft, limit)
            self._take(draft, _key(blob.sha256))
        return blob

    def _take(self, draft: Path, key: str) -> None:
        # Only the sweep is kept away from a store over the network: one that sends slowly would hold up all others.
        with self._locked(fcntl.LOCK_SH if self.shared else fcntl.LOCK_EX):
            try:
                self._store.take(draft, key)
            except OSError as failure:
                if not self.shared:
                    raise
                raise Unavailable(
                    "The file cannot be kept just now: the store of files does not take it. Try again in a moment.",
                    code="store_away",
                ) from failure

    def missing(self, digests: Sequence[str]) -> tuple[str, ...]:
        """Return those of these contents that are not kept; raise `Unavailable` where the store does not answer."""
        if not self.shared:
            return tuple(one for one in digests if not self._opens(one))
        try:
            kept = set(self._store.listed())  # one list instead of a question for each
        except OSError as failure:
            raise _unreadable() from failure
        return tuple(one for one in digests if _key(one) not in kept)

    def _opens(self, sha256: str) -> bool:
        try:
            self._store.open(_key(sha256)).close()
        except OSError:
            return False
        return True

    def derived(self, sha256: str, name: str) -> bytes | None:
        """Return what was derived of a content under a name; None where it has to be made."""
        try:
            with self._store.open(_derived(sha256, name)) as found:
                return found.read()
        except OSError:
            return None

    def keep_derived(self, sha256: str, name: str, content: bytes) -> None:
        """Keep what was derived of a content; of two who do so at once one is as good as the other."""
        with self._draft() as draft:
            _flush(draft, content)
            self._take(draft, _derived(sha256, name))

    def all_derived(self) -> Iterator[tuple[str, str]]:
        """Yield the digest and the name of everything that was derived of contents."""
        try:
            for key in self._store.listed():
                if key.startswith(THUMBNAILS) and OURS.fullmatch(key):
                    yield _sha256_of(key), key.rpartition("-")[2]
        except OSError as failure:
            raise _unreadable() from failure

    def derived_at(self, sha256: str, name: str) -> float | None:
        """Return when it was derived, in seconds since 1970; None where it is gone."""
        return self._store.modified(_derived(sha256, name))

    def drop_derived(self, sha256: str, name: str) -> None:
        """Remove what was derived of a content; it can be made anew."""
        with self._locked():
            if self.derived_at(sha256, name) is not None:
                self._store.remove(_derived(sha256, name))

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        drafts = self._folder / "drafts"
        draft = drafts / f"{os.getpid()}-{time.monotonic_ns()}-{os.urandom(4).hex()}"
        try:
            drafts.mkdir(parents=True, exist_ok=True)
            try:
                yield draft
            finally:
                draft.unlink(missing_ok=True)
        except OSError as failure:
            raise Unavailable("The file cannot be written to the disk.", code="disk") from failure

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let nothing be swept for a while: somebody copies what was wanted when they began."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "kept").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def sweep(
        self,
        older_than: float,
        wanted: Callable[[str], bool],
        alone: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> int:
        """Remove old drafts, and contents older than so many seconds that nobody wants; return how many.

        Nothing is removed while somebody has all of them `kept`: there will be another day. Each is looked at and
        removed inside of ``alone``, which keeps away writers of other machines.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "kept").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            before = time.time() - older_than
            return self._sweep_drafts(before) + self._sweep(before, wanted, alone)

    def _sweep_drafts(self, before: float) -> int:
        old = [path for path in (self._folder / "drafts").glob("*") if _is_older(path, before)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _sweep(
        self,
        before: float,
        wanted: Callable[[str], bool],
        alone: Callable[[], AbstractContextManager[object]],
    ) -> int:
        removed = 0
        for key in self._store.listed():
            sha256 = _sha256_of(key)
            if not OURS.fullmatch(key) or wanted(sha256):
                continue
            with alone(), self._locked():
                modified = self._store.modified(key)
                if modified is not None and modified < before and not wanted(sha256):
                    self._store.remove(key)
                    removed += not key.startswith(THUMBNAILS)
        return removed

    @contextmanager
    def _locked(self, how: int = fcntl.LOCK_EX) -> Iterator[None]:
        """Keep the sweep and the writers out of each other's way."""
        with (self._folder / "lock").open("ab") as lock:
            fcntl.flock(lock, how)
            yield


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:]}"


def _unreadable() -> Unavailable:
    return Unavailable("The content of this file cannot be read just now.", code="content_unreadable")


def _derived(sha256: str, name: str) -> str:
    return f"{THUMBNAILS}{_key(sha256)}-{name}"


def _sha256_of(key: str) -> str:
    """Return the digest of the content that lies under a key, or that something was derived of."""
    return key.removeprefix(THUMBNAILS).replace("/", "").partition("-")[0]


def _is_older(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False


def _flush(draft: Path, content: bytes) -> None:
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _copy(stream: Readable, draft: Path, limit: int) -> Blob:
    digest, size, head = hashlib.sha256(), 0, b""
    with draft.open("xb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit=in_bytes(limit))
            head = (head + chunk)[:HEAD] if len(head) < HEAD else head
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Blob(sha256=digest.hexdigest(), size=size, head=head)
