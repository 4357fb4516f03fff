"""`create_app`: the web of one site: pages, API and health in one Flask application."""

from __future__ import annotations

from flask import Flask

from core.api import blueprint as api_blueprint
from core.app import health
from core.kernel.site import Site
from core.web import blueprint as web_blueprint
from core.web.locale import init_locale
from core.web.security import secure


def create_app(site: Site) -> Flask:
    """Return the WSGI application of a site."""
    app = Flask("payvand", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = site.settings.max_body
    app.config["TESTING"] = site.settings.testing
    app.extensions["payvand"] = site
    init_locale(app)
    app.register_blueprint(health.blueprint(site))
    app.register_blueprint(api_blueprint(site))
    app.register_blueprint(web_blueprint(site))
    app.after_request(secure)  # of what no blueprint has answered, too
    return app
