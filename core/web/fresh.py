"""Asking for the password once more before what is worth it: a session is fresh for some minutes after it was given."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from core.errors import NotSignedIn, TooMany
from core.identity import Identity, Session
from core.kernel.site import Site
from core.web.looking import looking
from core.web.pages import Pages, go, same_site
from core.web.texts import N_
from core.web.visit import Visit, visit

WRONG = N_("This is not your password.")


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the route of this page."""
    made.add_url_rule("/account/confirm", "confirm", lambda: confirm(site, pages), methods=["GET", "POST"])


def is_fresh(site: Site, present: Visit) -> bool:
    """Tell whether the present session is fresh."""
    with looking(site, present) as uow:
        return site.get(Identity).is_fresh(session_of(present), uow=uow)


def ask_again(target: str) -> Response:
    """Lead to the question for the password, and from there to ``target``."""
    return go(url_for("web.confirm", next=target))


def session_of(present: Visit) -> Session:
    """Return the session of whoever is signed in."""
    if present.opening.session is None:
        raise NotSignedIn
    return present.opening.session


def confirm(site: Site, pages: Pages) -> Response:
    """Ask for the password, and lead on where it is right."""
    present = visit().require()
    target = same_site(request.values.get("next"), url_for("web.account"))
    problem, status = "", 200
    if request.method == "POST":
        password, address = request.form.get("password", ""), request.remote_addr or ""
        try:
            site.get(Identity).confirm(present.actor, session_of(present), password, address=address)
        except NotSignedIn:
            problem, status = present.style._(WRONG), 422
        except TooMany as wait:
            problem, status = present.style._(wait.message, **wait.params), 429
        else:
            return go(target)
    return pages.show("confirm.html", nav="account", status=status, next=target, problem=problem)
