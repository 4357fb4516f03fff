"""Modules: what is here, what is enabled, and turning them on and off."""

from __future__ import annotations

from typing import Any

from flask import Response

from core.api.answers import reply
from core.api.call import Call
from core.api.rights_difference import PLAN, WANTED, difference, plan_of
from core.api.routes import Parameter, Route, listed, ref, text
from core.errors import NotFound
from core.lifecycle import Lifecycle, ModuleState
from core.storage.catalogs import Catalogs


def get_modules(call: Call) -> Response:
    """Answer all modules with their state."""
    call.require_administrator()
    return reply({"items": [_module(call, state) for state in call.site.get(Lifecycle).states()]})


def get_module(call: Call, module: str) -> Response:
    """Answer one module."""
    call.require_administrator()
    return reply(_module(call, _state(call, module)))


def install(call: Call, module: str) -> Response:
    """Install a module with everything that it requires; one that sleeps wakes up."""
    call.require_administrator()
    call.site.get(Lifecycle).install(call.actor, [module], plan=plan_of(call))
    return _changed(call, module)


def disable(call: Call, module: str) -> Response:
    """Put a module to sleep; its data stays untouched."""
    call.require_administrator()
    _state(call, module)
    call.site.get(Lifecycle).disable(call.actor, module, plan=plan_of(call))
    return _changed(call, module)


def uninstall(call: Call, module: str) -> Response:
    """Take a module out; what it keeps goes into the trash."""
    call.require_administrator()
    _state(call, module)
    call.site.get(Lifecycle).uninstall(call.actor, module, plan=plan_of(call))
    return _changed(call, module)


def retry(call: Call, module: str) -> Response:
    """Load a module's code anew that was set aside."""
    call.require_administrator()
    _state(call, module)
    call.site.get(Lifecycle).retry(call.actor, module)
    return _changed(call, module)


def taken(call: Call, module: str) -> Response:
    """Answer what a module keeps: what sleeps with it, or goes into the trash with it."""
    call.require_administrator()
    _state(call, module)
    found = call.site.get(Lifecycle).taken(call.actor, module)
    items = [{"entity": one.entity, "records": one.records, "fields": list(one.fields)} for one in found]
    return reply({"items": items})


def plan(call: Call, module: str) -> Response:
    """Answer what an act would do to the rights of roles; nothing happens."""
    call.require_administrator()
    _state(call, module)
    act = text(call, "act")
    found = call.site.get(Lifecycle).rehearse(call.actor, act, [module])
    return reply({"module": module, "act": act, **difference(call, found)})


def _changed(call: Call, module: str) -> Response:
    call.catalog = call.site.get(Catalogs).current()
    return reply(_module(call, _state(call, module)))


def _state(call: Call, module: str) -> ModuleState:
    for state in call.site.get(Lifecycle).states():
        if state.spec.name == module:
            return state
    raise NotFound("There is no module {name}.", code="unknown_module", name=module[:80])


def _module(call: Call, state: ModuleState) -> dict[str, Any]:
    spec, style = state.spec, call.style
    return {
        "name": spec.name,
        "version": spec.version,
        "label": style.label(spec.label),
        "summary": style.label(spec.summary),
        "state": state.state,
        "requires": dict(spec.requires),
        "required_by": list(state.required_by),
        "outdated": state.outdated,
        "always": spec.always,
        "installed": state.installed,
        "problems": [style.problem(problem) for problem in state.problems],
    }


_ONE = "/modules/{module}"

ROUTES = (
    Route(
        method="GET",
        path="/modules",
        name="list_modules",
        run=get_modules,
        group="Modules",
        about="All modules with their state.",
        answers={200: listed(ref("Module"))},
    ),
    Route(
        method="GET",
        path=_ONE,
        name="get_module",
        run=get_module,
        group="Modules",
        about="One module.",
        answers={200: ref("Module")},
    ),
    Route(
        method="GET",
        path=f"{_ONE}/plan",
        name="plan_module",
        run=plan,
        group="Modules",
        about="What installing, enabling, disabling or uninstalling a module, or taking over changed files, would do to the rights of roles.",
        parameters=(
            Parameter(name="act", about="install, enable, disable, uninstall or refresh.", required=True),
            *WANTED,
        ),
        answers={200: ref("ModulePlan")},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/install",
        name="install_module",
        run=install,
        group="Modules",
        about="Install a module and what it requires.",
        parameters=(PLAN,),
        answers={200: ref("Module")},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/enable",
        name="enable_module",
        run=install,
        group="Modules",
        about="Wake up a module that sleeps.",
        parameters=(PLAN,),
        answers={200: ref("Module")},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/disable",
        name="disable_module",
        run=disable,
        group="Modules",
        about="Put a module to sleep.",
        parameters=(PLAN,),
        answers={200: ref("Module")},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/uninstall",
        name="uninstall_module",
        run=uninstall,
        group="Modules",
        about="Take a module out; what it keeps goes into the trash, where installing it again finds it.",
        parameters=(PLAN,),
        answers={200: ref("Module")},
    ),
    Route(
        method="POST",
        path=f"{_ONE}/retry",
        name="retry_module",
        run=retry,
        group="Modules",
        about="Load the code of a module anew that was set aside, in all processes.",
        answers={200: ref("Module")},
    ),
    Route(
        method="GET",
        path=f"{_ONE}/taken",
        name="list_taken_of_module",
        run=taken,
        group="Modules",
        about="What a module keeps: what sleeps with it, or goes into the trash with it.",
        answers={200: listed(ref("Taken"))},
    ),
)
