"""Signed links: a purpose, a payload and a last moment in one token that only this site can make."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import orjson

from core.errors import NotFound
from core.kernel.clock import latest
from core.kernel.secrets import Secrets
from core.kernel.site import Site
from core.metadata.specs import Json

SIGNATURE = 16
LONGEST = 3000
"""Longest token in characters: it has to fit into an address."""


class Moment(Protocol):
    """What knows the site and the present moment: a unit of work."""

    @property
    def site(self) -> Site | None:
        """The site."""

    @property
    def now(self) -> datetime:
        """The moment of this unit."""


def sign_link(uow: Moment, purpose: str, payload: Mapping[str, Json], expires: timedelta | datetime) -> str:
    """Return a token for an address: it says ``payload`` until it expires, and holds for this purpose alone.

    One that lasts for a time lasts no longer where the clock is set back; one until a moment, until that moment.
    """
    lasting = {"l": int(expires.total_seconds())} if isinstance(expires, timedelta) else {}
    until = uow.now + expires if isinstance(expires, timedelta) else expires
    body = orjson.dumps({"u": int(until.timestamp()), **lasting, "p": dict(payload)})
    token = _text(_secrets(uow).sign(f"link:{purpose}", body) + body)
    if len(token) > LONGEST:
        raise ValueError(
            f"a link carries at most {LONGEST} characters; keep a record and put its id into the link"
        )
    return token


def read_link(uow: Moment, purpose: str, token: str) -> Mapping[str, Any]:
    """Return what a token of ours says; raise `NotFound` where it is not ours, or not any more."""
    raw = _bytes(token)
    signature, body = raw[:SIGNATURE], raw[SIGNATURE:]
    if not body or not _secrets(uow).verify(f"link:{purpose}", body, signature):
        raise NotFound("This link is not valid.", code="bad_link")
    said = orjson.loads(body)
    until = datetime.fromtimestamp(said["u"], UTC)
    if until < uow.now or ("l" in said and until > latest(uow.now, timedelta(seconds=said["l"]))):
        raise NotFound("This link has expired.", code="link_expired")
    payload: Mapping[str, Any] = said["p"]
    return payload


def _secrets(uow: Moment) -> Secrets:
    assert uow.site is not None  # links are made by a site
    return uow.site.get(Secrets)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(token: str) -> bytes:
    if len(token) > LONGEST or not token.isascii():
        return b""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return b""
    # One token for one link: what only looks alike to the decoder is not ours.
    return raw if _text(raw) == token else b""
