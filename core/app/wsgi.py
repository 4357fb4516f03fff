"""The WSGI application of a web process; made by a factory, so that importing it does nothing."""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING

from core.app.compose import build_site
from core.app.dispatch import Dispatcher
from core.app.doors import Doors, Opening
from core.app.page_turns import PageTurns, in_turn
from core.app.readiness import find_address
from core.app.sites import Sites
from core.app.web import counting, create_app
from core.config import Settings
from core.errors import PayvandError
from core.log import get_logger, set_up
from core.storage.catalogs import Catalogs

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from core.app.metrics import Metrics

YOUNG, MIDDLE, OLD = 2_000, 10, 100
"""After how many new objects, and how many times that, the interpreter looks for circles among them. Pages leave some
(templates hold what they render): looked for often they stop a process for a millisecond, seldom for twenty."""


def application() -> WSGIApplication:
    """Return the application as the environment describes it, its catalog compiled before the first request."""
    settings = Settings.from_environment()
    set_up(settings.log_level, settings.log_format)
    site = build_site(settings, address=find_address(settings))
    try:
        site.get(Catalogs).current()
    except PayvandError as error:  # the database may come back; until then /health tells why
        get_logger("app").warning("catalog_not_ready", reason=error.text())
    metrics = counting(settings)
    app = create_app(site, metrics=metrics)
    gc.collect()
    gc.freeze()  # what was compiled stays
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    return in_turn(dispatcher(settings, app, metrics), page_turns())


def dispatcher(settings: Settings, first: WSGIApplication, metrics: Metrics | None = None) -> Dispatcher:
    """Return what answers for the first site and for those beside it, which it opens when they are asked for."""
    sites = Sites(settings)
    doors = Doors(sites, Opening(sites, lambda: find_address(settings), metrics), settings.sites_open)
    doors.watch()
    return Dispatcher(settings, first, sites, doors)


@cache
def page_turns() -> PageTurns:
    """Return the queue of pages; made before the fork, it is that of all processes."""
    return PageTurns()
