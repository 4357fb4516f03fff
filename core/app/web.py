"""`create_app`: the web of one site: pages, API and health in one Flask application."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from werkzeug.routing import Rule

from core.api import blueprint as api_blueprint
from core.app import health, switches
from core.app.forwarding import forwarded
from core.app.requests import Watch, note_answer, numbered
from core.config import TESTING_IS_ON
from core.kernel.site import Site
from core.log import get_logger
from core.storage import Database
from core.web import blueprint as web_blueprint
from core.web.locale import init_locale
from core.web.security import secure


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


def create_app(site: Site, host: str = "") -> Flask:
    """Return the WSGI application of a site; ``host`` is its name in the log where there are several."""
    app = Flask("payvand", static_folder=None, template_folder=None)
    app.url_rule_class = LazyRule
    app.config["MAX_CONTENT_LENGTH"] = site.settings.max_body
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
    app.wsgi_app = numbered(answering, proxies, _watch(app, site), host)  # type: ignore[method-assign, assignment]  # Flask's documented place for it
    return app


def _watch(app: Flask, site: Site) -> Watch | None:
    """Count what the application does and tell it at /metrics, where the site has a token for that; else there is no such page."""
    if not site.settings.metrics_token:
        return None
    from core.app.metrics import Metrics, folder_of
    from core.app.metrics_page import blueprint as metrics_blueprint

    metrics = Metrics(folder_of(site.settings.home))
    metrics.watch(site.get(Database))
    app.register_blueprint(metrics_blueprint(site, metrics))
    return metrics
