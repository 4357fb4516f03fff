"""`create_app`: the web of one site: pages, API and health in one Flask application."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.routing import Rule

from core.api import blueprint as api_blueprint
from core.app import health, switches
from core.app.forwarding import forwarded
from core.app.requests import Watch, note_answer, numbered
from core.config import TESTING_IS_ON, Settings
from core.kernel.site import Site
from core.log import get_logger
from core.web import blueprint as web_blueprint
from core.web.locale import init_locale
from core.web.security import secure

if TYPE_CHECKING:
    from core.app.metrics import Metrics

FORM_TEXT = 8 * 2**20
"""Bytes of text that a form may hold beside its files: as many as the API takes as JSON."""

FORM_PARTS = 20_000
"""Fields of one form: 500 lines of a record, each of them several, with what each says of itself."""


class LazyRule(Rule):
    """A route whose address builder is compiled when its address is first asked for; most are only ever matched."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](rule, **values)

        return build


def create_app(site: Site, host: str = "", metrics: Metrics | None = None) -> Flask:
    """Return the WSGI application of a site; ``host`` is its name in the log and in metrics where there are several.

    ``metrics`` are those of the process; without them a site that has a token counts for itself.
    """
    app = Flask("payvand", static_folder=None, template_folder=None)
    app.url_rule_class = LazyRule
    app.config["MAX_CONTENT_LENGTH"] = site.settings.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_TEXT
    app.config["MAX_FORM_PARTS"] = FORM_PARTS
    app.extensions["payvand"] = site
    init_locale(app)
    app.register_blueprint(health.blueprint(site))
    if site.settings.testing:
        get_logger("app").warning("testing_is_on", about=TESTING_IS_ON)
        app.register_blueprint(switches.blueprint(site))
    app.register_blueprint(api_blueprint(site))
    app.register_blueprint(web_blueprint(site))
    app.after_request(secure)  # of what no blueprint has answered, too
    app.after_request(note_answer)
    proxies = site.settings.proxy_networks
    answering = forwarded(app.wsgi_app, proxies) if proxies else app.wsgi_app
    app.wsgi_app = numbered(answering, proxies, _watch(app, site, host, metrics), host)  # type: ignore[method-assign, assignment]  # Flask's documented place for it
    return app


def counting(settings: Settings) -> Metrics | None:
    """Return what this process counts into, where somebody is to read it."""
    if not settings.metrics_token:
        return None
    from core.app.metrics import Metrics
    from core.app.metrics_files import folder_of

    return Metrics(folder_of(settings.home))


def _watch(app: Flask, site: Site, host: str, metrics: Metrics | None) -> Watch | None:
    """Count what the application does, and tell it at /metrics where the site has a token for that; else there is no such page."""
    metrics = metrics or counting(site.settings)
    if metrics is None:
        return None
    if site.settings.metrics_token:
        from core.app.metrics_page import blueprint as metrics_blueprint

        app.register_blueprint(metrics_blueprint(site, metrics))
    return metrics.of(site, host)
