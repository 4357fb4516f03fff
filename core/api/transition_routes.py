"""Steps of workflows: what leads on from where a record is, and taking it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from core.api.answers import reply
from core.api.bodies import read_json
from core.api.call import Call
from core.api.idempotency import KEY, Made, once
from core.api.record_routes import IF_MATCH, PREFER, seen_version, shown
from core.api.routes import Route, listed, record_id, ref
from core.errors import BadRequest, NotFound, VersionMissing
from core.metadata.catalog import Catalog
from core.records.change import Saved
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.workflow import Offer

Body = Mapping[str, Any]


def get_transitions(call: Call, entity: str, record: str) -> Response:
    """Answer the steps that the caller may take next, and what stands in the way of each."""
    number = record_id(record)

    def act(catalog: Catalog) -> dict[int, list[Offer]]:
        with call.site.get(Database).unit(catalog, call.actor, reading=True) as uow:
            return call.site.get(Records).moves(call.actor, entity, [number], uow=uow)

    found = call.read(act)
    if number not in found:
        raise NotFound
    return reply({"items": [_offer(call, offer) for offer in found[number]]})


def take(call: Call, entity: str, record: str, transition: str) -> Response:
    """Take one step."""

    def act(body: Body, uow: UnitOfWork) -> Saved:
        return call.site.get(Records).transition(
            call.actor,
            entity,
            record_id(record),
            transition,
            values=_values(body),
            to=_id(body.get("to")),
            reason=_reason(body),
            version=seen_version(call),
            uow=uow,
        )

    return _moved(call, entity, ("to", "values", "reason"), act)


def move(call: Call, entity: str, record: str) -> Response:
    """Take the one step that leads to a state, or to the record that stands for one."""

    def act(body: Body, uow: UnitOfWork) -> Saved:
        return call.site.get(Records).move_to(
            call.actor,
            entity,
            record_id(record),
            _target(body.get("to")),
            values=_values(body),
            reason=_reason(body),
            version=seen_version(call),
            field=_text(body.get("field", ""), "field"),
            uow=uow,
        )

    return _moved(call, entity, ("to", "field", "values", "reason"), act)


def _moved(
    call: Call, entity: str, names: tuple[str, ...], act: Callable[[Body, UnitOfWork], Saved]
) -> Response:
    """Carry out a step with what the body says, and answer the record as it is then."""
    value, raw = read_json(call.request)
    if not isinstance(value, dict):
        raise BadRequest("The body must be an object of names and values.", code="not_an_object")
    unknown = sorted(set(value) - set(names))
    if unknown:
        raise BadRequest(
            "{name} is not known here. There are: {known}.",
            code="unknown_name",
            name=unknown[0][:80],
            known=names,
        )
    if "If-Match" not in call.request.headers:
        raise VersionMissing
    return once(call, raw, lambda uow: Made(status=200, body=shown(call, entity, act(value, uow), uow)))


def _values(body: Body) -> Mapping[str, Any]:
    values = body.get("values", {})
    if not isinstance(values, dict):
        raise BadRequest("values is an object of names and values.", code="wrong_type")
    return values


def _reason(body: Body) -> str:
    return _text(body.get("reason", ""), "reason")


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise BadRequest("{name} is a text.", code="wrong_type", name=name)
    return value


def _id(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise BadRequest("{name} is not a whole number.", code="wrong_type", name="to")
    return value


def _target(value: Any) -> str | int:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise BadRequest("Say by to where the record is to be: a state, or an id.", code="wrong_type")
    return value


def _offer(call: Call, offer: Offer) -> dict[str, Any]:
    style = call.style
    return {
        "name": offer.name,
        "label": style.label(offer.label),
        "workflow": offer.workflow,
        "field": offer.field,
        "to_state": offer.to_state,
        "to": {"id": offer.to[0], "title": offer.to[1]} if offer.to else None,
        "allowed": offer.allowed,
        "why_not": [style.problem(problem) for problem in offer.why_not],
        "required": list(offer.required),
        "ask": list(offer.ask),
        "reason": offer.reason,
    }


_RECORD = "/records/{entity}/{record}"

ROUTES = (
    Route(
        method="GET",
        path=f"{_RECORD}/transitions",
        name="list_transitions",
        run=get_transitions,
        group="Records",
        about="The steps of workflows that lead on from where a record is.",
        answers={200: listed(ref("Offer"))},
    ),
    Route(
        method="POST",
        path=f"{_RECORD}/transitions/{{transition}}",
        name="take_transition",
        run=take,
        group="Records",
        about="Take a step of a workflow.",
        headers=(IF_MATCH, KEY, PREFER),
        body=ref("Step"),
        answers={200: ref("Record")},
    ),
    Route(
        method="POST",
        path=f"{_RECORD}/move",
        name="move_record",
        run=move,
        group="Records",
        about="Take the one step that leads to a state.",
        headers=(IF_MATCH, KEY, PREFER),
        body=ref("MoveTo"),
        answers={200: ref("Record")},
    ),
)
