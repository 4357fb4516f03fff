"""A workflow as people see it: a picture with where the record is, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, url_for

from core.errors import NotFound
from core.kernel.site import Site
from core.kernel.values import Ref
from core.metadata.workflow_specs import WorkflowSpec
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.web.pages import Pages
from core.web.status_bar import looks_of
from core.web.visit import Visit, visit
from core.workflow import picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One step in the table."""

    label: str
    source: str
    target: str
    asks: str


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule(
        "/records/<entity>/<int:number>/workflow/<field>",
        "workflow",
        lambda entity, number, field: show(site, pages, entity, number, field),
    )


def show(site: Site, pages: Pages, name: str, number: int, field: str) -> Response:
    """Show the workflow of one field, and where the record is in it."""
    present = visit().require()
    entity, workflow = present.catalog.entity(name), present.catalog.workflow_of(name, field)
    if workflow is None:
        raise NotFound
    record = site.get(Reading).get(present.actor, name, number, (field,), catalog=present.catalog)
    looks = looks_of(present, workflow)
    labels = {step.name: present.style.label(step.label) for step in workflow.transitions.values()}
    return pages.show(
        "workflow.html",
        nav=name,
        entity=entity,
        workflow=workflow,
        drawn=picture(workflow, tuple(looks), labels, rtl=present.style.language.is_rtl),
        looks=looks,
        labels=labels,
        ways=_ways(present, workflow, {state: look[0] for state, look in looks.items()}),
        now=_state(site, present, workflow, number, record[field]),
        back=url_for("web.record", entity=name, number=number),
    )


def _state(site: Site, present: Visit, workflow: WorkflowSpec, number: int, value: object) -> str:
    """Return the state that the record is in; that of a reference is told by what it refers to."""
    if not isinstance(value, Ref):
        return str(value or "")
    with site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True) as uow:
        record = site.get(Reading).get(
            present.actor, workflow.entity, number, catalog=present.catalog, uow=uow
        )
        found = site.get(Records).state_targets(
            present.actor, workflow.entity, workflow.field, record, uow=uow
        )
    return next((target.state for target in found if target.id == value.id), "")


def _ways(present: Visit, workflow: WorkflowSpec, states: dict[str, str]) -> list[Way]:
    style = present.style
    readable = present.catalog.entity(workflow.entity).fields
    return [
        Way(
            label=style.label(step.label),
            source=style.joined(tuple(states.get(s, s) for s in step.source)),
            target=states.get(step.target, step.target),
            asks=style.joined(tuple(style.label(readable[name].label) for name in step.asked)),
        )
        for step in workflow.transitions.values()
    ]
