"""`Secrets`: the site's own key, made at the first start, from which signing keys are derived."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from core.errors import Unavailable

_SIZE = 32


class Secrets:
    """Signs short messages with a key that only this site knows.

    The key is a file of 32 random bytes with mode 0600; there is no default one, so a forgotten setting cannot
    weaken it. Each purpose signs with its own derived key: a cursor can never pass for a token.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._derived: dict[str, bytes] = {}

    @classmethod
    def at(cls, home: Path) -> Secrets:
        """Read ``home/secret``, making it where it is missing."""
        path = home / "secret"
        key = _read(path) or _make(path)
        if len(key) != _SIZE:
            raise Unavailable(reason=f"{path.name} in the data folder does not hold {_SIZE} bytes")
        return cls(key)

    def derive(self, purpose: str) -> bytes:
        """Return the key of one purpose."""
        found = self._derived.get(purpose)
        if found is None:
            found = self._derived[purpose] = hmac.digest(self._key, purpose.encode(), hashlib.sha256)
        return found

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Return 16 bytes that only this site can make for this message and purpose."""
        return hmac.digest(self.derive(purpose), message, hashlib.sha256)[:16]

    def verify(self, purpose: str, message: bytes, signature: bytes) -> bool:
        """Tell, in constant time, whether the signature is ours."""
        return hmac.compare_digest(self.sign(purpose, message), signature)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _make(path: Path) -> bytes:
    """Write a new key beside its place and link it there, so that all who start agree on the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(_SIZE))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        draft.unlink()
    return path.read_bytes()
