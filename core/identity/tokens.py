"""Tokens: 256 random bits for the holder, their SHA-256 for us."""

from __future__ import annotations

import hashlib
import secrets

KEY_PREFIX = "pv_"


def new_token() -> str:
    """Return a new token for a cookie or a link."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """Return a new API key; the prefix lets people and scanners recognise it."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what is stored of a token; a random token needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
