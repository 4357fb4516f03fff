"""`/health`: 200 when database, worker and catalog are good, else 503 with the reasons.

A backup that is too old is a warning: a balancer must not send people away for it.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from core import __version__
from core.app.readiness import reasons
from core.app.scheduled import warnings
from core.config import TESTING_IS_ON
from core.kernel.site import Site
from core.storage.catalogs import Catalogs


def blueprint(site: Site) -> Blueprint:
    """Return the route for supervisors and load balancers; it tells nothing that is not public."""
    routes = Blueprint("health", __name__)

    @routes.get("/health")
    def health() -> Response:
        found = [reason.text() for reason in reasons(site)]
        if found:
            answer = jsonify(status="unavailable", version=__version__, reasons=found)
            answer.status_code = 503
        else:
            warned = [one.text() for one in warnings(site)]
            if site.settings.testing:
                warned.append(TESTING_IS_ON)
            about = {"warnings": warned} if warned else {}
            answer = jsonify(
                status="ok", version=__version__, catalog=site.get(Catalogs).current().version, **about
            )
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    return routes
