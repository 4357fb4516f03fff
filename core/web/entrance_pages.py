"""Ways in for people who cannot sign in: a new password by a one-time link, and whom to ask for one."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for

from core.errors import TooMany, ValidationFailed
from core.identity import Identity
from core.identity.links import LINK_PATH
from core.identity.resetting import Resetting
from core.kernel.site import Site
from core.web.admin_pages import sentences
from core.web.compression import leave_plain
from core.web.looking import looking
from core.web.pages import Pages, go
from core.web.visit import visit

NAMED = 5
"""So many administrators are named, where the site names them."""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/sign-in/help", "sign_in_help", lambda: sign_in_help(site, pages))
    made.add_url_rule(
        f"{LINK_PATH}<token>",
        "new_password",
        lambda token: new_password(site, pages, token),
        methods=["GET", "POST"],
    )


def sign_in_help(site: Site, pages: Pages) -> Response:
    """Tell whom to ask; administrators are named where the site says so, and a reset is offered where mail leaves."""
    settings = site.settings
    names: list[str] = []
    if settings.name_administrators:
        identity = site.get(Identity)
        with looking(site, visit()) as uow:
            able = identity.administrators(uow)[:NAMED]
        names = [identity.actor_of(account.id).name or account.login for account in able]
    return pages.show(
        "sign_in_help.html",
        names=names,
        words=settings.sign_in_help,
        reset=url_for("web.reset") if site.get(Resetting).offered else "",
    )


def new_password(site: Site, pages: Pages, token: str) -> Response:
    """Let whoever has a one-time link choose a password; they sign in with it afterwards."""
    identity = site.get(Identity)
    return choose_password(
        site,
        pages,
        login_of=lambda: identity.login_of_link(token),
        use=lambda password: identity.use_link(token, password),
    )


def choose_password(
    site: Site, pages: Pages, *, login_of: Callable[[], str], use: Callable[[str], str]
) -> Response:
    """Show the page of a link on which a password is chosen; ``use`` takes it, and returns whose it is now."""
    leave_plain()  # the link stands in the page
    identity, present = site.get(Identity), visit()
    problems: tuple[str, ...] = ()
    if request.method == "POST":
        password, again = request.form.get("password", ""), request.form.get("again", "")
        try:
            if password == again:
                identity.admit(request.remote_addr or "")
                login = use(password)
                return go(
                    url_for("web.sign_in", login=login),
                    present.style._("Your password is set; sign in with it."),
                )
            problems = (present.style._("The two passwords differ; type the same one twice."),)
        except (ValidationFailed, TooMany) as refused:
            problems = sentences(present, refused)
    return pages.show(
        "new_password.html", status=422 if problems else 200, login=login_of(), problems=problems
    )
