"""Passkeys: signing in by them, and one's own. What a device does needs a script; the list and removing need none."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request, url_for

from core.errors import NotSignedIn, PayvandError, TooMany, ValidationFailed
from core.identity import Identity
from core.identity.links import NewPasswordNeeded
from core.identity.passkeys import Place, Question
from core.kernel.site import Site
from core.storage import Database, UnitOfWork
from core.web.admin_pages import sentences
from core.web.compression import leave_plain
from core.web.form_values import whole
from core.web.fresh import ask_again, is_fresh, session_of
from core.web.looking import looking
from core.web.pages import Pages, go, same_site
from core.web.visit import Visit, own_origin, visit
from core.web.way_in import STEP_COOKIE, device, let_in, sign_in_page

Result = TypeVar("Result")


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule(
        "/sign-in/passkey/options", "passkey_question", lambda: question(site), methods=["POST"]
    )
    made.add_url_rule("/sign-in/passkey", "passkey_sign_in", lambda: sign_in(site, pages), methods=["POST"])
    made.add_url_rule("/account/passkeys", "passkeys", lambda: show(site, pages))
    made.add_url_rule("/account/passkeys", "change_passkeys", lambda: change(site, pages), methods=["POST"])
    made.add_url_rule("/account/passkeys/options", "passkey_options", lambda: options(site), methods=["POST"])


def place_of(site: Site) -> Place:
    """Return where passkeys of this site hold."""
    origin = own_origin(site, request)
    return Place(name=urlsplit(origin).hostname or "", origin=origin)


def holds(place: Place) -> bool:
    """Tell whether passkeys can hold here: they are bound to a name, which a number is not."""
    try:
        ipaddress.ip_address(place.name)
    except ValueError:
        return bool(place.name)
    return False


# On the way in


def question(site: Site) -> Response:
    """Ask a device for a passkey: after a password one of that account, else any."""
    identity = site.get(Identity)

    def ask() -> Question:
        identity.admit(request.remote_addr or "")
        after = request.cookies.get(STEP_COOKIE, "") if request.form.get("after") else ""
        return identity.signing_in.ask_for_key(place_of(site), after)

    return _told(ask)


def sign_in(site: Site, pages: Pages) -> Response:
    """Let in whoever's passkey has answered."""
    target, style = same_site(request.form.get("next"), url_for("web.home")), visit().style
    try:
        site.get(Identity).admit(request.remote_addr or "")
        token = site.get(Identity).signing_in.by_passkey(
            place_of(site),
            request.form.get("step", ""),
            request.form.get("credential", ""),
            request.cookies.get(STEP_COOKIE, ""),
            device(),
        )
    except NewPasswordNeeded as needed:
        return go(url_for("web.new_password", token=needed.token))
    except (NotSignedIn, ValidationFailed) as wrong:
        problem = " ".join(sentences(visit(), wrong))
        return sign_in_page(pages, target, status=401, problem=problem)
    except TooMany as wait:
        return sign_in_page(pages, target, status=429, problem=style._(wait.message, **wait.params))
    return let_in(site, token, target)


# One's own


def show(
    site: Site, pages: Pages, *, problems: tuple[str, ...] = (), codes: list[str] | None = None
) -> Response:
    """Show one's passkeys; recovery codes that came with the first are shown this once."""
    present = visit().require()
    session, actor = session_of(present), present.actor
    with looking(site, present) as uow:
        keys = site.get(Identity).passkeys.of(actor.id or 0, uow=uow)
        asks_code = site.get(Identity).factors.asks_codes(actor.id or 0, uow=uow)
        now = uow.now
    return pages.show(
        "passkeys.html",
        status=422 if problems else 200,
        nav="account",
        around="_plain.html" if session.needs_factor else "_shell.html",
        keys=keys,
        now=now,
        asks_code=asks_code,
        codes=codes,
        problems=problems,
        writes=present.eyes is None,
        fresh=present.eyes is None and is_fresh(site, present),
        holds=holds(place_of(site)),
    )


def options(site: Site) -> Response:
    """Ask a device for a new key; a code that goes before counts as those on the way in do."""
    present = visit().require()
    if not is_fresh(site, present):
        return jsonify(go=url_for("web.confirm", next=url_for("web.passkeys")))
    identity, actor, place = site.get(Identity), present.actor, place_of(site)
    code = request.form.get("code", "")

    def ask() -> Question:
        with identity.signing_in.guarded(actor, request.remote_addr or ""):
            return _do(site, present, lambda uow: identity.passkeys.begin(actor, place, uow=uow, code=code))

    return _told(ask)


def change(site: Site, pages: Pages) -> Response:
    """Add the key that a device has made, or remove one."""
    present = visit().require()
    if not is_fresh(site, present):
        return ask_again(url_for("web.passkeys"))
    leave_plain()
    try:
        if request.form.get("act") == "remove":
            return _remove(site, present)
        return show(site, pages, codes=_add(site, present))
    except (NotSignedIn, ValidationFailed) as refused:
        return show(site, pages, problems=sentences(present, refused))


def _add(site: Site, present: Visit) -> list[str]:
    passkeys, form = site.get(Identity).passkeys, request.form
    step, answer, name = (form.get(field, "") for field in ("step", "credential", "name"))
    place, session = place_of(site), session_of(present).id
    return _do(
        site,
        present,
        lambda uow: passkeys.add(present.actor, place, step, answer, name, session=session, uow=uow),
    )


def _remove(site: Site, present: Visit) -> Response:
    passkeys, number = site.get(Identity).passkeys, whole(request.form.get("id", "")) or 0
    _do(site, present, lambda uow: passkeys.remove(present.actor, number, uow=uow))
    return go(url_for("web.passkeys"), present.style._("The passkey was removed."))


def _told(ask: Callable[[], Question]) -> Response:
    """Return a question for a device as JSON, or why there is none."""
    try:
        asked = ask()
    except PayvandError as refused:
        response = jsonify(problem=" ".join(sentences(visit(), refused)))
        response.status_code = refused.status
        return response
    return jsonify(step=asked.step, options=asked.options)


def _do(site: Site, present: Visit, act: Callable[[UnitOfWork], Result]) -> Result:
    database = site.get(Database)

    def once() -> Result:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            return act(uow)

    return database.attempt(once)
