"""The modules on screen: how they stand, what turning one on or off does to rights, and doing it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for

from core.access import Access
from core.errors import BadRequest, Conflict, MetadataConflict, MetadataInvalid, NotFound
from core.kernel.site import Site
from core.lifecycle import Lifecycle, ModuleState, PlanChanged, Rehearsed
from core.web.admin_pages import sentences
from core.web.pages import Pages, go
from core.web.rights_told import KINDS, ROLES, told_difference
from core.web.texts import N_
from core.web.visit import Visit, visit

ACTS: Mapping[str, str] = {
    "install": N_("Install"),
    "enable": N_("Enable"),
    "disable": N_("Disable"),
    "uninstall": N_("Uninstall"),
    "refresh": N_("Take over changed files"),
}


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of these pages."""
    made.add_url_rule("/modules", "modules", lambda: modules(site, pages))
    made.add_url_rule(
        "/modules/<name>", "module_act", lambda name: module_act(site, pages, name), methods=["POST"]
    )
    made.add_url_rule("/modules/<name>/plan", "module_plan", lambda name: plan(site, pages, name))


def modules(site: Site, pages: Pages) -> Response:
    """Show all modules with what can be done with each."""
    _administrator(site)
    return pages.show("modules.html", nav="modules", modules=site.get(Lifecycle).states(), problems=())


def plan(site: Site, pages: Pages, name: str) -> Response:
    """Show what turning a module on or off does to the rights of roles, before it is done."""
    present = _administrator(site)
    act = request.args.get("act", "")
    if act not in ACTS:
        raise BadRequest("Choose what to do with the module.", code="no_act")
    module = _module(site, name)
    try:
        found = site.get(Lifecycle).rehearse(present.actor, act, [name])
    except (MetadataInvalid, MetadataConflict, Conflict, NotFound) as refused:
        return _show(site, pages, module, act, None, sentences(present, refused), refused.status)
    return _show(site, pages, module, act, found)


def _show(
    site: Site,
    pages: Pages,
    module: ModuleState,
    act: str,
    found: Rehearsed | None,
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    """Show a plan; without one, why there is none."""
    style, name = visit().style, module.spec.name
    return pages.show(
        "module_plan.html",
        status=status,
        nav="modules",
        module=module,
        act=act,
        acts=ACTS,
        plan=found.digest if found else "",
        others=[style.label(m.label) for m in found.modules if m.name != name] if found else [],
        difference=told_difference(
            style, found, request.args, lambda **more: url_for("web.module_plan", name=name, act=act, **more)
        )
        if found
        else None,
        kinds=KINDS,
        standings=ROLES,
        problems=problems,
        taken=_taken(site, name) if act in ("disable", "uninstall") and found else (),
        here=url_for("web.module_plan", name=name),
    )


def module_act(site: Site, pages: Pages, name: str) -> Response:
    """Install, enable, disable, uninstall or try a module again; where that is not what was shown, show it anew and do nothing."""
    present = _administrator(site)
    lifecycle, style = site.get(Lifecycle), present.style
    act, plan = request.form.get("act", ""), request.form.get("plan", "")
    if act not in ("install", "enable", "disable", "uninstall", "retry"):
        raise Conflict("Choose what to do with the module.", code="no_act")
    if act == "retry":
        return _retry(site, pages, present, name)
    try:
        if act == "uninstall":
            lifecycle.uninstall(present.actor, name, plan=plan)
            return go(
                url_for("web.modules"),
                style._(
                    "The module {name} is uninstalled; what it kept is in the trash until it is installed again.",
                    name=name,
                ),
            )
        if act == "disable":
            lifecycle.disable(present.actor, name, plan=plan)
            return go(
                url_for("web.modules"),
                style._("The module {name} sleeps; its data is untouched.", name=name),
            )
        lifecycle.install(present.actor, [name], plan=plan)
    except PlanChanged as changed:
        told = sentences(present, changed)
        return _show(site, pages, _module(site, name), act, changed.found, told, changed.status)
    return go(url_for("web.modules"), style._("The module {name} is enabled.", name=name))


def _retry(site: Site, pages: Pages, present: Visit, name: str) -> Response:
    """Load the code of a module anew; where it fails again, show all modules with why."""
    try:
        site.get(Lifecycle).retry(present.actor, name)
    except MetadataInvalid as refused:
        return pages.show(
            "modules.html",
            status=refused.status,
            nav="modules",
            modules=site.get(Lifecycle).states(),
            problems=sentences(present, refused),
        )
    return go(url_for("web.modules"), present.style._("The module {name} works again.", name=name))


def _taken(site: Site, name: str) -> list[tuple[str, tuple[str, ...], int]]:
    """Return what a module keeps, as people call it: the entity, single fields of it, and how many records."""
    present = visit()
    entities, style = present.catalog.entities, present.style
    return [
        (
            style.label(entities[one.entity].plural) if one.entity in entities else one.entity,
            tuple(
                style.label(entities[one.entity].fields[field].label)
                if one.entity in entities and field in entities[one.entity].fields
                else field
                for field in one.fields
            ),
            one.records,
        )
        for one in site.get(Lifecycle).taken(present.actor, name)
    ]


def _module(site: Site, name: str) -> ModuleState:
    for state in site.get(Lifecycle).states():
        if state.spec.name == name:
            return state
    raise NotFound("There is no module {name}.", code="unknown_module", name=name[:80])


def _administrator(site: Site) -> Visit:
    present = visit().require()
    site.get(Access).require_administrator(present.actor, present.catalog)
    return present
