"""One person's account, for administrators: roles, letting in and keeping out, what is handed over, sessions and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.access.matrix import Change, gained
from core.errors import AccessDenied, BadRequest, NotFound, ValidationFailed
from core.identity import Identity
from core.identity.outside import Outside
from core.identity.people import People
from core.kernel.site import Site
from core.storage import Database, UnitOfWork
from core.web.account_pages import LISTED, log_lines, told_sessions
from core.web.account_words import named_roles, role_labels
from core.web.admin_pages import sentences
from core.web.form_values import whole
from core.web.fresh import ask_again, is_fresh
from core.web.key_pages import told_keys
from core.web.looking import looking
from core.web.pages import Pages, go
from core.web.people_pages import STANDING, administrator, handed_over, roles_of
from core.web.rendering import PROFILE
from core.web.rights_told import told_cell
from core.web.texts import N_
from core.web.visit import Visit

Do = Callable[[Identity, UnitOfWork], object]

SHOWN = 60
"""Lines of what other roles add that the page shows; the matrix has all."""

DONE: Mapping[str, str] = {
    "disable": N_("The account is disabled; nobody is signed in with it any more."),
    "enable": N_("The account is enabled again."),
    "sign_out": N_("The person is signed out everywhere."),
    "factor": N_("The second factor is reset; a password alone signs in now."),
    "end": N_("The session is ended."),
    "revoke": N_("The key is revoked; it opens nothing any more."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """What other roles add, in the reader's words: an act on a kind of record, perhaps to some fields only."""

    entity: str
    action: str
    fields: str
    where: str


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    one = "/people/<int:number>"
    made.add_url_rule(one, "person", lambda number: person(site, pages, number))
    made.add_url_rule(one, "person_act", lambda number: act(site, pages, number), methods=["POST"])
    made.add_url_rule(
        f"{one}/roles",
        "person_roles",
        lambda number: change_roles(site, pages, number),
        methods=["GET", "POST"],
    )


def person(site: Site, pages: Pages, number: int, problems: tuple[str, ...] = ()) -> Response:
    """Show an account."""
    present = administrator(site)
    identity, actor, style = site.get(Identity), present.actor, present.style
    with looking(site, present) as uow:
        found = site.get(People).get(actor, number, uow=uow)
        sessions = told_sessions(style, identity.sessions(actor, number, uow=uow), uow.now)
        keys = identity.own_keys(actor, number, uow=uow)
        factor = identity.factors.is_on(number, uow=uow)
        history = log_lines(style, present.catalog, identity.log(actor, number, LISTED, uow=uow), uow.now)
        now = uow.now
    account = found.account
    return pages.show(
        "person.html",
        nav="people",
        status=422 if problems else 200,
        person=found,
        account=account,
        standing=STANDING[found.standing],
        own=account.id == actor.id,
        roles=role_labels(style, present.catalog, account.roles),
        last=style.relative(account.last_sign_in, now) if account.last_sign_in else "",
        link_until=style.datetime(account.link_until) if account.link_until else "",
        factor=factor,
        sessions=sessions,
        keys=told_keys(style, present.catalog, keys, now),
        history=history,
        profile=url_for("web.record", entity=PROFILE, number=number)
        if PROFILE in present.catalog.entities
        else "",
        problems=problems,
    )


def act(site: Site, pages: Pages, number: int) -> Response:
    """Do one thing to an account."""
    present = administrator(site)
    wanted, chosen = request.form.get("act", ""), whole(request.form.get("id", "")) or 0
    actor, here = present.actor, url_for("web.person", number=number)
    if wanted in ("link", "password", "factor") and not is_fresh(site, present):
        return ask_again(here)
    if wanted in ("link", "password"):
        return _hand_over(site, pages, present, number, link=wanted == "link")
    acts: Mapping[str, Do] = {
        "disable": lambda identity, uow: identity.set_active(actor, number, False, uow=uow),
        "enable": lambda identity, uow: identity.set_active(actor, number, True, uow=uow),
        "sign_out": lambda identity, uow: identity.end_sessions(actor, number, uow=uow),
        "factor": lambda identity, uow: identity.factors.reset(actor, number, uow=uow),
        "end": lambda identity, uow: identity.end_session(actor, number, chosen, uow=uow),
        "revoke": lambda identity, uow: identity.revoke_key(actor, number, chosen, uow=uow),
    }
    if wanted not in acts:
        raise BadRequest("Choose what to do with the account.", code="no_act")
    try:
        _write(site, present, acts[wanted])
    except AccessDenied as refused:
        return person(site, pages, number, sentences(present, refused))
    except NotFound as gone:
        return go(here, present.style._(gone.message, **gone.params))
    return go(here, present.style._(DONE[wanted]))


def _hand_over(site: Site, pages: Pages, present: Visit, number: int, *, link: bool) -> Response:
    def make(identity: Identity, uow: UnitOfWork) -> str:
        if link:
            return identity.make_link(present.actor, number, uow=uow)
        return identity.reset_password(present.actor, number, uow=uow)

    try:
        secret = str(_write(site, present, make))
    except AccessDenied as refused:
        return person(site, pages, number, sentences(present, refused))
    return handed_over(site, pages, number, secret, link=link)


def _write(site: Site, present: Visit, do: Do) -> object:
    def once() -> object:
        with site.get(Database).unit(present.catalog, present.actor, channel="web") as uow:
            return do(site.get(Identity), uow)

    return site.get(Database).attempt(once)


def change_roles(site: Site, pages: Pages, number: int) -> Response:
    """Choose the roles of an account; what they add is told before they are given."""
    present = administrator(site)
    if request.method == "POST" and not is_fresh(site, present):
        return ask_again(url_for("web.person_roles", number=number))
    actor, style = present.actor, present.style
    with looking(site, present) as uow:
        found = site.get(People).get(actor, number, uow=uow)
    before = found.account.roles
    chosen = request.form.getlist("role") if request.method == "POST" else list(before)
    # A role of a module that sleeps is shown by no box: it stays as it is.
    wanted = sorted({*chosen, *(name for name in before if name not in present.catalog.roles)})
    problems: tuple[str, ...] = ()
    gains: list[Gain] = []
    asks = False
    if request.method == "POST":
        gains = told_gains(present, gained(site.get(Access), present.catalog, before, wanted))
        asks = bool(gains) and request.form.get("confirmed") != "1"
        if not asks:
            try:
                _write(
                    site, present, lambda identity, uow: identity.set_roles(actor, number, wanted, uow=uow)
                )
            except (AccessDenied, ValidationFailed) as refused:
                problems = sentences(present, refused)
            else:
                return go(
                    url_for("web.person", number=number),
                    style._("The roles are changed, from the next page on."),
                )
    return pages.show(
        "person_roles.html",
        nav="people",
        status=422 if problems else 200,
        person=found,
        roles=roles_of(present),
        chosen=chosen,
        problems=problems,
        asks=asks,
        gains=gains[:SHOWN],
        more=len(gains) - SHOWN,
        taken=named_roles(style, present.catalog, tuple(sorted({*before} - {*wanted}))) if asks else "",
        given=named_roles(style, present.catalog, tuple(sorted({*wanted} - {*before}))) if asks else "",
        **_owned(site, number, present),
    )


def _owned(site: Site, number: int, present: Visit) -> Mapping[str, object]:
    """Return which roles a sign-in service gives and takes of this person, and what it is called."""
    outside = site.get(Outside)
    if not outside.offered or not outside.provided.rules.owned:
        return {"owned": frozenset(), "service": ""}
    with looking(site, present) as uow:
        connected = outside.is_connected(number, uow=uow)
    owned = outside.provided.rules.owned if connected else frozenset[str]()
    return {"owned": owned, "service": outside.name}


def told_gains(present: Visit, changes: Iterable[Change]) -> list[Gain]:
    """Return what is gained in words, one line for each act on a kind of record: the record, then its fields."""
    style, catalog = present.style, present.catalog
    lines: dict[tuple[str, str], Gain] = {}
    fields: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        cell, place = told_cell(style, catalog, change.cell), (change.cell.entity, change.cell.action)
        if change.cell.field:
            fields.setdefault(place, []).append(cell.field)
        else:
            lines[place] = Gain(entity=cell.entity, action=cell.action, fields="", where=cell.where)
        lines.setdefault(place, Gain(entity=cell.entity, action=cell.action, fields="…", where=cell.where))
    return [
        Gain(entity=one.entity, action=one.action, fields=_few(present, fields[place]), where=one.where)
        if one.fields
        else one
        for place, one in lines.items()
    ]


def _few(present: Visit, names: Sequence[str]) -> str:
    told = present.style.joined(tuple(names[:6]))
    return told if len(names) <= 6 else f"{told}, …"
