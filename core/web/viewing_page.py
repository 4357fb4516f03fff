"""Seeing what somebody else sees: administrators choose whom and say why; who did is listed below."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import Conflict, NotFound, NotSignedIn, PayvandError, ValidationFailed
from core.i18n import Style
from core.identity import Identity
from core.identity.accounts import Account
from core.identity.views import View
from core.kernel.site import Site
from core.storage import Database
from core.web.form_values import whole
from core.web.history_page import Line
from core.web.looking import looking
from core.web.pages import Pages, go
from core.web.texts import N_
from core.web.visit import Visit, visit

OFFERED = 200
"""Logins that are offered to choose from; any other can be typed."""

LISTED = 50
"""Entries of who has seen as whom that the page shows."""

PERMITTED = frozenset({"web.stop_viewing", "web.sign_out"})
"""What may be sent while somebody sees as somebody else."""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/access/view-as", "view_as", lambda: show(site, pages))
    made.add_url_rule("/access/view-as", "begin_viewing", lambda: begin(site, pages), methods=["POST"])
    made.add_url_rule("/access/view-as/end", "stop_viewing", lambda: stop(site), methods=["POST"])


def show(site: Site, pages: Pages, *, login: str = "", reason: str = "", problem: str = "") -> Response:
    """Show the question, and who has seen as whom."""
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    identity, actor, style = site.get(Identity), present.actor, present.style
    with looking(site, present) as uow:
        accounts = identity.accounts(actor, uow=uow)
        views = identity.views(actor, LISTED, uow=uow)
        now = uow.now
    return pages.show(
        "view_as.html",
        status=422 if problem else 200,
        nav="explain",
        login=login or _asked(accounts),
        reason=reason,
        problem=problem,
        accounts=[a for a in accounts if a.active and a.id != actor.id][:OFFERED],
        history=[_line(style, view, now) for view in views],
    )


def _line(style: Style, view: View, now: datetime) -> Line:
    """Return an entry as histories show it."""
    told = N_("began to see as {name}") if view.began else N_("ended to see as {name}")
    return Line(
        who=view.who,
        what=style._(told, name=view.whose),
        part="",
        icon="eye",
        hue="amber" if view.began else "gray",
        at=view.at,
        when=style.relative(view.at, now),
        moment=style.datetime(view.at),
        reason=view.reason,
        moves=(),
    )


def _asked(accounts: list[Account]) -> str:
    """Return the login that the address names, by itself or by its number."""
    number = whole(request.args.get("id", ""))
    named = next((account.login for account in accounts if account.id == number), "")
    return named or request.args.get("user", "").strip()


def begin(site: Site, pages: Pages) -> Response:
    """Begin to see as somebody else; from the first page on."""
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    login, reason = request.form.get("user", "").strip(), request.form.get("reason", "").strip()
    try:
        _begin(site, present, login, reason)
    except (Conflict, NotFound, ValidationFailed) as refused:
        return show(site, pages, login=login, reason=reason, problem=_sentence(present, refused))
    return go(url_for("web.home"))


def _begin(site: Site, present: Visit, login: str, reason: str) -> None:
    identity, session = site.get(Identity), present.opening.session
    if session is None:
        raise NotSignedIn

    def once() -> None:
        with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
            account = identity.find_account(login, uow=uow)
            identity.view_as(present.actor, session, account, reason, uow=uow)

    site.get(Database).attempt(once)


def _sentence(present: Visit, refused: PayvandError) -> str:
    told = [present.style.problem(problem) for problem in refused.problems]
    return " ".join(told) or present.style._(refused.message, **refused.params)


def stop(site: Site) -> Response:
    """See with one's own eyes again."""
    present = visit().require()
    if present.eyes is not None:
        site.get(Identity).stop_viewing(present.eyes)
    return go(url_for("web.view_as"))
