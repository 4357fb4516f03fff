"""The modules on screen: how they stand, what turning one on or off does to rights, and doing it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import BadRequest, Conflict, MetadataConflict, MetadataInvalid, NotFound
from core.kernel.site import Site
from core.lifecycle import Lifecycle, ModuleState
from core.web.admin_pages import sentences
from core.web.pages import Pages, go
from core.web.rights_told import KINDS, ROLES, told_difference
from core.web.texts import N_
from core.web.visit import Visit, visit

ACTS: Mapping[str, str] = {
    "install": N_("Install"),
    "enable": N_("Enable"),
    "disable": N_("Disable"),
    "refresh": N_("Take over changed files"),
}


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/modules", "modules", lambda: modules(site, pages))
    made.add_url_rule("/modules/<name>", "module_act", lambda name: module_act(site, name), methods=["POST"])
    made.add_url_rule("/modules/<name>/plan", "module_plan", lambda name: plan(site, pages, name))


def modules(site: Site, pages: Pages) -> Response:
    """Show all modules with what can be done with each."""
    _administrator(site)
    return pages.show("modules.html", nav="modules", modules=site.get(Lifecycle).states())


def plan(site: Site, pages: Pages, name: str) -> Response:
    """Show what turning a module on or off does to the rights of roles, before it is done."""
    present = _administrator(site)
    module, act = _module(site, name), request.args.get("act", "")
    if act not in ACTS:
        raise BadRequest("Choose what to do with the module.", code="no_act")
    status, found, told = 200, None, None
    problems: tuple[str, ...] = ()
    try:
        found = site.get(Lifecycle).rehearse(present.actor, act, [name])
        told = told_difference(
            present.style,
            found,
            request.args,
            lambda **more: url_for("web.module_plan", name=name, act=act, **more),
        )
    except (MetadataInvalid, MetadataConflict, Conflict, NotFound) as refused:
        status, problems = refused.status, sentences(present, refused)
    return pages.show(
        "module_plan.html",
        status=status,
        nav="modules",
        module=module,
        act=act,
        acts=ACTS,
        others=[present.style.label(m.label) for m in found.modules if m.name != name] if found else [],
        difference=told,
        kinds=KINDS,
        standings=ROLES,
        problems=problems,
        here=url_for("web.module_plan", name=name),
    )


def module_act(site: Site, name: str) -> Response:
    """Install, enable or disable a module."""
    present = _administrator(site)
    lifecycle, style = site.get(Lifecycle), present.style
    act = request.form.get("act")
    if act == "disable":
        lifecycle.disable(present.actor, name)
        message = style._("The module {name} sleeps; its data is untouched.", name=name)
    elif act in ("install", "enable"):
        lifecycle.install(present.actor, [name])
        message = style._("The module {name} is enabled.", name=name)
    else:
        raise Conflict("Choose what to do with the module.", code="no_act")
    return go(url_for("web.modules"), message)


def _module(site: Site, name: str) -> ModuleState:
    for state in site.get(Lifecycle).states():
        if state.spec.name == name:
            return state
    raise NotFound("There is no module {name}.", code="unknown_module", name=name[:80])


def _administrator(site: Site) -> Visit:
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    return present
