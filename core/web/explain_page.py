"""Why somebody may do something or not, as a page: for administrators about everybody, for others about themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from core.access import Access
from core.access.explain import Asked
from core.access.explain_words import ACTIONS
from core.contributions import Operations
from core.errors import AccessDenied, BadRequest, NotFound, PayvandError, ValidationFailed
from core.fields import FieldTypes
from core.identity import Identity
from core.identity.accounts import Account
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.records.explained import Shower, Shown
from core.records.explaining import Explaining
from core.web.form_values import whole
from core.web.looking import looking
from core.web.pages import Pages, is_administrator
from core.web.texts import N_
from core.web.visit import Visit, visit

ASKED = ("user", "entity", "action", "id", "field")
OFFERED = 200
"""Logins that are offered to choose from; any other can be typed."""

DECIDED: Mapping[str, tuple[str, str, str]] = {
    "allowed": (N_("Allowed"), "ok", "circle-check"),
    "refused": (N_("Refused"), "bad", "circle-x"),
    "depends": (N_("Depends on the record"), "info", "info-circle"),
}
KINDS: Mapping[str, str] = {
    "administrator": N_("Administrator"),
    "key": N_("API key"),
    "grant": N_("Role"),
    "restriction": N_("Restriction"),
}
SCOPES: Mapping[str, str] = {
    "all": N_("All records"),
    "own": N_("Own records"),
    "team": N_("Records of own teams"),
    "team_below": N_("Records of own teams and those below"),
    "shared": N_("Records shared with them"),
}
PARTS: Mapping[str, str] = {
    "whole": N_("Part of"),
    "scope": N_("Whose"),
    "condition": N_("Only where"),
    "mask": N_("Shown where"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What the page is asked, as it was typed."""

    user: str
    entity: str
    action: str
    id: str
    field: str

    @property
    def whole(self) -> bool:
        """True where there is enough to answer."""
        return bool(self.entity and self.action)


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/access/explain", "explain", lambda: show(site, pages))


def show(site: Site, pages: Pages) -> Response:
    """Show the question, and the answer where it is whole."""
    present = visit().require()
    administrator = is_administrator(present)
    question = Question(**{name: request.args.get(name, "").strip() for name in ASKED})
    status, problem, shown = 200, "", None
    person: Actor = present.actor
    try:
        person = _person(site, present, question, administrator)
        shown = _answer(site, present, person, question) if question.whole else None
    except (BadRequest, NotFound, ValidationFailed) as refused:
        status, problem = refused.status, _sentence(present, refused)
    entity = _known(site, present, question.entity)
    return pages.show(
        "explain.html",
        status=status,
        nav="explain",
        question=question,
        person=person,
        problem=problem,
        shown=shown,
        accounts=_accounts(site, present) if administrator else (),
        entities=_entities(site, present),
        actions=list(_actions(site, present, entity)),
        fields=_fields(site, present, entity),
        decided=DECIDED,
        kinds=KINDS,
        scopes=SCOPES,
        parts=PARTS,
    )


def _person(site: Site, present: Visit, question: Question, administrator: bool) -> Actor:
    """Return whose rights are asked about; of others' only administrators are told."""
    if question.user in ("", present.actor.login):
        return present.actor
    if not administrator:
        raise AccessDenied(
            "Only administrators may ask about the rights of others.", code="administrators_only"
        )
    identity = site.get(Identity)
    with looking(site, present) as uow:
        account = identity.find_account(question.user, uow=uow)
    person = identity.actor_of(account.id)
    if person.id is None:
        raise NotFound("The account {login} is locked: it may do nothing.", login=account.login)
    return person


def _answer(site: Site, present: Visit, person: Actor, question: Question) -> Shown:
    number = whole(question.id) or 0 if question.id else None
    asked = Asked(entity=question.entity, action=question.action, field=question.field)
    found = site.get(Explaining).explain(present.actor, person, asked, number, catalog=present.catalog)
    return Shower(present.catalog, site.get(FieldTypes), present.style).show(found)


def _sentence(present: Visit, refused: PayvandError) -> str:
    return present.style._(refused.message, **refused.params)


def _known(site: Site, present: Visit, name: str) -> EntitySpec | None:
    catalog: Catalog = present.catalog
    if name in catalog.entities and site.get(Access).knows(present.actor, name, catalog):
        return catalog.entities[name]
    return None


def _accounts(site: Site, present: Visit) -> list[Account]:
    with looking(site, present) as uow:
        accounts = site.get(Identity).accounts(present.actor, uow=uow)
    return [account for account in accounts if account.active][:OFFERED]


def _entities(site: Site, present: Visit) -> list[tuple[str, str]]:
    style = present.style
    known = [e for e in present.catalog.entities.values() if _known(site, present, e.name) is not None]
    return sorted(((e.name, style.label(e.label)) for e in known), key=lambda pair: style.sort_key(pair[1]))


def _actions(site: Site, present: Visit, entity: EntitySpec | None) -> Iterator[tuple[str, str]]:
    """Yield what can be done with records of an entity: what is the same for all, steps, operations."""
    style = present.style
    yield from ((name, style._(word.message)) for name, word in ACTIONS.items())
    if entity is None:
        return
    for workflow in present.catalog.workflows_of(entity.name):
        for step in workflow.transitions.values():
            yield f"transition:{step.name}", style.label(step.label)
    for offered in site.get(Operations).of(entity.name, present.catalog):
        yield offered.operation.action, style.label(offered.operation.label)


def _fields(site: Site, present: Visit, entity: EntitySpec | None) -> list[tuple[str, str]]:
    if entity is None:
        return []
    rights = site.get(Access).fields(present.actor, entity.name, present.catalog)
    known = [f for f in entity.fields.values() if f.name in rights.readable or f.name in rights.editable]
    return [(f.name, present.style.label(f.label)) for f in known]


def explain_address(present: Visit, error: PayvandError) -> Mapping[str, Any] | None:
    """Return what a refusal asks the page about, for whoever was refused; None where there is nothing to ask."""
    entity, action = error.params.get("entity"), error.params.get("action", "read")
    if not isinstance(error, AccessDenied) or not present.signed_in or not isinstance(entity, str):
        return None
    known = _known(present.site, present, entity)
    return {"entity": entity, "action": action} if known is not None else None
