"""Roles in the browser: what each allows, what the site adds to it, and what a change would do to rights before it is done."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from core.access import Access
from core.access.explain_words import ACTIONS
from core.errors import BadRequest, Conflict, MetadataConflict, MetadataInvalid, NotFound, ValidationFailed
from core.kernel.site import Site
from core.metadata.actions import SCOPES
from core.metadata.specs import SITE, GrantSpec, Json, RoleSpec
from core.studio import RoleStudio
from core.web.admin_pages import sentences
from core.web.explain_page import SCOPES as SCOPE_WORDS
from core.web.form_values import whole
from core.web.pages import Pages, go
from core.web.rights_told import KINDS, ROLES, told_difference
from core.web.visit import Visit, visit

REFUSALS = (ValidationFailed, MetadataInvalid, MetadataConflict, Conflict)
COMMON = ("read", "create", "update", "delete", "export", "import")
"""Actions that can be ticked; others are typed."""
TYPED = ("other", "entity", "scope", "more", "when", "read", "edit")


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/roles", "roles", lambda: roles(site, pages), methods=["GET", "POST"])
    made.add_url_rule("/roles/<name>", "role", lambda name: role(site, pages, name), methods=["GET", "POST"])


def roles(site: Site, pages: Pages) -> Response:
    """Show all roles, and make one of the site's own: it allows nothing yet."""
    present = _administrator(site)
    typed = {key: request.form.get(key, "").strip() for key in ("name", "label_fa", "label_en")}
    problems: tuple[str, ...] = ()
    if request.method == "POST":
        label = {lang: typed[f"label_{lang}"] for lang in ("en", "fa") if typed[f"label_{lang}"]}
        try:
            added = site.get(RoleStudio).add(
                present.actor, f"x.{typed['name'].removeprefix('x.')}", {"label": label}
            )
        except REFUSALS as refused:
            problems = sentences(present, refused)
        else:
            return go(
                url_for("web.role", name=added.name),
                present.style._("The role is there; it allows nothing yet."),
            )
    shown = sorted(present.catalog.roles.values(), key=lambda r: present.style.sort_key(_label(present, r)))
    return pages.show(
        "roles.html",
        nav="roles",
        roles=shown,
        typed=typed,
        problems=problems,
        status=422 if problems else 200,
    )


def role(site: Site, pages: Pages, name: str) -> Response:
    """Show a role; a change is shown with what it does to rights first, and done when it is confirmed."""
    present = _administrator(site)
    spec = present.catalog.roles.get(name)
    if spec is None:
        raise NotFound("There is no role {name}.", code="unknown_role", name=name[:80])
    said, seen = site.get(RoleStudio).said(present.actor, name)
    if request.method == "GET":
        return _show(pages, present, spec, said, seen)
    try:
        return _changed(site, pages, present, spec, said)
    except REFUSALS as refused:
        return _show(pages, present, spec, said, seen, sentences(present, refused))


def _changed(site: Site, pages: Pages, present: Visit, spec: RoleSpec, said: Mapping[str, Json]) -> Response:
    studio, style = site.get(RoleStudio), present.style
    confirmed, removal = request.form.get("confirmed") == "1", request.form.get("act") == "remove"
    if removal and confirmed:
        studio.remove(present.actor, spec.name)
        return go(url_for("web.roles"), style._("The role is gone."))
    body = {} if removal else _body(said)
    if confirmed:
        studio.save(present.actor, spec.name, body, seen=request.form.get("seen", ""))
        return go(
            url_for("web.role", name=spec.name), style._("The role is changed, for everybody who has it.")
        )
    found = (
        studio.rehearse_removal(present.actor, spec.name)
        if removal
        else studio.rehearse(present.actor, spec.name, body)
    )
    return pages.show(
        "role_plan.html",
        nav="roles",
        role=spec,
        removal=removal,
        difference=told_difference(style, found, _NOTHING_ASKED, lambda **_more: ""),
        kinds=KINDS,
        standings=ROLES,
        sent=[(key, value) for key, value in request.form.items(multi=True) if key != "csrf"],
    )


def _show(
    pages: Pages,
    present: Visit,
    spec: RoleSpec,
    said: Mapping[str, Json],
    seen: str,
    problems: tuple[str, ...] = (),
) -> Response:
    style, catalog = present.style, present.catalog
    entities = [(e.name, style.label(e.label)) for e in catalog.entities.values()]
    others = [(r.name, _label(present, r)) for r in catalog.roles.values() if r.name != spec.name]
    return pages.show(
        "role.html",
        nav="roles",
        role=spec,
        own=spec.owner == SITE,
        said=said,
        seen=seen,
        problems=problems,
        entities=sorted(entities, key=lambda pair: style.sort_key(pair[1])),
        others=sorted(others, key=lambda pair: style.sort_key(pair[1])),
        actions=[(name, ACTIONS[name].message) for name in COMMON],
        told_actions=lambda grant: _actions(present, grant),
        scopes=[(name, SCOPE_WORDS[name]) for name in reversed(SCOPES)],
        typed={key: request.form.get(key, "") for key in TYPED},
        ticked=request.form.getlist("action") if request.method == "POST" else ["read"],
        status=422 if problems else 200,
    )


def _actions(present: Visit, grant: GrantSpec) -> str:
    style = present.style
    words = (style._(ACTIONS[name].message) if name in ACTIONS else name for name in grant.actions)
    return style.joined(tuple(words))


def _body(said: Mapping[str, Json]) -> dict[str, Json]:
    """Return all that the site says of the role after what was asked for."""
    act, grants, implied = request.form.get("act", ""), _items(said, "grants"), _items(said, "implies")
    if act == "grant":
        return {**said, "grants": [*grants, _grant()]}
    if act == "imply":
        return {**said, "implies": list(dict.fromkeys([*implied, request.form.get("other", "")]))}
    at = whole(request.form.get("at", ""))
    if act == "drop_grant" and at is not None and 0 <= at < len(grants):
        return {**said, "grants": [*grants[:at], *grants[at + 1 :]]}
    if act == "drop_imply":
        return {**said, "implies": [name for name in implied if name != request.form.get("other")]}
    raise BadRequest("Choose what to do with the role.", code="no_act")


def _grant() -> dict[str, Json]:
    form = request.form
    grant: dict[str, Json] = {
        "entity": form.get("entity", ""),
        "actions": [*form.getlist("action"), *_words(form.get("more", ""))],
        "scope": form.get("scope", "all"),
    }
    if form.get("when", "").strip():
        grant["when"] = form["when"].strip()
    fields: dict[str, Json] = {
        key: _words(form[key]) for key in ("read", "edit") if _words(form.get(key, ""))
    }
    return {**grant, "fields": fields} if fields else grant


def _words(text: str) -> list[Json]:
    return [*text.replace(",", " ").replace("،", " ").split()]


def _items(said: Mapping[str, Json], key: str) -> list[Json]:
    found = said.get(key)
    return [*found] if isinstance(found, (list, tuple)) else []


def _label(present: Visit, spec: RoleSpec) -> str:
    return present.style.label(spec.label)


def _administrator(site: Site) -> Visit:
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    return present


_NOTHING_ASKED: MultiDict[str, str] = MultiDict()
"""A difference that answers a form is shown from its first row."""
