"""One's own API keys: what they are for, when they were used last; a new one is shown this once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from core.access.explain_words import ACTIONS
from core.errors import Problem, ValidationFailed
from core.i18n import Style
from core.identity import Identity
from core.kernel.actor import Scope
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.storage import Database
from core.web.admin_pages import sentences
from core.web.compression import leave_plain
from core.web.form_values import whole
from core.web.fresh import ask_again, is_fresh
from core.web.looking import looking
from core.web.pages import Pages, go, may
from core.web.texts import N_
from core.web.visit import Visit, visit

REACHES: Mapping[str, str] = {
    "read": N_("Only reading, all that I may read"),
    "some": N_("Only what I choose here"),
    "all": N_("All that I may do"),
}
TICKED = ("read", "create", "update", "delete")
ENDINGS = (30, 90, 365)
"""Days that are offered; any other number can be asked for in the API."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldKey:
    """A key in the reader's words; ``state`` is empty for one that works."""

    id: int
    name: str
    prefix: str
    scopes: Sequence[str]
    made: str
    used: str
    ends: str
    state: str


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/account/keys", "own_keys", lambda: own_keys(site, pages), methods=["GET", "POST"])
    made.add_url_rule("/account/keys/revoke", "revoke_own_key", lambda: revoke(site), methods=["POST"])


def own_keys(site: Site, pages: Pages) -> Response:
    """Show one's keys, and make one where the password was given a short while ago."""
    present = visit().require()
    fresh = present.eyes is None and is_fresh(site, present)
    problems: tuple[str, ...] = ()
    key = ""
    if request.method == "POST":
        if not fresh:
            return ask_again(url_for("web.own_keys"))
        try:
            key = _make(site, present)
        except ValidationFailed as refused:
            problems = sentences(present, refused)
        else:
            leave_plain()  # the key stands in the page
    with looking(site, present) as uow:
        keys = site.get(Identity).own_keys(present.actor, present.actor.id or 0, uow=uow)
        now = uow.now
    return pages.show(
        "own_keys.html",
        nav="account",
        status=422 if problems else 200,
        keys=told_keys(present.style, present.catalog, keys, now),
        key=key,
        fresh=fresh,
        problems=problems,
        entities=_entities(present),
        actions=[(name, ACTIONS[name].message) for name in TICKED],
        reaches=REACHES,
        endings=ENDINGS,
        typed={
            "name": "" if key else request.form.get("name", ""),
            "reach": request.form.get("reach", "read"),
        },
        chosen=request.form.getlist("entity"),
        ticked=request.form.getlist("action") or ["read"],
        days=whole(request.form.get("days", "90")),
    )


def _entities(present: Visit) -> list[tuple[str, str]]:
    """Return the kinds of records that the person may read, by their labels."""
    style = present.style
    named = ((e.name, style.label(e.plural or e.label)) for e in present.catalog.entities.values())
    return sorted(
        (pair for pair in named if may(present, pair[0], "read")), key=lambda pair: style.sort_key(pair[1])
    )


def _make(site: Site, present: Visit) -> str:
    """Make the key that the form describes; return it."""
    actor, form = present.actor, request.form
    scopes, given = _scopes(present), form.get("days", "")
    days = whole(given)
    if not scopes:
        raise _refused("scopes", N_("Choose kinds of records, and what may be done with them."))
    if given and days is None:
        raise _refused("days", N_("Choose how long the key works."))

    def once() -> str:
        with site.get(Database).unit(present.catalog, actor, channel="web") as uow:
            return site.get(Identity).create_key(
                actor, actor.id or 0, form.get("name", ""), scopes, days=days, uow=uow
            )

    return site.get(Database).attempt(once)


def _refused(field: str, message: str) -> ValidationFailed:
    return ValidationFailed(problems=[Problem(code="required", field=field, message=message)])


def _scopes(present: Visit) -> list[Scope]:
    """Return what the key is for; a kind of record that is none, or that one may not read, is left out."""
    reach, known = request.form.get("reach", "read"), dict(_entities(present))
    if reach == "all":
        return [Scope()]
    if reach == "some":
        ticked = [name for name in request.form.getlist("action") if name in TICKED]
        return [
            Scope(entity=entity, action=action)
            for entity in request.form.getlist("entity")
            if entity in known
            for action in ticked
        ]
    return [Scope(action="read")]


def told_keys(
    style: Style, catalog: Catalog, keys: Sequence[Mapping[str, Any]], now: datetime
) -> list[ToldKey]:
    """Return keys in the reader's words, those that work first."""
    told = [_told(style, catalog, key, now) for key in keys]
    return sorted(told, key=lambda key: (bool(key.state), -key.id))


def _told(style: Style, catalog: Catalog, key: Mapping[str, Any], now: datetime) -> ToldKey:
    ended = key["expires_at"] is not None and key["expires_at"] <= now
    state = style._("Revoked") if key["revoked_at"] else style._("Ended") if ended else ""
    used = key["last_used_at"]
    return ToldKey(
        id=key["id"],
        name=key["name"],
        prefix=key["prefix"],
        scopes=_told_scopes(style, catalog, key["scopes"]),
        made=style.datetime(key["created_at"]),
        used=style.relative(used, now) if used else style._("Never"),
        ends=style.datetime(key["expires_at"]) if key["expires_at"] else style._("Never"),
        state=state,
    )


def _told_scopes(style: Style, catalog: Catalog, scopes: Sequence[Mapping[str, str]]) -> list[str]:
    """Return what a key is for, one line for each kind of record."""
    actions: dict[str, list[str]] = {}
    for scope in scopes:
        actions.setdefault(str(scope.get("entity", "")), []).append(str(scope.get("action", "")))
    return [
        style._("{entity}: {actions}", entity=_kind(style, catalog, name), actions=_done(style, some))
        for name, some in actions.items()
    ] or [style._("Nothing")]


def _kind(style: Style, catalog: Catalog, name: str) -> str:
    if name == "*":
        return style._("All records")
    spec = catalog.entities.get(name)
    return style.label(spec.plural or spec.label) if spec else name


def _done(style: Style, actions: Sequence[str]) -> str:
    if "*" in actions:
        return style._("Everything")
    return style.joined(tuple(style._(ACTIONS[a].message) if a in ACTIONS else a for a in actions))


def revoke(site: Site) -> Response:
    """End one of one's own keys."""
    present = visit().require()
    actor, number = present.actor, whole(request.form.get("id", "")) or 0

    def once() -> None:
        with site.get(Database).unit(present.catalog, actor, channel="web") as uow:
            site.get(Identity).revoke_key(actor, actor.id or 0, number, uow=uow)

    site.get(Database).attempt(once)
    return go(url_for("web.own_keys"), present.style._("The key is revoked; it opens nothing any more."))
