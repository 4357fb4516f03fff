"""The test switches over HTTP: the mail that would have left. Nothing of this exists unless `PAYVAND_TESTING` is set."""

from __future__ import annotations

from ipaddress import ip_address

import orjson
from flask import Blueprint, Response, abort, request

from core.kernel.site import Site
from core.mail import Captured

PREFIX = "/testing"
PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def blueprint(site: Site) -> Blueprint:
    """Return the routes; they answer whoever asks on this machine, and nobody else, whatever stands in front."""
    routes = Blueprint("switches", __name__, url_prefix=PREFIX)
    kept = Captured(site.settings.home)

    @routes.before_request
    def look_who_asks() -> None:
        if not _is_near(request.remote_addr) or any(name in request.headers for name in PROXIED):
            abort(404)

    @routes.get("/mail")
    def mail() -> Response:
        return _answer(orjson.dumps(list(kept.read(request.args.get("to", "")))))

    @routes.delete("/mail")
    def forget() -> Response:
        kept.forget()
        return Response(status=204)

    return routes


def _answer(body: bytes) -> Response:
    answer = Response(body, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _is_near(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
