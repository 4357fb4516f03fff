"""Why somebody may do something, or not."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response

from core.access import Access
from core.access.explain import Asked
from core.api.answers import reply
from core.api.call import Call
from core.api.routes import ID, Parameter, Route, number, ref, text
from core.errors import AccessDenied, NotFound
from core.fields import FieldTypes
from core.identity import Identity
from core.kernel.actor import Actor
from core.records.explained import Shower
from core.records.explaining import Explaining


def get_explanation(call: Call) -> Response:
    """Answer why somebody may do something, part by part."""
    person = person_of(call)
    asked = Asked(entity=text(call, "entity"), action=text(call, "action"), field=text(call, "field"))
    given = call.request.args.get("id")
    record = None if given is None else number(given, "id")
    found = call.site.get(Explaining).explain(call.actor, person, asked, record, catalog=call.catalog)
    shown = Shower(call.catalog, call.site.get(FieldTypes), call.style).show(found)
    return reply(
        {
            "person": {"id": person.id, "login": person.login, "name": person.name},
            "entity": asked.entity,
            "action": asked.action,
            "id": record,
            "field": asked.field or None,
            **_plain(asdict(shown)),
        }
    )


def _plain(shown: dict[str, object]) -> dict[str, object]:
    lines = shown.pop("lines")
    assert isinstance(lines, tuple)
    for line in lines:
        for part in line["parts"]:
            part["values"] = dict(part["values"])
    return {**shown, "reasons": lines}


def person_of(call: Call) -> Actor:
    """Return whose rights are asked about: one's own, and for administrators those of anybody."""
    given = call.request.args.get("user")
    user = call.actor.id if given is None else number(given, "user")
    if user == call.actor.id:
        return call.actor
    if not call.site.get(Access).is_administrator(call.actor, call.catalog):
        raise AccessDenied(
            "Only administrators may ask about the rights of others.", code="administrators_only"
        )
    person = call.site.get(Identity).actor_of(user)
    if person.id is None:
        raise NotFound("There is no active account with the number {id}.", id=user)
    return person


ROUTES = (
    Route(
        method="GET",
        path="/access/explain",
        name="get_explanation",
        run=get_explanation,
        group="Access",
        about="Why somebody may do something or not: every grant and restriction that counts, with the parts that decide.",
        parameters=(
            Parameter(
                name="user",
                about="The account; your own without it. Others' ask for an administrator.",
                schema=ID,
            ),
            Parameter(name="entity", about="The entity.", required=True),
            Parameter(
                name="action",
                about="What is to be done: read, update, export, transition:<name> …",
                required=True,
            ),
            Parameter(name="id", about="The record; without it what holds for records at large.", schema=ID),
            Parameter(name="field", about="One field of it."),
        ),
        answers={200: ref("Explanation")},
    ),
)
