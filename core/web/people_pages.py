"""People with their accounts, for administrators: found, and made with what lets them in handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import ValidationFailed
from core.i18n import Localization
from core.identity import Identity
from core.identity.links import LINK_PATH, new_password
from core.identity.people import STANDINGS, Asked, People, Person
from core.kernel.site import Site
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.web.account_words import role_labels
from core.web.admin_pages import sentences
from core.web.compression import leave_plain
from core.web.form_values import whole
from core.web.fresh import ask_again, is_fresh
from core.web.looking import looking
from core.web.pages import Pages
from core.web.rendering import PROFILE
from core.web.texts import N_
from core.web.visit import Visit, visit

STANDING: Mapping[str, tuple[str, str]] = {
    "active": (N_("Active"), "green"),
    "disabled": (N_("Disabled"), "red"),
    "new": (N_("Never signed in"), "amber"),
}
"""How an account stands, in words, with a hue."""

TYPED = ("login", "name", "language", "team", "how")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A person in the list, in the reader's words."""

    id: int
    name: str
    login: str
    standing: tuple[str, str]
    roles: list[str]
    team: str
    last: str
    last_at: datetime | None


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/people", "accounts", lambda: people(site, pages))
    made.add_url_rule("/people/new", "new_account", lambda: new_account(site, pages), methods=["GET", "POST"])


def administrator(site: Site) -> Visit:
    """Return the visit of an administrator, or refuse it."""
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    return present


def people(site: Site, pages: Pages) -> Response:
    """Show who has an account, a page at a time."""
    present = administrator(site)
    args = request.args
    asked = Asked(
        words=args.get("q", "").strip()[:100],
        standing=args.get("standing", "") if args.get("standing") in STANDINGS else "",
        role=args.get("role", "") if args.get("role") in present.catalog.roles else "",
        team=whole(args.get("team", "")),
        after=args.get("after", "")[:200],
    )
    with looking(site, present) as uow:
        page = site.get(People).find(present.actor, asked, uow=uow)
        teams = teams_of(site, present, uow)
        now = uow.now
    kept = {"q": asked.words, "standing": asked.standing, "role": asked.role, "team": asked.team}
    named: dict[str, Any] = {name: value for name, value in kept.items() if value}
    return pages.show(
        "people.html",
        nav="people",
        rows=[_row(present, person, now) for person in page.people],
        asked=asked,
        filtered=bool(named),
        standings=STANDING,
        roles=roles_of(present),
        teams=teams,
        more=url_for("web.accounts", **named, after=page.next) if page.next else "",
        first=url_for("web.accounts", **named) if asked.after else "",
    )


def _row(present: Visit, person: Person, now: datetime) -> Row:
    account, style = person.account, present.style
    return Row(
        id=account.id,
        name=person.name,
        login=account.login,
        standing=STANDING[person.standing],
        roles=role_labels(style, present.catalog, account.roles),
        team=person.team,
        last=style.relative(account.last_sign_in, now) if account.last_sign_in else "—",
        last_at=account.last_sign_in,
    )


def roles_of(present: Visit) -> list[tuple[str, str]]:
    """Return all roles with their labels, in the reader's order."""
    style = present.style
    named = [(role.name, style.label(role.label)) for role in present.catalog.roles.values()]
    return sorted(named, key=lambda pair: style.sort_key(pair[1]))


def teams_of(site: Site, present: Visit, uow: UnitOfWork) -> list[tuple[int, str]]:
    """Return the teams that a profile may name, where profiles have teams."""
    profile = present.catalog.entities.get(PROFILE)
    field = profile.fields.get("team") if profile else None
    if field is None:
        return []
    target = str(field.option("to"))
    title = present.catalog.entity(target).title
    asked = Query(fields=("id", title), sort=(title,), limit=MAX_LIMIT)
    found = site.get(Reading).find(present.actor, target, asked, catalog=present.catalog, uow=uow).items
    return [(int(str(row["id"])), str(row[title])) for row in found]


def new_account(site: Site, pages: Pages) -> Response:
    """Make an account, and show what lets its owner in: this once."""
    present = administrator(site)
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    chosen = request.form.getlist("role")
    problems: tuple[str, ...] = ()
    if request.method == "POST":
        if not is_fresh(site, present):
            return ask_again(url_for("web.new_account"))
        try:
            number, secret = _make(site, present, typed, chosen)
        except ValidationFailed as refused:
            problems = sentences(present, refused)
        else:
            return handed_over(site, pages, number, secret, link=typed["how"] != "password")
    with looking(site, present) as uow:
        teams = teams_of(site, present, uow)
    return pages.show(
        "person_new.html",
        nav="people",
        status=422 if problems else 200,
        problems=problems,
        typed=typed,
        chosen=chosen,
        roles=roles_of(present),
        teams=teams,
        languages_of={code: lang.name for code, lang in site.get(Localization).languages.items()},
    )


def _make(site: Site, present: Visit, typed: Mapping[str, str], roles: list[str]) -> tuple[int, str]:
    """Make the account with its profile in one transaction; return its id and what lets its owner in."""
    identity, actor = site.get(Identity), present.actor

    def once() -> tuple[int, str]:
        with site.get(Database).unit(present.catalog, actor, channel="web") as uow:
            secret = new_password() if typed["how"] == "password" else None
            made = identity.create_account(
                actor,
                typed["login"],
                secret,
                roles,
                name=typed["name"],
                must_change=secret is not None,
                uow=uow,
            )
            _tell_profile(site, present, made.id, typed, uow)
            return made.id, secret or identity.make_link(actor, made.id, uow=uow)

    return site.get(Database).attempt(once)


def _tell_profile(site: Site, present: Visit, number: int, typed: Mapping[str, str], uow: UnitOfWork) -> None:
    profile = present.catalog.entities.get(PROFILE)
    known = profile.fields if profile is not None else {}
    team = whole(typed["team"])
    given: dict[str, object] = {"language": typed["language"] or None, "team": team}
    values = {name: value for name, value in given.items() if name in known and value is not None}
    if values:
        site.get(Records).update(present.actor, PROFILE, number, values, version=None, uow=uow)


def handed_over(site: Site, pages: Pages, number: int, secret: str, *, link: bool) -> Response:
    """Show a link or a password that is to be handed over; it is kept nowhere, and shown this once."""
    leave_plain()
    present = visit()
    with looking(site, present) as uow:
        person = site.get(People).get(present.actor, number, uow=uow)
    base = (site.settings.base_url or request.host_url).rstrip("/")
    return pages.show(
        "person_handed.html",
        nav="people",
        person=person,
        link=f"{base}{request.script_root}{LINK_PATH}{secret}" if link else "",
        password="" if link else secret,
    )
