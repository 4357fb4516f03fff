"""Sealing: what the database keeps of secrets that must be read again, by AES-GCM with a key of the site."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Unavailable
from core.kernel.secrets import Secrets

NONCE = 12


def seal(secrets: Secrets, purpose: str, account: int, plain: bytes) -> bytes:
    """Return a secret as it is kept: only this site can read it, and only for this account and purpose."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(secrets.derive(purpose)).encrypt(nonce, plain, _bound(purpose, account))


def unseal(secrets: Secrets, purpose: str, account: int, sealed: bytes) -> bytes:
    """Return a secret that was sealed here."""
    key = AESGCM(secrets.derive(purpose))
    try:
        return key.decrypt(sealed[:NONCE], sealed[NONCE:], _bound(purpose, account))
    except (InvalidTag, ValueError) as broken:
        raise Unavailable(
            reason="a secret of an account was sealed with another key than that of this site"
        ) from broken


def _bound(purpose: str, account: int) -> bytes:
    return f"{purpose}:{account}".encode()
