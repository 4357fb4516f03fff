"""Bodies: strict JSON. What could be read in two ways, or costs more than it is worth, is refused before it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from core.errors import BadRequest, PayvandError, TooLarge, in_bytes

MAX_DEPTH = 50
MAX_JSON = 8 * 2**20
"""Largest JSON body in bytes: ten thousand records of a usual size."""

KINDS = ("application/json", "application/merge-patch+json")

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS: Mapping[int, int] = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class WrongKind(PayvandError):
    """The body is of a kind that is not read here."""

    code, status, message = "wrong_content_type", 415, "Send the body as {kind}."


def read_bytes(request: Request, limit: int = MAX_JSON) -> bytes:
    """Return the body, or refuse one that is too large."""
    limit = request.max_content_length = min(limit, request.max_content_length or limit)
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge(limit=in_bytes(limit)) from None


def read_json(request: Request) -> tuple[Any, bytes]:
    """Return the JSON body and its bytes."""
    if request.mimetype not in KINDS:
        raise WrongKind(kind=KINDS[0])
    raw = read_bytes(request)
    return parse_json(raw), raw


def read_object(request: Request, *names: str) -> dict[str, Any]:
    """Return a JSON body that is an object; with ``names`` no others may be in it."""
    value, _ = read_json(request)
    if not isinstance(value, dict):
        raise BadRequest("The body must be an object of names and values.", code="not_an_object")
    unknown = sorted(set(value) - set(names)) if names else []
    if unknown:
        raise BadRequest(
            "{name} is not known here. There are: {known}.",
            code="unknown_name",
            name=unknown[0][:80],
            known=names,
        )
    return value


def parse_json(raw: bytes) -> Any:
    """Parse JSON as strictly as it is written down: no NaN, no name twice, not deeper than anybody needs."""
    bare = _bare(raw)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(
            "The body is not JSON (line {line}, column {column}).",
            code="bad_json",
            line=error.lineno,
            column=error.colno,
        ) from None
    if bare.count(b":") != _members(value):
        raise BadRequest("A name stands twice in the same object.", code="duplicate_name")
    return value


def _bare(raw: bytes) -> bytes:
    """Return the text without its strings, after making sure that it is not nested too deeply."""
    bare = _STRING.sub(b"", raw)
    depth = 0
    for bracket in bare.translate(None, _NOT_BRACKETS):
        depth += _STEPS[bracket]
        if depth > MAX_DEPTH:
            raise BadRequest(
                "The body is nested more than {maximum} levels deep.", code="too_deep", maximum=MAX_DEPTH
            )
    return bare


def _members(value: Any) -> int:
    """Return how many names with values there are in all objects together."""
    if isinstance(value, dict):
        return len(value) + sum(_members(one) for one in value.values() if isinstance(one, (dict, list)))
    if isinstance(value, list):
        return sum(_members(one) for one in value if isinstance(one, (dict, list)))
    return 0
