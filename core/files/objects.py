"""`Objects`: a store of objects over the network, such as S3, behind fsspec. It answers within a set time, or it has failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 2**20
"""Bytes that are asked for at once, and held for each reader."""

PATIENCE = 30.0
"""Seconds after which a question has failed, however often the client would ask again."""

SLOWEST = 256 * 1024
"""Bytes a second below which sending a content has failed; `PATIENCE` comes on top."""

CONNECTING, SILENT = 5, 10
"""Seconds that a connection may take, and that the store may be silent in the middle of an answer."""

TRIES = 2


class Objects:
    """A store of objects; an object is there as a whole or not at all."""

    def __init__(self, system: Any, root: str) -> None:
        self._system = system
        self._root = root.rstrip("/")

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading; its first bytes are here when this returns."""
        at = self._at(key)
        size = int(self._ask("info", at)["size"] or 0)
        content = BufferedReader(_Object(self, at, size), BLOCK)
        content.peek(1)  # what fails here can still be told, what fails later is cut off
        return cast(BinaryIO, content)

    def take(self, draft: Path, key: str) -> None:
        """Send a file; one that is there already is replaced by the same bytes, which makes it young."""
        at, sent = self._at(key), draft.stat().st_size
        self._ask("put_file", str(draft), at, within=PATIENCE + sent / SLOWEST)
        found = self._ask("info", at)["size"]
        if found != sent:
            raise OSError(f"the store holds {found} bytes of {sent}")

    def modified(self, key: str) -> float | None:
        """Return when an object was written last; None where nothing lies there."""
        try:
            info = self._ask("info", self._at(key))
        except FileNotFoundError:
            return None
        return float((info.get("LastModified") or info["created"]).timestamp())

    def listed(self) -> Iterator[str]:
        """Yield the names of all objects."""
        with _told():
            self._system.invalidate_cache()
            found = self._system.find(self._root)
        for name in found:
            yield name.removeprefix(self._root).lstrip("/")

    def remove(self, key: str) -> None:
        """Remove an object."""
        self._ask("rm_file", self._at(key))

    def piece(self, at: str, start: int, end: int) -> bytes:
        """Return the bytes of an object from ``start`` to ``end``, all of them; raise `OSError` where some do not come."""
        found = bytes(self._ask("cat_file", at, start=start, end=end))
        if len(found) != end - start:
            raise OSError(f"the store sent {len(found)} bytes of {end - start}")
        return found

    def _ask(self, what: str, *given: Any, within: float = PATIENCE, **more: Any) -> Any:
        if self._system.async_impl:  # a client that waits for the network ends its waiting by itself
            more["timeout"] = within
        with _told():
            self._system.invalidate_cache()
            return getattr(self._system, what)(*given, **more)

    def _at(self, key: str) -> str:
        return f"{self._root}/{key}"


class _Object(RawIOBase):
    """The bytes of one object, asked for in pieces."""

    def __init__(self, store: Objects, at: str, size: int) -> None:
        self._store, self._where, self._size, self._next = store, at, size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: WriteableBuffer) -> int:
        room = memoryview(into)
        end = min(self._next + max(len(room), 1), self._size)
        if end == self._next:
            return 0
        found = self._store.piece(self._where, self._next, end)
        room[: len(found)] = found
        self._next = end
        return len(found)

    def readall(self) -> bytes:
        pieces = []
        while self._next < self._size:
            end = min(self._next + BLOCK, self._size)
            pieces.append(self._store.piece(self._where, self._next, end))
            self._next = end
        return b"".join(pieces)


def system_of(scheme: str, address: str) -> tuple[Any, str]:
    """Return the client of a store and what it calls the place at an address; raise `ImportError` without its package."""
    import fsspec

    kept: dict[str, Any] = {"use_listings_cache": False}
    if scheme == "s3":
        given = fsspec.config.conf.get("s3", {}).get("config_kwargs", {})
        patience = {"connect_timeout": CONNECTING, "read_timeout": SILENT}
        once = {"mode": "standard", "total_max_attempts": 1}  # s3fs asks again by itself
        kept["config_kwargs"] = {**patience, "retries": once, **given}
    system, root = fsspec.url_to_fs(address, **kept)
    if scheme == "s3":
        system.retries = TRIES
    return system, root


@contextmanager
def _told() -> Iterator[None]:
    """Raise `OSError` for whatever a store's client raises, so that nobody above has to know which one it is."""
    try:
        yield
    except OSError:
        raise
    except Exception as failure:
        raise OSError(str(failure) or type(failure).__name__) from failure
