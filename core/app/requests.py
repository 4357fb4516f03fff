"""`numbered`: each request has a number, told in its answer and on every line of the log that belongs to it.

A proxy of ours may give it (``X-Request-ID``), so that its log and this one are read together; from anybody else the
header is not believed: whoever asks could write into the log what they like, or two requests under one number.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from flask import Response, g, request
from werkzeug.wsgi import ClosingIterator

from core.app.forwarding import ADDRESS, Network, is_proxy
from core.app.page_turns import UNSENT
from core.log import begin_request, end_request, get_logger

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER, GIVEN = "X-Request-ID", "HTTP_X_REQUEST_ID"

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
"""What a proxy may call a request; anything else is given a number of ours."""

ROUTE, ACTOR = "payvand.route", "payvand.actor"
"""What the application says of a request in its environ."""

QUIET = ("/assets/", "/health", "/metrics")
"""What machines and every page ask for is told to the log only where it is to tell everything."""

UNMATCHED = "unmatched"


class Watch(Protocol):
    """Counts the requests of one site."""

    def begun(self) -> None:
        """Count a request that has come."""

    def ended(self, route: str, method: str, status: str, seconds: float, *, sent: bool) -> None:
        """Count a request that was answered; one that is not ``sent`` is made anew elsewhere."""


def numbered(
    app: WSGIApplication, proxies: Sequence[Network], watch: Watch | None = None, host: str = ""
) -> WSGIApplication:
    """Return an application that numbers its requests, writes one line for each when it has been answered, and counts it.

    ``host`` says on each line which of several sites it is.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        number, begun, told = _number(environ, proxies), time.perf_counter(), ["500"]
        begin_request(number, host)
        if watch is not None:
            watch.begun()

        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Callable[[bytes], object]:
            told[0] = status[:3]
            return start_response(status, [*headers, (HEADER, number)], *failure)

        def ended() -> None:
            seconds, sent = time.perf_counter() - begun, UNSENT not in environ
            try:
                if watch is not None:
                    method = str(environ.get("REQUEST_METHOD", ""))
                    watch.ended(environ.get(ROUTE, UNMATCHED), method, told[0], seconds, sent=sent)
                if sent:
                    _tell(environ, told[0], seconds)
            finally:
                end_request()

        try:
            return ClosingIterator(app(environ, start), [ended])
        except BaseException:
            ended()
            raise

    return answer


def note_answer(response: Response) -> Response:
    """Say in the environ by which route, and for whom, a request was answered."""
    rule = request.url_rule
    request.environ[ROUTE] = UNMATCHED if rule is None else rule.rule
    who = g.get("visit") or g.get("call")
    if who is not None and who.actor.id is not None:
        request.environ[ACTOR] = who.actor.id
    return response


def _number(environ: WSGIEnvironment, proxies: Sequence[Network]) -> str:
    given = str(environ.get(GIVEN, ""))
    if given and NUMBER.fullmatch(given) and is_proxy(str(environ.get(ADDRESS, "")), proxies):
        return given
    return secrets.token_hex(8)


def _tell(environ: WSGIEnvironment, status: str, seconds: float) -> None:
    path = str(environ.get("PATH_INFO", ""))
    log = get_logger("web")
    tell = log.debug if path.startswith(QUIET) else log.info
    facts = {"actor": environ[ACTOR]} if ACTOR in environ else {}
    tell(
        "request_answered",
        method=str(environ.get("REQUEST_METHOD", ""))[:20],
        path=path,
        route=environ.get(ROUTE, UNMATCHED),
        status=int(status),
        ms=round(seconds * 1000, 1),
        **facts,
    )
