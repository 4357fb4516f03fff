"""Workflows as definitions: as the caller may know them; administrators change them while all work on."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response

from core.access import Access
from core.api.answers import nothing, reply
from core.api.bodies import read_json
from core.api.call import Call
from core.api.idempotency import KEY, Made, once_beside
from core.api.rights import knows
from core.api.routes import OBJECT, Route, listed, ref
from core.errors import NotFound
from core.metadata.documents import plain
from core.metadata.workflow_checks import state_choices
from core.metadata.workflow_specs import TransitionSpec, WorkflowSpec
from core.storage.catalogs import Catalogs
from core.studio import Studio


def get_workflows(call: Call) -> Response:
    """Answer the workflows whose state the caller may see."""
    return reply({"items": [_workflow(call, w) for w in call.catalog.workflows.values() if _sees(call, w)]})


def get_workflow(call: Call, workflow: str) -> Response:
    """Answer one workflow."""
    found = call.catalog.workflows.get(workflow)
    if found is None or not _sees(call, found):
        raise NotFound("There is no workflow {name}.", code="unknown_workflow", name=workflow[:80])
    return reply(_workflow(call, found))


def add_workflow(call: Call) -> Response:
    """Make a workflow of the site's own."""
    call.require_administrator()
    body, raw = read_json(call.request)

    def act() -> Made:
        made = call.site.get(Studio).add_workflow(call.actor, body)
        call.catalog = call.site.get(Catalogs).current()
        return Made(status=201, body=orjson.dumps(_workflow(call, made)))

    return once_beside(call, raw, act, address=call.request.path)


def change_workflow(call: Call, workflow: str) -> Response:
    """Change a workflow; a module's is patched by the site."""
    call.require_administrator()
    body, _ = read_json(call.request)
    changed = call.site.get(Studio).change_workflow(call.actor, workflow, body)
    call.catalog = call.site.get(Catalogs).current()
    return reply(_workflow(call, changed))


def remove_workflow(call: Call, workflow: str) -> Response:
    """Take away a workflow of the site's own."""
    call.require_administrator()
    call.site.get(Studio).remove_workflow(call.actor, workflow)
    return nothing()


def _sees(call: Call, workflow: WorkflowSpec) -> bool:
    if call.everybody:
        return True
    rights = call.site.get(Access).fields(call.actor, workflow.entity, call.catalog)
    return knows(call, workflow.entity) and workflow.field in rights.readable


def _workflow(call: Call, workflow: WorkflowSpec) -> dict[str, Any]:
    style, spec = call.style, state_choices(workflow, call.catalog.entities)
    looks = {c.name: (style.label(c.label), c.hue) for c in (spec.choices if spec is not None else ())}
    states = []
    for name, (label, hue) in looks.items():
        state = workflow.states.get(name)
        states.append(
            {
                "name": name,
                "label": label,
                "hue": (state.hue if state else "") or hue,
                "final": state is not None and state.final,
            }
        )
    return {
        "name": workflow.name,
        "label": style.label(workflow.label),
        "owner": workflow.owner,
        "entity": workflow.entity,
        "field": workflow.field,
        "kind": workflow.kind or None,
        "among": workflow.among or None,
        "order": workflow.order or None,
        "initial": list(workflow.initial),
        "states": states,
        "transitions": [_transition(call, workflow, step) for step in workflow.transitions.values()],
    }


def _transition(call: Call, workflow: WorkflowSpec, step: TransitionSpec) -> dict[str, Any]:
    """Return a step; what it looks at and fills is told to administrators, fields to those who see them."""
    rights = call.site.get(Access).fields(call.actor, workflow.entity, call.catalog)
    told: dict[str, Any] = {
        "name": step.name,
        "label": call.style.label(step.label),
        "from": list(step.source),
        "to": step.target,
        "required": [name for name in step.required if name in rights.readable],
        "ask": [name for name in step.ask if name in rights.readable],
        "reason": step.reason,
    }
    if not call.everybody:
        return told
    return {
        **told,
        "owner": step.owner,
        "guards": [
            guard.function or {"when": guard.when, "message": plain(guard.message), "on": list(guard.on)}
            for guard in step.guards
        ],
        "set": dict(step.set),
        "clear": list(step.clear),
        "roles": list(step.roles),
    }


_WORKFLOWS = "/metadata/workflows"

ROUTES = (
    Route(
        method="GET",
        path=_WORKFLOWS,
        name="list_workflows",
        run=get_workflows,
        group="Definitions",
        about="The workflows that the caller may know of.",
        answers={200: listed(ref("Workflow"))},
    ),
    Route(
        method="POST",
        path=_WORKFLOWS,
        name="add_workflow",
        run=add_workflow,
        group="Definitions",
        about="Make a workflow of the site's own.",
        headers=(KEY,),
        body=OBJECT,
        answers={201: ref("Workflow")},
    ),
    Route(
        method="GET",
        path=f"{_WORKFLOWS}/{{workflow}}",
        name="get_workflow",
        run=get_workflow,
        group="Definitions",
        about="A workflow with its states and steps.",
        answers={200: ref("Workflow")},
    ),
    Route(
        method="PATCH",
        path=f"{_WORKFLOWS}/{{workflow}}",
        name="change_workflow",
        run=change_workflow,
        group="Definitions",
        about="Change a workflow while everybody works on; null takes the site's own word back.",
        body=OBJECT,
        answers={200: ref("Workflow")},
    ),
    Route(
        method="DELETE",
        path=f"{_WORKFLOWS}/{{workflow}}",
        name="remove_workflow",
        run=remove_workflow,
        group="Definitions",
        about="Take away a workflow of the site's own.",
        answers={204: None},
    ),
)
