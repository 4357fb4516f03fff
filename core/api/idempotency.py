"""`Idempotency-Key`: a POST that comes twice is carried out once, and answered alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
from flask import Response

from core.api.answers import answer, etag
from core.api.call import Call
from core.api.routes import Header
from core.errors import BadRequest
from core.storage import UnitOfWork
from core.storage.idempotency import Answer, claim, keep

KEY = Header(
    name="Idempotency-Key",
    about="A name for this request, of your choice; sent again, it gets the same answer.",
)
LONGEST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What a POST made: the answer, and the address under which what was made is found."""

    status: int
    body: bytes
    address: str = ""


class _Undone(Exception):
    """Gives a claimed key back: what it is for happens in transactions of its own."""


def once(call: Call, raw: bytes, act: Callable[[UnitOfWork], Made], *, address: str = "") -> Response:
    """Do something in one unit of work; with a key, at most once."""
    key = _key(call)
    if not key:
        return _response(call.write(act), address)

    def work(uow: UnitOfWork) -> Response:
        found = claim(uow, _account(call), key, _route(call), raw)
        if found is not None:
            return _response(Made(status=found.status, body=found.response), address, replayed=True)
        made = act(uow)
        keep(uow, _account(call), key, Answer(status=made.status, response=made.body))
        return _response(made, address)

    return call.write(work)


def once_beside(call: Call, raw: bytes, act: Callable[[], Made], *, address: str = "") -> Response:
    """Do something that has transactions of its own, such as a change of the definitions; with a key, at most once.

    The answer is kept afterwards: after a crash in between, the second try is told what the first one has done.
    """
    key = _key(call)
    if not key:
        return _response(act(), address)

    def look(uow: UnitOfWork) -> Answer | None:
        return claim(uow, _account(call), key, _route(call), raw)

    found = _looked(call, look)
    if found is not None:
        return _response(Made(status=found.status, body=found.response), address, replayed=True)
    made = act()

    def remember(uow: UnitOfWork) -> None:
        if look(uow) is None:
            keep(uow, _account(call), key, Answer(status=made.status, response=made.body))

    call.write(remember)
    return _response(made, address)


def _looked(call: Call, look: Callable[[UnitOfWork], Answer | None]) -> Answer | None:
    def work(uow: UnitOfWork) -> Answer:
        found = look(uow)
        if found is None:
            raise _Undone
        return found

    try:
        return call.write(work)
    except _Undone:
        return None


def _key(call: Call) -> str:
    key = call.request.headers.get(KEY.name, "")
    if len(key) > LONGEST or not key.isprintable():
        raise BadRequest(
            "An Idempotency-Key has at most {maximum} printable characters.", code="bad_key", maximum=LONGEST
        )
    return key


def _account(call: Call) -> int:
    assert call.actor.id is not None  # routes that write are not public
    return call.actor.id


def _route(call: Call) -> str:
    return f"{call.request.method} {call.request.full_path}"


def _response(made: Made, address: str, *, replayed: bool = False) -> Response:
    """Return the answer; its headers follow from its body, so that a replay has them, too."""
    value = orjson.loads(made.body)
    headers = [("Idempotency-Replayed", "true")] if replayed else []
    if isinstance(value, dict):
        named = value.get("id", value.get("name"))
        if address and named is not None:
            headers.append(("Location", f"{address}/{named}"))
        if isinstance(value.get("version"), int):
            headers.append(etag(value["version"]))
    return answer(made.body, made.status, *headers)
