"""Errors on screens: a page in the shell, in the reader's language, with what to do; never a stack trace."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g, request, url_for
from werkzeug.exceptions import HTTPException

from core.access import Access
from core.errors import AccessDenied, NotFound, NotSignedIn, PayvandError, Unavailable, too_large_body
from core.kernel.disk import no_room
from core.kernel.site import Site
from core.log import get_logger, request_number
from core.web.explain_page import explain_address
from core.web.pages import Pages, go, same_site
from core.web.security import secure
from core.web.visit import visit


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Handle what the pages raise."""
    made.register_error_handler(PayvandError, lambda error: known(pages, error))
    made.register_error_handler(HTTPException, lambda error: known(pages, translated(site, error)))
    made.register_error_handler(Exception, lambda error: _untold(pages, error))


def known(pages: Pages, error: PayvandError) -> Response:
    """Return the page of an error that we raised; whoever is not signed in goes there first."""
    if g.get("visit") is None:
        return plain(error, request_number())
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return go(url_for("web.sign_in", next=same_site(request.full_path.rstrip("?"), "/")))
    present = visit()
    if isinstance(error, AccessDenied):
        hidden = present.site.get(Access).hidden(present.actor, error, present.catalog)
        error = hidden or error
    return pages.show(
        "error.html",
        status=error.status,
        error=error,
        reference=request_number() if error.status >= 500 else "",
        explain=explain_address(present, error),
        problems=[present.style.problem(p) for p in error.problems],
    )


def _untold(pages: Pages, error: Exception) -> Response:
    """Return the page of an error that is none of ours."""
    full = no_room(error)
    return broken(pages, error) if full is None else known(pages, full)


def broken(pages: Pages, error: Exception) -> Response:
    """Log a mistake of ours under a number, and show that number."""
    reference = request_number() or secrets.token_hex(8)
    get_logger("web").error("page_broke", reference=reference, path=request.path, exc_info=error)
    if g.get("visit") is None:
        return plain(Unavailable(reason="see the log", code="broken"), reference)
    return pages.show(
        "error.html", status=500, error=PayvandError(), reference=reference, explain=None, problems=[]
    )


def translated(site: Site, error: HTTPException) -> PayvandError:
    """Return our error for one of Werkzeug's."""
    if error.code == 404:
        return NotFound("This page does not exist.")
    if error.code == 413:
        return too_large_body(request.content_length, site.settings.max_body)
    if error.code == 403:
        return AccessDenied()
    unknown = PayvandError("The request cannot be understood.", code="bad_request")
    unknown.status = error.code or 400  # type: ignore[misc]  # this one answer has the status of the error
    return unknown


def plain(error: PayvandError, reference: str = "") -> Response:
    """Return an error when not even the visit could be opened, e.g. without a database; ``reference`` finds it in the log."""
    text = f"Payvand\n\n{error.text()}\n" + (f"\n{reference}\n" if reference else "")
    return secure(
        Response(
            text,
            error.status,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": "5"} if error.status == 503 else None,
        )
    )
