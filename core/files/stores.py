"""Where contents lie: in a folder of this machine, or in a store of objects behind fsspec."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from core.errors import SettingsInvalid
from core.files.objects import Objects, system_of

SETTING = "PAYVAND_FILES"
PACKAGES = {"s3": "s3fs", "memory": "fsspec"}
"""What has to be installed for each kind of store; all of them replace an object as a whole or not at all."""


class Store(Protocol):
    """Holds bytes under keys such as ``ab/cdef``; what lies under a key is whole, always."""

    def open(self, key: str) -> BinaryIO:
        """Open what lies under a key; raise `OSError` where nothing can be read."""

    def take(self, draft: Path, key: str) -> None:
        """Let the content of a local file lie under a key; it is safe, and young, when this returns."""

    def modified(self, key: str) -> float | None:
        """Return when a key was written last, in seconds since 1970; None where nothing lies there."""

    def listed(self) -> Iterator[str]:
        """Yield all keys."""

    def remove(self, key: str) -> None:
        """Remove what lies under a key."""


class Folder:
    """A folder of this machine; each content is on the disk before anybody refers to it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Return where a content lies."""
        return self.root / key

    def open(self, key: str) -> BinaryIO:
        """Open a content for reading."""
        return self.path(key).open("rb")

    def take(self, draft: Path, key: str) -> None:
        """Move a file to its place; of one that is there already, only the time is set."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            os.utime(path)  # it is wanted again: the sweep leaves it alone for a while
            return
        draft.replace(path)
        _sync_folder(path.parent)

    def modified(self, key: str) -> float | None:
        """Return when a content was written or wanted last."""
        try:
            return self.path(key).stat().st_mtime
        except FileNotFoundError:
            return None

    def listed(self) -> Iterator[str]:
        """Yield the contents and what was derived of them."""
        for pattern in ("??/*", "thumbnails/??/*"):
            for path in list(self.root.glob(pattern)):
                yield path.relative_to(self.root).as_posix()

    def remove(self, key: str) -> None:
        """Remove a content."""
        self.path(key).unlink(missing_ok=True)


def store_at(address: str, folder: Path) -> Store:
    """Return the store at an address: ``file:///folder``, or a kind of `PACKAGES`, a bucket and a folder; without one, the folder.

    Raise `SettingsInvalid` where nothing of the kind is known, or its package is not installed.
    """
    scheme, rest = urlsplit(address).scheme, address.partition("://")[2]
    if not address:
        return Folder(folder)
    if scheme == "file":
        if not rest.startswith("/"):
            raise SettingsInvalid(
                name=SETTING, reason="after file:// it needs a whole path, as in file:///srv/files"
            )
        return Folder(Path(rest))
    if scheme not in PACKAGES or not rest.strip("/"):
        known = ", ".join(f"{one}://" for one in PACKAGES if one != "memory")
        raise SettingsInvalid(name=SETTING, reason=f"it must be file:///folder, or a bucket behind {known}")
    try:
        return Objects(*system_of(scheme, address))
    except ImportError as missing:
        package = PACKAGES[scheme]
        raise SettingsInvalid(
            name=SETTING,
            reason=f"{scheme}:// needs the package {package}; install it beside Payvand: pip install {package}",
        ) from missing


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
