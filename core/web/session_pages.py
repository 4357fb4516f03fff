"""Signing in and out, and how a person wants to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug import Response as BaseResponse

from core.errors import NotSignedIn, TooMany
from core.i18n import Localization
from core.identity import Identity, SecondStep
from core.identity.forms import masked
from core.identity.links import NewPasswordNeeded
from core.kernel.site import Site
from core.records.service import Records
from core.storage import Database
from core.web.dashboard_page import home_dashboard
from core.web.locale import time_zones
from core.web.pages import Pages, go, menu, same_site
from core.web.rendering import PROFILE
from core.web.visit import LANGUAGE_COOKIE, SESSION_COOKIE, visit
from core.web.way_in import let_in, second_step, sign_in_page


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/", "home", lambda: home(pages))
    made.add_url_rule("/sign-in", "sign_in", lambda: sign_in(site, pages), methods=["GET", "POST"])
    made.add_url_rule("/session", "session", session)
    made.add_url_rule("/sign-out", "sign_out", lambda: sign_out(site), methods=["POST"])
    made.add_url_rule("/language", "language", lambda: language(site), methods=["POST"])
    made.add_url_rule(
        "/preferences", "preferences", lambda: preferences(site, pages), methods=["GET", "POST"]
    )


def home(pages: Pages) -> Response:
    """Lead to the dashboard of one's role, else to the first thing in the menu; say so where there is nothing."""
    present = visit().require()
    found = home_dashboard(present)
    if found is not None:
        return found
    for _, entries in menu(present):
        return go(entries[0].url)
    return pages.show("home.html", nav="home")


def sign_in(site: Site, pages: Pages) -> Response:
    """Show the sign-in page, or let somebody in."""
    target = same_site(request.values.get("next"), url_for("web.home"))
    if visit().eyes is not None:
        return go(target)  # it has no place to say whose eyes one looks through, and nothing to ask
    if request.method == "GET":
        return sign_in_page(pages, target, login=request.args.get("login", ""))
    login, password = request.form.get("login", ""), request.form.get("password", "")
    style = visit().style
    try:
        token = site.get(Identity).sign_in(
            login,
            password,
            address=request.remote_addr or "",
            agent=request.headers.get("User-Agent", ""),
        )
    except SecondStep as more:
        return second_step(site, pages, more.token, target)
    except NewPasswordNeeded as needed:
        return go(url_for("web.new_password", token=needed.token))
    except NotSignedIn as wrong:
        return sign_in_page(pages, target, status=401, login=login, problem=style._(wrong.message))
    except TooMany as wait:
        problem = style._(wait.message, **wait.params)
        return sign_in_page(pages, target, status=429, login=login, problem=problem)
    return let_in(site, token, target)


def session() -> Response:
    """Tell a script of ours the token of the present session, after somebody has signed in over the page."""
    return jsonify(csrf=masked(visit().require().csrf))


def sign_out(site: Site) -> Response:
    """End the session."""
    site.get(Identity).sign_out(request.cookies.get(SESSION_COOKIE, ""))
    response = go(url_for("web.sign_in"))
    response.delete_cookie(SESSION_COOKIE)
    return response


def language(site: Site) -> Response:
    """Choose a language: for this browser, and where somebody is signed in for them."""
    code = request.form.get("language", "")
    response = redirect(same_site(request.form.get("next"), url_for("web.home")), code=303)
    if code in site.get(Localization).languages:
        _remember(site, response, code)
        present = visit()
        if present.signed_in and PROFILE in present.catalog.entities:
            _keep(site, {"language": code})
    return response  # type: ignore[return-value]  # Flask's redirect is a Response of ours


def preferences(site: Site, pages: Pages) -> Response:
    """Show and keep how a person wants to read."""
    present = visit().require()
    localization = site.get(Localization)
    choices = {
        "language": {code: lang.name for code, lang in localization.languages.items()},
        "calendar": {name: name.capitalize() for name in localization.calendars},
        "digits": {name: name.capitalize() for name in localization.digits},
        "money_unit": {
            name: unit.label(present.style.lang) for name, unit in localization.money_units.items()
        },
        "time_zone": time_zones(),
    }
    if request.method == "POST":
        chosen = {name: request.form.get(name, "") for name in choices}
        known = {name: value if value in choices[name] else "" for name, value in chosen.items()}
        _keep(site, known)
        response = go(url_for("web.preferences"), present.style._("Your preferences are saved."))
        _remember(site, response, known["language"])
        return response
    return pages.show(
        "preferences.html",
        nav="preferences",
        choices=choices,
        now=site.get(Database).now(),
        chosen=asdict(present.actor.preferences),
    )


def _remember(site: Site, response: BaseResponse, code: str) -> None:
    """Let this browser remember a language for the pages before signing in; an empty one is forgotten."""
    if code:
        response.set_cookie(
            LANGUAGE_COOKIE,
            code,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=site.settings.secure_cookies,
        )
    else:
        response.delete_cookie(LANGUAGE_COOKIE)


def _keep(site: Site, values: Mapping[str, str]) -> None:
    """Write preferences into the person's own profile, by their own right."""
    present = visit()
    actor, catalog = present.actor, present.catalog
    assert actor.id is not None  # only people who are signed in come here

    def write() -> None:
        with site.get(Database).unit(catalog, actor) as uow:
            site.get(Records).update(
                actor,
                PROFILE,
                actor.id or 0,
                {k: v or None for k, v in values.items()},
                version=None,
                uow=uow,
            )

    site.get(Database).attempt(write)
