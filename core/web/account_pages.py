"""One's own account: the password, where one is signed in, and what was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request, url_for

from core.errors import NotFound, NotSignedIn, TooMany, ValidationFailed
from core.i18n import Style
from core.identity import Identity
from core.identity.log import Entry
from core.identity.sessions import OpenSession
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.storage import Database
from core.web.account_words import role_labels, told_event
from core.web.admin_pages import sentences
from core.web.devices import told_device
from core.web.form_values import whole
from core.web.fresh import WRONG, session_of
from core.web.history_page import Line
from core.web.looking import looking
from core.web.pages import Pages, go
from core.web.visit import Visit, visit
from core.web.way_in import provider_name

LISTED = 20
"""Entries of the log that the page shows; all of it stands in the history of the person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldSession:
    """A session in the reader's words; ``here`` is the one that the page is read in."""

    id: int
    device: str
    address: str
    seen_at: datetime
    seen: str
    since: str
    here: bool


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/account", "account", lambda: account(site, pages))
    made.add_url_rule(
        "/account/password", "own_password", lambda: own_password(site, pages), methods=["GET", "POST"]
    )
    made.add_url_rule("/account/sessions", "end_own_session", lambda: end_own(site), methods=["POST"])


def account(site: Site, pages: Pages) -> Response:
    """Show one's account."""
    present = visit().require()
    identity, actor = site.get(Identity), present.actor
    number = actor.id or 0
    with looking(site, present) as uow:
        found = identity.account(actor, number, uow=uow)
        sessions = identity.sessions(actor, number, uow=uow)
        log = identity.log(actor, number, LISTED, uow=uow)
        keys = identity.own_keys(actor, number, uow=uow)
        now = uow.now
    here = session_of(present).id
    return pages.show(
        "account.html",
        nav="account",
        account=found,
        provider=provider_name(site),
        roles=role_labels(present.style, present.catalog, found.roles),
        sessions=told_sessions(present.style, sessions, now, here),
        keys=sum(key["revoked_at"] is None for key in keys),
        history=log_lines(present.style, present.catalog, log, now),
    )


def told_sessions(
    style: Style, sessions: Sequence[OpenSession], now: datetime, here: int = 0
) -> list[ToldSession]:
    """Return sessions in the reader's words, the present one first."""
    told = [
        ToldSession(
            id=one.id,
            device=told_device(style, one.device.agent),
            address=one.device.address,
            seen_at=one.seen_at,
            seen=style.relative(one.seen_at, now),
            since=style.datetime(one.created_at),
            here=one.id == here,
        )
        for one in sessions
    ]
    return sorted(told, key=lambda one: not one.here)


def log_lines(style: Style, catalog: Catalog, log: Sequence[Entry], now: datetime) -> list[Line]:
    """Return the log of an account as histories are shown."""
    return [_line(style, entry, told_event(style, catalog, entry.event, entry.told), now) for entry in log]


def _line(style: Style, entry: Entry, told: tuple[str, str, str], now: datetime) -> Line:
    what, icon, hue = told
    return Line(
        who=entry.who if entry.by is not None else style._(entry.who),
        what=what,
        part="",
        icon=icon,
        hue=hue,
        at=entry.at,
        when=style.relative(entry.at, now),
        moment=style.datetime(entry.at),
        reason=entry.reason,
        moves=(),
    )


def own_password(site: Site, pages: Pages) -> Response:
    """Change one's own password, by the present one."""
    present = visit().require()
    problems: tuple[str, ...] = ()
    status = 200
    if request.method == "POST":
        try:
            problems = _change(site, present)
        except ValidationFailed as refused:
            problems = sentences(present, refused)
        except NotSignedIn:
            problems = (present.style._(WRONG),)
        except TooMany as wait:
            problems, status = sentences(present, wait), wait.status
        if not problems:
            return go(
                url_for("web.account"),
                present.style._("Your password is changed; you are signed out everywhere else."),
            )
        status = status if status != 200 else 422
    return pages.show("own_password.html", nav="account", status=status, problems=problems)


def _change(site: Site, present: Visit) -> tuple[str, ...]:
    old, new, again = (request.form.get(name, "") for name in ("present", "password", "again"))
    if new != again:
        return (present.style._("The two passwords differ; type the same one twice."),)
    if new == old:
        return (present.style._("This is the password that you have; choose another one."),)
    session, address = session_of(present), request.remote_addr or ""
    site.get(Identity).change_own_password(present.actor, session, old, new, address=address)
    return ()


def end_own(site: Site) -> Response:
    """End one of one's own sessions, or all but the present one."""
    present = visit().require()
    identity, style, here = site.get(Identity), present.style, session_of(present).id
    number, chosen = present.actor.id or 0, whole(request.form.get("id", ""))

    def once() -> str:
        with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
            if chosen is None:
                ended = identity.end_sessions(present.actor, number, but=here, uow=uow)
                return style.ngettext(
                    "{number} other session is ended.", "{number} other sessions are ended.", ended
                )
            identity.end_session(present.actor, number, chosen, uow=uow)
            return style._("The session is ended.")

    try:
        message = site.get(Database).attempt(once)
    except NotFound as gone:
        message = style._(gone.message)
    return go(url_for("web.account"), message)
