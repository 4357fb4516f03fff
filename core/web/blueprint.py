"""The blueprint of the pages: opens each visit, guards its forms, and sends every route to its page."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g, request
from jinja2 import BytecodeCache

from core.contributions import Routes
from core.errors import NotFound, OnlyLooking
from core.identity import Identity
from core.kernel.site import Site
from core.web import (
    account_pages,
    admin_pages,
    arranging_pages,
    bulk_pages,
    calendar_page,
    cell_pages,
    chart_page,
    dashboard_page,
    duplicate_pages,
    entrance_pages,
    errors,
    explain_page,
    filter_by,
    filter_page,
    form_page,
    fresh,
    gallery_pages,
    history_page,
    import_pages,
    kanban_page,
    key_pages,
    list_page,
    lookups,
    matrix_page,
    merge_page,
    modules_page,
    notification_pages,
    operation_page,
    palette_pages,
    passkey_pages,
    people_pages,
    person_page,
    provider_pages,
    reset_pages,
    restrictions_page,
    roles_page,
    route_page,
    saved_views,
    second_factor_pages,
    session_pages,
    timeline_pages,
    transition_page,
    viewing_page,
    workflow_page,
)
from core.web.compression import compress, send_asset
from core.web.list_views import ListViews
from core.web.looking import look_away
from core.web.pages import Pages
from core.web.rendering import ASSETS, Renderer
from core.web.route_page import RouteMap
from core.web.security import secure
from core.web.visit import VISITOR_COOKIE, as_nobody, check_csrf, open_visit
from core.web.where_filters import Wheres

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
YEAR = 365 * 24 * 3600

ROOMS = (
    session_pages,
    entrance_pages,
    account_pages,
    key_pages,
    fresh,
    people_pages,
    person_page,
    second_factor_pages,
    passkey_pages,
    provider_pages,
    reset_pages,
    list_page,
    bulk_pages,
    cell_pages,
    filter_by,
    filter_page,
    calendar_page,
    chart_page,
    dashboard_page,
    kanban_page,
    form_page,
    gallery_pages,
    history_page,
    lookups,
    duplicate_pages,
    merge_page,
    operation_page,
    route_page,
    admin_pages,
    arranging_pages,
    modules_page,
    explain_page,
    matrix_page,
    roles_page,
    restrictions_page,
    import_pages,
    timeline_pages,
    notification_pages,
    palette_pages,
    transition_page,
    viewing_page,
    workflow_page,
)
"""The pages, each set of them with a ``register``."""


def blueprint(site: Site) -> Blueprint:
    """Return the pages of a site as a Flask blueprint at the root."""
    made = Blueprint("web", __name__, static_folder=None)
    pages = site.put(Pages(Renderer(site.get(BytecodeCache) if site.has(BytecodeCache) else None)))
    site.put(ListViews(site))
    site.put(Wheres())
    routes = site.put(RouteMap(site.get(Routes)))

    @made.before_request
    def begin() -> Response | None:
        if request.endpoint == "web.assets":
            return None
        g.visit = open_visit(site, request, request.cookies.get(VISITOR_COOKIE) or secrets.token_urlsafe(16))
        if g.visit.eyes and request.method in UNSAFE and request.endpoint not in viewing_page.PERMITTED:
            raise OnlyLooking
        if routes.is_public(request.path, request.method):
            site.get(Identity).admit(request.remote_addr or "")
            g.visit = as_nobody(g.visit, request)
        if request.method in UNSAFE:
            check_csrf(g.visit, request)
        return second_factor_pages.factor_first(g.visit)

    @made.after_request
    def finish(response: Response) -> Response:
        present = g.get("visit")
        if present is not None and not present.signed_in and VISITOR_COOKIE not in request.cookies:
            response.set_cookie(
                VISITOR_COOKIE,
                present.visitor,
                httponly=True,
                samesite="Lax",
                secure=site.settings.secure_cookies,
            )
        return secure(compress(response, request))

    made.teardown_request(look_away)

    @made.get("/assets/<name>")
    def assets(name: str) -> Response:
        response = send_asset(ASSETS, name, request, YEAR)
        response.cache_control.immutable = True
        response.cache_control.public = True
        return response

    for room in ROOMS:
        room.register(made, site, pages)
    saved_views.register(made, site)
    errors.register(made, site, pages)
    made.add_url_rule("/<path:rest>", "unknown_address", unknown_address, methods=METHODS)
    return made


def unknown_address(**_path: str) -> Response:
    """Answer an address that no other route knows with a page of ours."""
    raise NotFound("This page does not exist.")
