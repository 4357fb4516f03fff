"""Roles in the browser: what each allows, what the site adds to it, and what a change would do to rights before it is done."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.access.explain_words import ACTIONS
from core.errors import BadRequest, NotFound
from core.kernel.site import Site
from core.metadata.actions import SCOPES
from core.metadata.layers import items, mapping
from core.metadata.specs import SITE, GrantSpec, Json, RoleSpec
from core.studio import RoleStudio
from core.web.admin_pages import sentences
from core.web.explain_page import SCOPES as SCOPE_WORDS
from core.web.form_values import whole
from core.web.grant_form import COMMON, TypedGrant, grant_of, shown_grant, typed_grant
from core.web.pages import Pages, go
from core.web.rights_acts import REFUSALS, Act, carried_out, told_problems
from core.web.rights_removed import Words, history_of, putting_back, removed
from core.web.rights_told import origin
from core.web.rights_written import OF_ROLES
from core.web.visit import Visit, visit


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/roles", "roles", lambda: roles(site, pages), methods=["GET", "POST"])
    made.add_url_rule("/roles/<name>", "role", lambda name: role(site, pages, name), methods=["GET", "POST"])


def roles(site: Site, pages: Pages) -> Response:
    """Show all roles and those that were deleted; make one of the site's own, which allows nothing yet, or put one back."""
    present = _administrator(site)
    if request.method == "GET":
        return _all(site, pages, present)
    try:
        if request.form.get("act") == "restore":
            return carried_out(
                pages, present, "roles", putting_back(present, site.get(RoleStudio), _back(present))
            )
        label = {
            lang: text for lang in ("en", "fa") if (text := request.form.get(f"label_{lang}", "").strip())
        }
        name = f"x.{request.form.get('name', '').strip().removeprefix('x.')}"
        added = site.get(RoleStudio).add(present.actor, name, {"label": label})
    except REFUSALS as refused:
        return _all(site, pages, present, sentences(present, refused))
    return go(
        url_for("web.role", name=added.name), present.style._("The role is there; it allows nothing yet.")
    )


def _all(site: Site, pages: Pages, present: Visit, problems: tuple[str, ...] = ()) -> Response:
    style = present.style
    return pages.show(
        "roles.html",
        nav="roles",
        roles=sorted(present.catalog.roles.values(), key=lambda r: style.sort_key(_label(present, r))),
        origin=lambda owner: origin(style, present.catalog, owner),
        typed={key: request.form.get(key, "").strip() for key in ("name", "label_fa", "label_en")},
        removed=removed(site, present, site.get(RoleStudio), OF_ROLES),
        problems=problems,
        status=422 if problems else 200,
    )


def _back(present: Visit) -> Words:
    here = url_for("web.roles")
    return Words(
        verb=present.style._("Put the role back"),
        message=present.style._("The role is back, for everybody who still has it."),
        here=here,
        below=here,
    )


def role(site: Site, pages: Pages, name: str) -> Response:
    """Show a role; a change is shown with what it does to rights first, and done when it is confirmed."""
    present = _administrator(site)
    spec = present.catalog.roles.get(name)
    if spec is None:
        raise NotFound("There is no role {name}.", code="unknown_role", name=name[:80])
    said, seen = site.get(RoleStudio).said(present.actor, name)
    if request.method == "GET":
        return _show(site, pages, present, spec, said, seen)
    try:
        removal = request.form.get("act") == "remove"
        act = _removing(site, present, spec) if removal else _changing(site, present, spec, said)
        return carried_out(pages, present, "roles", act)
    except REFUSALS as refused:
        return _show(site, pages, present, spec, said, seen, told_problems(present, refused))


def _changing(site: Site, present: Visit, spec: RoleSpec, said: Mapping[str, Json]) -> Act:
    studio, actor, name, body = site.get(RoleStudio), present.actor, spec.name, _body(said)
    seen, here = request.form.get("seen", ""), url_for("web.role", name=name)
    return Act(
        title=_label(present, spec),
        verb=present.style._("Change the role"),
        message=present.style._("The role is changed, for everybody who has it."),
        here=here,
        onward=here,
        rehearse=lambda: studio.rehearse(actor, name, body),
        carry_out=lambda plan, why: studio.save(actor, name, body, seen=seen, plan=plan, why=why),
    )


def _removing(site: Site, present: Visit, spec: RoleSpec) -> Act:
    studio, actor, seen = site.get(RoleStudio), present.actor, request.form.get("seen", "")
    return Act(
        title=_label(present, spec),
        verb=present.style._("Delete the role"),
        message=present.style._("The role is gone."),
        here=url_for("web.role", name=spec.name),
        onward=url_for("web.roles"),
        rehearse=lambda: studio.rehearse_removal(actor, spec.name),
        carry_out=lambda plan, why: studio.remove(actor, spec.name, seen=seen, plan=plan, why=why),
        destroys=True,
    )


def _show(
    site: Site,
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
    at = _at(said)
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
        origin=lambda owner: origin(style, catalog, owner),
        scopes=[(name, SCOPE_WORDS[name]) for name in reversed(SCOPES)],
        at=at,
        typed=_typed(said, at),
        other=request.form.get("other", ""),
        history=history_of(site, present, site.get(RoleStudio), spec.name, OF_ROLES),
        status=422 if problems else 200,
    )


def _at(said: Mapping[str, Json]) -> int | None:
    """Return which of the site's grants is being changed; None where a new one is asked for."""
    at = whole(request.values.get("at", ""))
    asked = request.method == "GET" or request.form.get("act") == "change_grant"
    return at if asked and at is not None and 0 <= at < len(items(said.get("grants"))) else None


def _typed(said: Mapping[str, Json], at: int | None) -> TypedGrant:
    if request.method == "POST" and request.form.get("act") in ("grant", "change_grant"):
        return typed_grant(request.form)
    return TypedGrant() if at is None else shown_grant(mapping(items(said.get("grants"))[at]))


def _actions(present: Visit, grant: GrantSpec) -> str:
    style = present.style
    words = (style._(ACTIONS[name].message) if name in ACTIONS else name for name in grant.actions)
    return style.joined(tuple(words))


def _body(said: Mapping[str, Json]) -> dict[str, Json]:
    """Return all that the site says of the role after what was asked for."""
    act, grants, implied = (
        request.form.get("act", ""),
        [*items(said.get("grants"))],
        [*items(said.get("implies"))],
    )
    if act == "grant":
        return {**said, "grants": [*grants, grant_of(request.form)]}
    if act == "imply":
        return {**said, "implies": list(dict.fromkeys([*implied, request.form.get("other", "")]))}
    at = whole(request.form.get("at", ""))
    if act in ("change_grant", "drop_grant") and at is not None and 0 <= at < len(grants):
        changed = [grant_of(request.form)] if act == "change_grant" else []
        return {**said, "grants": [*grants[:at], *changed, *grants[at + 1 :]]}
    if act == "drop_imply":
        return {**said, "implies": [name for name in implied if name != request.form.get("other")]}
    raise BadRequest("Choose what to do with the role.", code="no_act")


def _label(present: Visit, spec: RoleSpec) -> str:
    return present.style.label(spec.label)


def _administrator(site: Site) -> Visit:
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    return present
