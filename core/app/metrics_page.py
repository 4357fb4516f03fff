"""`/metrics`: the metrics of a site, for whoever has the token; for everybody else there is no such page."""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST

from core.app.metrics import Metrics
from core.kernel.site import Site

BEARER = "Bearer "


def blueprint(site: Site, metrics: Metrics) -> Blueprint:
    """Return the route that Prometheus reads."""
    routes = Blueprint("metrics", __name__)
    expected = f"{BEARER}{site.settings.metrics_token}".encode()

    @routes.get("/metrics")
    def show() -> Response:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not compare_digest(given, expected):
            answer = Response("Not found\n", 404, content_type="text/plain; charset=utf-8")
        else:
            answer = Response(metrics.text(site), content_type=CONTENT_TYPE_LATEST)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    return routes
