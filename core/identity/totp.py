"""Codes of a time (RFC 6238), and the picture that brings their secret into an app. Loaded by whoever uses them first."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup

from core.i18n import ascii_digits

SECONDS = 30
"""How long a code is the present one."""

DRIFT = 1
"""So many codes before and after it are taken, too: clocks differ."""


def new_secret() -> bytes:
    """Return a new secret: 160 random bits, as base32."""
    return pyotp.random_base32(32).encode()


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the step of time that a code belongs to; None where it is none of those that are taken now."""
    codes, at = pyotp.TOTP(secret.decode(), interval=SECONDS), int(now.timestamp()) // SECONDS
    given, found = _plain(code), None
    for step in range(at - DRIFT, at + DRIFT + 1):
        if hmac.compare_digest(codes.generate_otp(step), given):
            found = step
    return found


def address_of(secret: bytes, login: str, issuer: str) -> str:
    """Return what an app reads from the picture."""
    return pyotp.TOTP(secret.decode(), interval=SECONDS).provisioning_uri(name=login, issuer_name=issuer)


def picture_of(address: str) -> Markup:
    """Return the picture (QR code) of an address as SVG for a page: no style, no script, nothing from elsewhere."""
    picture = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(picture)  # noqa: S704  # drawn of squares; the address is in none of its texts


def spaced(secret: bytes) -> str:
    """Return the secret as people type it: in groups of four."""
    text = secret.decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _plain(code: str) -> str:
    """Return a code as it is compared: digits of any script, without what people put between them."""
    plain = "".join(ascii_digits(code).split())
    return plain if plain.isascii() else ""
