"""A new password by mail: asking for the link, and choosing the password behind it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from core.errors import TooMany
from core.identity.resetting import Resetting
from core.kernel.site import Site
from core.web.entrance_pages import choose_password
from core.web.pages import Pages, go
from core.web.visit import visit


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/reset", "reset", lambda: ask(site, pages), methods=["GET", "POST"])
    made.add_url_rule(
        "/reset/<token>", "reset_password", lambda token: choose(site, pages, token), methods=["GET", "POST"]
    )


def ask(site: Site, pages: Pages) -> Response:
    """Ask for a login and promise a mail, in the same words whoever that is; without mail tell whom to ask."""
    resetting, style = site.get(Resetting), visit().style
    if not resetting.offered:
        return go(url_for("web.sign_in_help"))
    login, problem, status = request.form.get("login", "").strip(), "", 200
    if request.method == "POST" and login:
        try:
            resetting.ask(login, address=request.remote_addr or "")
        except TooMany as wait:
            problem, status = style._(wait.message, **wait.params), 429
        else:
            return pages.show("reset.html", login="", problem="", sent=True)
    return pages.show("reset.html", status=status, login=login, problem=problem, sent=False)


def choose(site: Site, pages: Pages, token: str) -> Response:
    """Let whoever has got the mail choose a password; they sign in with it afterwards."""
    resetting = site.get(Resetting)
    return choose_password(
        site,
        pages,
        login_of=lambda: resetting.login_of(token),
        use=lambda password: resetting.use(token, password),
    )
