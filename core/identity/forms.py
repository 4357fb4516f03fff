"""The token of forms, written another way in each page.

A page is compressed, and how well may be seen from outside. A token that stood in it as it is could be guessed from
that piece by piece (BREACH, 2013); masked with new random bytes each time, it says nothing.
"""

from __future__ import annotations

import binascii
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode


def masked(token: str) -> str:
    """Return the token under a mask that is used once: the mask, and the token exclusive-or the mask."""
    plain = token.encode()
    mask = os.urandom(len(plain))
    return urlsafe_b64encode(mask + _mixed(plain, mask)).decode().rstrip("=")


def is_token(given: str, token: str) -> bool:
    """Tell, in constant time, whether this is the token, plain or masked."""
    plain = token.encode()
    return hmac.compare_digest(given.encode(), plain) or hmac.compare_digest(_unmasked(given), plain)


def _unmasked(given: str) -> bytes:
    try:
        both = urlsafe_b64decode(given.encode() + b"=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        return b""
    half = len(both) // 2
    return _mixed(both[:half], both[half:]) if len(both) % 2 == 0 else b""


def _mixed(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left) ^ int.from_bytes(right)).to_bytes(len(left))
