"""Restrictions in the browser: what holds over all roles, what the site changes of it, and what a change does to rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.access.explain_words import ACTIONS
from core.errors import BadRequest, NotFound
from core.kernel.site import Site
from core.metadata.layers import mapping, text, texts
from core.metadata.specs import SITE, Json, RestrictionSpec
from core.studio import RestrictionStudio
from core.web.grant_form import COMMON, words
from core.web.pages import Pages
from core.web.rights_acts import REFUSALS, Act, carried_out, told_problems
from core.web.rights_removed import Words, history_of, putting_back, removed
from core.web.rights_told import origin
from core.web.rights_written import OF_RESTRICTIONS, told_actions
from core.web.texts import N_
from core.web.visit import Visit, visit

LANGUAGES = ("fa", "en")
SAVED = N_("The restriction is changed; it holds for everybody whom it binds from now on.")
ACTS: Mapping[str, tuple[str, str]] = {
    "save": (N_("Change the restriction"), SAVED),
    "rest": (N_("Put it out of force"), N_("The restriction is out of force.")),
    "wake": (N_("Put it in force"), N_("The restriction is in force.")),
    "reset": (N_("Back to what the module says"), SAVED),
    "remove": (N_("Delete the restriction"), N_("The restriction is gone.")),
}
"""What can be done with one: the button that does it, and what is said afterwards."""


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    both = ["GET", "POST"]
    made.add_url_rule("/restrictions", "restrictions", lambda: restrictions(site, pages), methods=both)
    made.add_url_rule(
        "/restrictions/<name>", "restriction", lambda name: restriction(site, pages, name), methods=both
    )


def restrictions(site: Site, pages: Pages) -> Response:
    """Show all restrictions and those that were deleted; make one, or put one back, after a look at what that does."""
    present = _administrator(site)
    if request.method == "GET":
        return _all(site, pages, present)
    try:
        if request.form.get("act") == "restore":
            act = putting_back(present, site.get(RestrictionStudio), _back(present))
        else:
            act = _making(site, present)
        return carried_out(pages, present, "restrictions", act)
    except REFUSALS as refused:
        return _all(site, pages, present, told_problems(present, refused))


def restriction(site: Site, pages: Pages, name: str) -> Response:
    """Show a restriction; a change is shown with what it does to rights first, and done when it is confirmed."""
    present = _administrator(site)
    studio = site.get(RestrictionStudio)
    spec = studio.specs(present.catalog).get(name)
    if spec is None:
        raise NotFound("There is no restriction {name}.", code="unknown_restriction", name=name[:80])
    if request.method == "GET":
        return _one(site, pages, present, spec)
    try:
        return carried_out(pages, present, "restrictions", _acting(studio, present, spec))
    except REFUSALS as refused:
        return _one(site, pages, present, spec, told_problems(present, refused))


def _all(site: Site, pages: Pages, present: Visit, problems: tuple[str, ...] = ()) -> Response:
    style, studio = present.style, site.get(RestrictionStudio)
    shown = sorted(studio.specs(present.catalog).values(), key=lambda r: style.sort_key(style.label(r.label)))
    return pages.show(
        "restrictions.html",
        nav="restrictions",
        restrictions=shown,
        broken=_broken(site, present),
        origin=lambda owner: origin(style, present.catalog, owner),
        told_actions=lambda names: told_actions(style, names),
        typed=_typed() if problems else {**_EMPTY},
        removed=removed(site, present, studio, OF_RESTRICTIONS),
        problems=problems,
        status=422 if problems else 200,
        **_offered(present),
    )


def _one(
    site: Site, pages: Pages, present: Visit, spec: RestrictionSpec, problems: tuple[str, ...] = ()
) -> Response:
    style, studio = present.style, site.get(RestrictionStudio)
    said, seen = studio.said(present.actor, spec.name)
    whole, _ = studio.written(present.actor, spec.name)
    typed = _typed() if problems and request.form.get("act") == "save" else _shown(whole, said)
    return pages.show(
        "restriction.html",
        nav="restrictions",
        restriction=spec,
        own=spec.owner == SITE,
        said=said,
        seen=seen,
        broken=spec.name in _broken(site, present),
        origin=origin(style, present.catalog, spec.owner),
        acts=ACTS,
        typed=typed,
        history=history_of(site, present, studio, spec.name, OF_RESTRICTIONS),
        problems=problems,
        status=422 if problems else 200,
        **_offered(present),
    )


def _offered(present: Visit) -> dict[str, Any]:
    """Return what can be chosen in the form."""
    style, catalog = present.style, present.catalog

    def by_label(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return sorted(pairs, key=lambda pair: style.sort_key(pair[1]))

    roles = [r for r in catalog.roles.values() if not r.administrator]
    return {
        "entities": by_label([(e.name, style.label(e.label)) for e in catalog.entities.values()]),
        "roles": by_label([(r.name, style.label(r.label)) for r in roles]),
        "actions": [(name, ACTIONS[name].message) for name in COMMON],
    }


def _acting(studio: RestrictionStudio, present: Visit, spec: RestrictionSpec) -> Act:
    """Return what was asked for of a restriction."""
    asked, actor, name = request.form.get("act", ""), present.actor, spec.name
    own, seen = spec.owner == SITE, request.form.get("seen", "")
    if asked not in ACTS or (asked == "remove" and not own) or (asked == "reset" and own):
        raise BadRequest("Choose what to do with the restriction.", code="no_act")
    verb, message = ACTS[asked]
    here = url_for("web.restriction", name=name)
    if asked == "remove":
        return Act(
            title=present.style.label(spec.label),
            verb=present.style._(verb),
            message=present.style._(message),
            here=here,
            onward=url_for("web.restrictions"),
            rehearse=lambda: studio.rehearse_removal(actor, name),
            carry_out=lambda plan, why: studio.remove(actor, name, seen=seen, plan=plan, why=why),
            destroys=True,
        )
    body = _changed(studio, present, spec, asked)
    return Act(
        title=present.style.label(spec.label),
        verb=present.style._(verb),
        message=present.style._(message),
        here=here,
        onward=here,
        rehearse=lambda: studio.rehearse(actor, name, body),
        carry_out=lambda plan, why: studio.save(actor, name, body, seen=seen, plan=plan, why=why),
    )


def _changed(
    studio: RestrictionStudio, present: Visit, spec: RestrictionSpec, asked: str
) -> Mapping[str, Json]:
    """Return all that the site says of a restriction after what was asked for."""
    said, _ = studio.said(present.actor, spec.name)
    if asked == "reset":
        return {}
    if asked in ("rest", "wake"):
        return {**said, "disabled": asked == "rest"}
    kept = {"disabled": said["disabled"]} if "disabled" in said else {}
    body = _body(_typed())
    return (
        {**body, **kept}
        if spec.owner == SITE
        else {k: v for k, v in {**body, **kept}.items() if k != "entity"}
    )


def _making(site: Site, present: Visit) -> Act:
    studio, actor, typed = site.get(RestrictionStudio), present.actor, _typed()
    name, body = f"x.{typed['name'].removeprefix('x.')}", _body(typed)
    title = next((typed[f"label_{lang}"] for lang in LANGUAGES if typed[f"label_{lang}"]), name)
    return Act(
        title=title,
        verb=present.style._("Make the restriction"),
        message=present.style._("The restriction is in force."),
        here=url_for("web.restrictions"),
        onward=url_for("web.restriction", name=name),
        rehearse=lambda: studio.rehearse_add(actor, name, body),
        carry_out=lambda plan, why: studio.add(actor, name, body, plan=plan, why=why),
    )


def _back(present: Visit) -> Words:
    here = url_for("web.restrictions")
    return Words(
        verb=present.style._("Put the restriction back"),
        message=present.style._("The restriction is back as it was."),
        here=here,
        below=here,
    )


_EMPTY: Mapping[str, Any] = {
    "name": "",
    "label_fa": "",
    "label_en": "",
    "entity": "",
    "when": "",
    "ticked": (),
    "more": "",
    "excepted": (),
}


def _typed() -> dict[str, Any]:
    """Return what was typed, as it was."""
    form = request.form
    plain = {key: form.get(key, "").strip() for key in _EMPTY}
    return {**plain, "ticked": tuple(form.getlist("action")), "excepted": tuple(form.getlist("except"))}


def _shown(whole: Mapping[str, Json], said: Mapping[str, Json]) -> dict[str, Any]:
    """Return what holds of a restriction, to be changed; of a label what the site says in each language."""
    label, actions = said.get("label"), texts(whole.get("actions"))
    labels = mapping(label) if not isinstance(label, str) else {"en": label}
    return {
        **_EMPTY,
        **{f"label_{lang}": text(labels.get(lang)) for lang in LANGUAGES},
        "entity": text(whole.get("entity")),
        "when": text(whole.get("when")),
        "ticked": tuple(name for name in actions if name in COMMON),
        "more": " ".join(name for name in actions if name not in COMMON),
        "excepted": texts(whole.get("except")),
    }


def _body(typed: Mapping[str, Any]) -> dict[str, Json]:
    label: dict[str, Json] = {lang: typed[f"label_{lang}"] for lang in LANGUAGES if typed[f"label_{lang}"]}
    body: dict[str, Json] = {
        "entity": typed["entity"],
        "when": typed["when"],
        "actions": [*typed["ticked"], *words(typed["more"])],
        "except": [*typed["excepted"]],
    }
    return {**body, "label": label} if label else body


def _broken(site: Site, present: Visit) -> frozenset[str]:
    """Return the restrictions that do not compile, and therefore refuse every record."""
    rights = site.get(Access).of_roles(frozenset(), present.catalog)
    return frozenset(
        limit.restriction.name
        for spec in present.catalog.restrictions.values()
        if spec.entity in present.catalog.entities
        for limit in rights.restrictions(spec.entity, spec.actions[0] if spec.actions else "read")
        if limit.condition is False and limit.restriction.name == spec.name
    )


def _administrator(site: Site) -> Visit:
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    return present
