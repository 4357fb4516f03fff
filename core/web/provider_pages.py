"""Signing in by another service: the way there, the way back, and connecting one's account."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, url_for

from core.errors import Conflict, NotFound, NotSignedIn, TooMany
from core.identity import Identity, SecondStep
from core.identity.links import NewPasswordNeeded
from core.identity.outside import Outside, Way
from core.identity.steps import STEP_MINUTES
from core.kernel.site import Site
from core.storage import Database
from core.web.fresh import ask_again, is_fresh
from core.web.looking import looking
from core.web.pages import Pages, go, same_site
from core.web.visit import visit
from core.web.way_in import device, let_in, second_step, sign_in_page

COOKIE = "payvand_provider"
PATH = "/sign-in/provider"


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule(PATH, "provider", lambda: leave(site, pages))
    made.add_url_rule(f"{PATH}/back", "provider_back", lambda: come_back(site, pages))
    made.add_url_rule("/account/provider", "own_provider", lambda: show(site, pages))
    made.add_url_rule("/account/provider", "change_provider", lambda: change(site, pages), methods=["POST"])


def leave(site: Site, pages: Pages) -> Response:
    """Send somebody to the service, to be asked who they are."""
    target, outside = same_site(request.args.get("next"), url_for("web.home")), _offered(site)
    try:
        site.get(Identity).admit(request.remote_addr or "")
        way = outside.begin(target)
    except (NotSignedIn, TooMany) as refused:
        problem = visit().style._(refused.message, **refused.params)
        return sign_in_page(pages, target, status=refused.status, problem=problem)
    return _remember(site, make_response(redirect(way.url, code=303)), way)


def come_back(site: Site, pages: Pages) -> Response:
    """Let in whoever the service has sent back, or connect their account."""
    outside, present, home = _offered(site), visit(), url_for("web.home")
    if present.eyes is not None:
        return go(home)
    by = present.actor.id if present.signed_in else None
    token, state, code = (
        request.cookies.get(COOKIE, ""),
        request.args.get("state", ""),
        request.args.get("code", ""),
    )
    try:
        back = outside.finish(token, state, code, device(), by=by)
        told = present.style._("Your account is connected to {name}.", name=outside.name)
        response = let_in(site, back.session, back.target) if back.session else go(back.target, told)
    except SecondStep as more:
        response = second_step(site, pages, more.token, home)
    except NewPasswordNeeded as needed:
        response = go(url_for("web.new_password", token=needed.token))
    except (NotSignedIn, Conflict) as refused:
        problem = present.style._(refused.message, **refused.params)
        response = sign_in_page(pages, home, status=refused.status, problem=problem)
    response.delete_cookie(COOKIE, path=PATH)
    return response


def show(site: Site, pages: Pages, way: Way | None = None) -> Response:
    """Show whether one's account is connected; ``way`` leads on to where it gets connected."""
    present, outside = visit().require(), _offered(site)
    with looking(site, present) as uow:
        connected = outside.is_connected(present.actor.id or 0, uow=uow)
    return pages.show(
        "provider.html",
        nav="account",
        name=outside.name,
        connected=connected,
        owns=bool(outside.provided.rules.owned),
        url=way.url if way else "",
        writes=present.eyes is None,
    )


def change(site: Site, pages: Pages) -> Response:
    """Connect one's account, or end that. Who is asked elsewhere goes there by a link: no form leads out of the site."""
    present, outside, here = visit().require(), _offered(site), url_for("web.own_provider")
    if not is_fresh(site, present):
        return ask_again(here)
    if request.form.get("act") == "connect":
        way = outside.begin(here, account=present.actor.id)
        return _remember(site, show(site, pages, way), way)
    database = site.get(Database)

    def once() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            outside.disconnect(present.actor, uow=uow)

    database.attempt(once)
    return go(here, present.style._("Your account is connected to {name} no more.", name=outside.name))


def _offered(site: Site) -> Outside:
    outside = site.get(Outside)
    if not outside.offered:
        raise NotFound("This page does not exist.")
    return outside


def _remember(site: Site, response: Response, way: Way) -> Response:
    """Let this browser bring back what it was sent away with."""
    response.set_cookie(
        COOKIE,
        way.token,
        max_age=STEP_MINUTES * 60,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=site.settings.secure_cookies,
    )
    return response
