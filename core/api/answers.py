"""Answers: bytes with the headers that every answer of the API carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Response

JSON = "application/json"
PROBLEM = "application/problem+json"

SECURE: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""Nothing of the API is a page, may be guessed to be one, or is kept by anybody on the way."""

_ALWAYS = tuple(SECURE.items())


def answer(body: bytes, status: int = 200, *headers: tuple[str, str], kind: str = JSON) -> Response:
    """Return bytes that are JSON already."""
    return Response(body, status, [*_ALWAYS, *headers], content_type=kind)


def reply(value: object, status: int = 200, *headers: tuple[str, str]) -> Response:
    """Return a value as JSON."""
    return answer(orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z), status, *headers)


def nothing() -> Response:
    """Return that it is done, and that there is nothing to tell."""
    response = Response(b"", 204, _ALWAYS)
    response.headers.pop("Content-Type", None)
    return response


def streamed(pieces: Iterable[bytes], headers: Mapping[str, str]) -> Response:
    """Return a download in pieces."""
    return Response(pieces, 200, {**SECURE, **headers})


def etag(version: int) -> tuple[str, str]:
    """Return the header that names the version of a record."""
    return ("ETag", f'"{version}"')


def _plain(value: Any) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
