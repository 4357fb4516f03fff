"""Cursors: signed keyset positions, bound to the question they were made for."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence

import orjson

from core.errors import BadRequest
from core.kernel.secrets import Secrets
from core.metadata.specs import Json

_PURPOSE = "cursor"
_SIGNATURE = 16
_MAX_LENGTH = 4096


def digest(entity: str, *parts: object) -> bytes:
    """Return what identifies a question: entity, filter, search, sort, trash."""
    return hashlib.blake2b(orjson.dumps([entity, *parts]), digest_size=8).digest()


def encode(secrets: Secrets, question: bytes, values: Sequence[Json]) -> str:
    """Return the cursor that continues after the record with these sort values, its id last."""
    body = question + orjson.dumps(values)
    return base64.urlsafe_b64encode(secrets.sign(_PURPOSE, body) + body).rstrip(b"=").decode()


def decode(secrets: Secrets, question: bytes, cursor: str, size: int) -> tuple[Json, ...]:
    """Return the sort values of a cursor; one that is not ours or of another question is expired."""
    values = _open(secrets, question, cursor)
    if values is None or len(values) != size:
        raise BadRequest("This page has expired; start again from the first one.", code="cursor_expired")
    return values


def _open(secrets: Secrets, question: bytes, cursor: str) -> tuple[Json, ...] | None:
    if len(cursor) > _MAX_LENGTH or not cursor.isascii():
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
    if not secrets.verify(_PURPOSE, body, signature) or not body.startswith(question):
        return None
    return tuple(orjson.loads(body[len(question) :]))
