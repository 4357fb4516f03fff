"""Errors as RFC 9457 problems, in the caller's language; what broke inside is logged, not told."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

import orjson
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from core.access import Access
from core.api.answers import PROBLEM, answer
from core.api.call import Call, style_for
from core.errors import (
    AccessDenied,
    BadRequest,
    NotFound,
    NotSignedIn,
    PayvandError,
    Problem,
    fill,
    too_large_body,
)
from core.i18n import Style
from core.kernel.actor import Preferences
from core.kernel.disk import no_room
from core.kernel.site import Site
from core.log import get_logger, request_number
from core.records.duplicates import DuplicatesFound


class WrongMethod(PayvandError):
    """The address exists, but not for this method."""

    code, status, message = "wrong_method", 405, "{method} is not possible here. Possible: {known}."


def register(made: Blueprint, site: Site) -> None:
    """Handle whatever a route of the API raises."""
    made.register_error_handler(PayvandError, lambda error: told(site, error))
    made.register_error_handler(HTTPException, lambda error: told(site, translated(site, error)))
    made.register_error_handler(Exception, lambda error: _untold(site, error))


def told(site: Site, error: PayvandError) -> Response:
    """Return an error that we raised."""
    if error.status == 500:
        return broken(site, error)
    call: Call | None = g.get("call")
    if call is not None and isinstance(error, AccessDenied):
        error = site.get(Access).hidden(call.actor, error, call.catalog) or error
    number = request_number() if error.status > 500 else ""
    return problem(error, _style(site, call), _headers(error), **({"reference": number} if number else {}))


def _untold(site: Site, error: Exception) -> Response:
    """Return what is told of an error that is none of ours."""
    full = no_room(error)
    return broken(site, error) if full is None else told(site, full)


def broken(site: Site, error: Exception) -> Response:
    """Log a mistake of ours under a number, and answer with that number."""
    reference = request_number() or secrets.token_hex(8)
    get_logger("api").error(
        "request_broke", reference=reference, method=request.method, path=request.path, exc_info=error
    )
    return problem(PayvandError(), _style(site, g.get("call")), (), reference=reference)


def problem(
    error: PayvandError, style: Style, headers: tuple[tuple[str, str], ...], **more: object
) -> Response:
    """Return the document of an error."""
    body: dict[str, Any] = {
        "type": f"urn:payvand:problem:{error.reason}",
        "title": _title(error.status),
        "status": error.status,
        "code": error.reason,
        "detail": style._(error.message, **error.params),
        "errors": [_entry(one, style) for one in error.problems],
        **_duplicates(error, style),
        **more,
    }
    if isinstance(error.params.get("current"), int):
        body["current"] = error.params["current"]
    return answer(orjson.dumps(body), error.status, *headers, kind=PROBLEM)


def _duplicates(error: PayvandError, style: Style) -> dict[str, object]:
    """Return what was found that is perhaps the same, and whether the caller may save all the same."""
    if not isinstance(error, DuplicatesFound):
        return {}
    twins = [
        {
            "row": twin.row,
            "entity": twin.entity,
            "id": twin.id,
            "title": twin.title,
            "by": [style.label(label) for label in twin.by],
            "ask": twin.ask,
        }
        for twin in error.twins
    ]
    return {"duplicates": twins, "may_override": error.may_override}


def translated(site: Site, error: HTTPException) -> PayvandError:
    """Return our error for one of Werkzeug's."""
    match error.code:
        case 404:
            return NotFound("There is no such address in the API.", code="unknown_address")
        case 405:
            known = tuple(sorted(getattr(error, "valid_methods", None) or ()))
            return WrongMethod(method=request.method, known=known)
        case 413:
            return too_large_body(request.content_length, site.settings.max_body)
    return BadRequest()


def _entry(one: Problem, style: Style) -> dict[str, object]:
    entry: dict[str, object] = {"field": one.field, "code": one.code, "message": style.problem(one)}
    if one.place is not None and str(one.place):
        entry["place"] = str(one.place)
    return entry


def _headers(error: PayvandError) -> tuple[tuple[str, str], ...]:
    if isinstance(error, NotSignedIn):
        return (("WWW-Authenticate", 'Bearer realm="Payvand"'),)
    if isinstance(error, WrongMethod):
        return (("Allow", fill("{known}", error.params)),)
    if error.status in (429, 503):
        return (("Retry-After", str(error.params.get("seconds", 5))),)
    return ()


def _style(site: Site, call: Call | None) -> Style:
    if call is not None:
        return call.style
    return style_for(site, request, Preferences())


def _title(status: int) -> str:
    return HTTPStatus(status).phrase
