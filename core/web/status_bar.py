"""The status bar of a record: the states of its workflows in a row, where it is, and the moves that lead on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access import FieldRights
from core.kernel.site import Site
from core.kernel.values import Ref
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.metadata.workflow_checks import state_choices
from core.metadata.workflow_specs import WorkflowSpec
from core.records.service import Records
from core.records.state_targets import StateTarget
from core.storage import UnitOfWork
from core.web.addresses import address
from core.web.looking import looking
from core.web.moulds import RECORD
from core.web.visit import Visit
from core.workflow import Offer


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusStep:
    """One state in the row; ``url`` opens the move to it where there is one."""

    label: str
    hue: str
    current: bool
    final: bool
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusMove:
    """A button. ``at_once`` where nothing is asked; ``why`` tells what stands in the way."""

    id: str
    label: str
    url: str
    to: str
    at_once: bool
    why: str
    icon: str = "arrow-right"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusBar:
    """One workflow of a record, as the template shows it; in addresses a mark stands for the record's id."""

    label: str
    steps: tuple[StatusStep, ...]
    moves: tuple[StatusMove, ...]
    picture: str


def without_states(rights: FieldRights, catalog: Catalog, entity: str, *, new: bool) -> FieldRights:
    """Return the rights of a form: a state is moved by its bar, and a new record starts where it can only start."""
    held = {w.field for w in catalog.workflows_of(entity) if not new or (not w.kind and len(w.initial) == 1)}
    return FieldRights(readable=rights.readable, editable=rights.editable - held) if held else rights


def status_bars(
    site: Site, present: Visit, entity: EntitySpec, record: Mapping[str, Any], readable: Mapping[str, object]
) -> tuple[StatusBar, ...]:
    """Return the status bars of a record; of an entity without a workflow nothing is asked."""
    workflows = [w for w in present.catalog.workflows_of(entity.name) if w.field in readable]
    if not workflows or not record or record.get("trashed"):
        return ()
    number = int(record["id"])
    with looking(site, present) as uow:
        offers = site.get(Records).moves(present.actor, entity.name, [number], uow=uow).get(number, [])
        return tuple(
            _bar(site, present, entity, record, workflow, offers, uow)
            for workflow in workflows
            if record.get(workflow.field) is not None
        )


def _bar(
    site: Site,
    present: Visit,
    entity: EntitySpec,
    record: Mapping[str, Any],
    workflow: WorkflowSpec,
    offers: Sequence[Offer],
    uow: UnitOfWork,
) -> StatusBar:
    own = [(offer, _url(entity, offer)) for offer in offers if offer.workflow == workflow.name]
    ways = {offer.to[0]: url for offer, url in own if offer.to is not None}
    steps = _steps(site, present, entity, record, workflow, ways, uow)
    times = Counter(offer.name for offer, _ in own)
    return StatusBar(
        label=present.style.label(workflow.label),
        steps=steps,
        moves=tuple(
            _move(present, offer, url, index)
            for index, (offer, url) in enumerate(own)
            if times[offer.name] == 1
        ),
        picture=address("web.workflow", entity=entity.name, number=RECORD, field=workflow.field),
    )


def _steps(
    site: Site,
    present: Visit,
    entity: EntitySpec,
    record: Mapping[str, Any],
    workflow: WorkflowSpec,
    ways: Mapping[int, str],
    uow: UnitOfWork,
) -> tuple[StatusStep, ...]:
    """Return the states in their order: choices, or the records that stand for them, with ``ways`` to some."""
    looks, value = looks_of(present, workflow), record[workflow.field]
    if not isinstance(value, Ref):
        return tuple(
            StatusStep(label=label, hue=hue, current=name == value, final=final)
            for name, (label, hue, final) in looks.items()
        )
    targets = site.get(Records).state_targets(present.actor, entity.name, workflow.field, record, uow=uow)
    return tuple(
        _target(target, looks.get(target.state, ("", "gray", False)), value, ways) for target in targets
    )


def _target(
    target: StateTarget, look: tuple[str, str, bool], value: Ref, ways: Mapping[int, str]
) -> StatusStep:
    return StatusStep(
        label=target.title,
        hue=look[1],
        current=target.id == value.id,
        final=look[2],
        url=ways.get(target.id, ""),
    )


def looks_of(present: Visit, workflow: WorkflowSpec) -> dict[str, tuple[str, str, bool]]:
    """Return label, hue and finality of each state by name: those of its choice, unless the workflow says more."""
    spec = state_choices(workflow, present.catalog.entities)
    found = {}
    for choice in spec.choices if spec is not None else ():
        state = workflow.states.get(choice.name)
        hue = state.hue if state is not None and state.hue else choice.hue
        found[choice.name] = (present.style.label(choice.label), hue, state is not None and state.final)
    return found


def _url(entity: EntitySpec, offer: Offer) -> str:
    to = offer.to[0] if offer.to is not None else None
    return address("web.transition", entity=entity.name, number=RECORD, name=offer.name, to=to)


def _move(present: Visit, offer: Offer, url: str, index: int) -> StatusMove:
    asks = bool(offer.required or offer.ask or offer.reason == "required")
    return StatusMove(
        id=f"move-{offer.field}-{index}",
        label=present.style.label(offer.label),
        url=url,
        to=str(offer.to[0]) if offer.to is not None else "",
        at_once=not asks,
        why=" ".join(present.style.problem(problem) for problem in offer.why_not),
    )
