"""Roles and restrictions: read, made, changed, deleted and put back by administrators; each change can be tried first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response

from core.api.answers import nothing, reply
from core.api.bodies import read_json
from core.api.call import Call
from core.api.idempotency import KEY, Made, once_beside
from core.api.rights_difference import PLAN, WANTED, difference, plan_of
from core.api.routes import Header, Parameter, Route, flag, listed, ref, text
from core.errors import BadRequest, VersionMissing
from core.lifecycle import Rehearsed
from core.metadata.specs import GrantSpec, Json, RestrictionSpec, RoleSpec
from core.storage.catalogs import Catalogs
from core.storage.document_changes import DocumentChange
from core.studio import RestrictionStudio, RoleStudio
from core.studio.rights_documents import RightsDocuments

UNSAID = "0"
"""The ETag of what the site says nothing of."""

IF_MATCH = Header(
    name="If-Match", about="The ETag of what you have read, or * where any will do.", required=True
)
DRY_RUN = Parameter(
    name="dry_run",
    about="Change nothing, and answer what it would do to the rights of roles.",
    schema={"type": "boolean"},
)
REASON = Parameter(name="why", about="Why, for the history.")
TRASH = Parameter(
    name="trash",
    about="Those that were deleted, with who did it and why.",
    schema={"type": "boolean"},
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of document: its studio, and how it is answered."""

    studio: type[RightsDocuments[Any]]
    show: Callable[[Call, Any], dict[str, Any]]

    def of(self, call: Call) -> RightsDocuments[Any]:
        """Return the studio of the site, for administrators."""
        call.require_administrator()
        return call.site.get(self.studio)

    def shown(self, call: Call, name: str) -> tuple[dict[str, Any], str]:
        """Return one as it stands now, and its ETag."""
        studio = self.of(call)
        said, seen = studio.said(call.actor, name)
        call.catalog = call.site.get(Catalogs).current()
        spec = studio.specs(call.catalog)[name]
        return {**self.show(call, spec), "said": dict(said)}, f'"{seen or UNSAID}"'


def get_all(kind: Kind, call: Call) -> Response:
    """Answer all of them, or those that were deleted."""
    studio = kind.of(call)
    if flag(call, "trash"):
        return reply({"items": [_entry(studio, one) for one in studio.removed(call.actor)]})
    specs, said = studio.specs(call.catalog), studio.all_said(call.actor)
    shown = [{**kind.show(call, specs[n]), "said": dict(said.get(n, {}))} for n in sorted(specs)]
    return reply({"items": shown})


def get_one(kind: Kind, call: Call, name: str) -> Response:
    """Answer one, with its ETag."""
    return _answered(kind, call, name)


def get_history(kind: Kind, call: Call, name: str) -> Response:
    """Answer who has changed what the site says, when and why."""
    studio = kind.of(call)
    return reply({"items": [_entry(studio, one) for one in studio.history(call.actor, name)]})


def add(kind: Kind, call: Call) -> Response:
    """Make one of the site's own."""
    studio = kind.of(call)
    body, raw = read_json(call.request)
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        raise BadRequest("Send an object with a name.", code="not_an_object")
    name, said = body["name"], {key: value for key, value in body.items() if key != "name"}
    if flag(call, "dry_run"):
        return _planned(call, studio.rehearse_add(call.actor, name, said))

    def act() -> Made:
        studio.add(call.actor, name, said, plan=plan_of(call), why=text(call, "why"))
        return Made(status=201, body=orjson.dumps(kind.shown(call, name)[0]))

    return once_beside(call, raw, act, address=call.request.path)


def change(kind: Kind, call: Call, name: str) -> Response:
    """Change what the site says: names that are given are set, null takes back; if nobody was faster."""
    studio = kind.of(call)
    body, _ = read_json(call.request)
    if not isinstance(body, dict):
        raise BadRequest("The body must be an object of names and values.", code="not_an_object")
    said, digest = studio.said(call.actor, name)
    merged = _merged(said, body)
    if flag(call, "dry_run"):
        return _planned(call, studio.rehearse(call.actor, name, merged))
    seen, plan, why = _seen(call, digest), plan_of(call), text(call, "why")
    studio.save(call.actor, name, merged, seen=seen, plan=plan, why=why)
    return _answered(kind, call, name)


def remove(kind: Kind, call: Call, name: str) -> Response:
    """Delete one of the site's own; it can be put back."""
    studio = kind.of(call)
    if flag(call, "dry_run"):
        return _planned(call, studio.rehearse_removal(call.actor, name))
    _, digest = studio.said(call.actor, name)
    seen, plan, why = _seen(call, digest), plan_of(call), text(call, "why")
    studio.remove(call.actor, name, seen=seen, plan=plan, why=why)
    return nothing()


def restore(kind: Kind, call: Call, name: str) -> Response:
    """Put one back that was deleted."""
    studio = kind.of(call)
    if flag(call, "dry_run"):
        return _planned(call, studio.rehearse_restore(call.actor, name))

    def act() -> Made:
        studio.restore(call.actor, name, plan=plan_of(call), why=text(call, "why"))
        return Made(status=200, body=orjson.dumps(kind.shown(call, name)[0]))

    return once_beside(call, b"", act)


def _answered(kind: Kind, call: Call, name: str) -> Response:
    shown, tag = kind.shown(call, name)
    return reply(shown, 200, ("ETag", tag))


def _planned(call: Call, found: Rehearsed) -> Response:
    return reply(difference(call, found))


def _merged(said: Mapping[str, Json], change: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the site says after a change in the manner of a JSON merge patch, of whole values."""
    return {key: value for key, value in {**said, **change}.items() if value is not None}


def _seen(call: Call, present: str) -> str:
    """Return the digest of what the caller has read; ``*`` is whatever stands there now."""
    given = call.request.headers.get("If-Match")
    if given is None:
        raise VersionMissing
    bare = given.strip().removeprefix("W/").strip('"')
    return present if bare == "*" else bare if bare != UNSAID else ""


def _entry(studio: RightsDocuments[Any], change: DocumentChange) -> dict[str, Any]:
    def said(body: Mapping[str, Json] | None) -> dict[str, Json] | None:
        return None if body is None else {key: value for key, value in body.items() if key in studio.keys}

    return {
        "name": change.name.rpartition(":")[2],
        "at": change.at,
        "actor": change.actor,
        "actor_name": change.actor_name,
        "reason": change.reason,
        "before": said(change.before),
        "after": said(change.after),
    }


def _role(call: Call, spec: RoleSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "label": call.style.label(spec.label),
        "owner": spec.owner,
        "administrator": spec.administrator,
        "grants": [_grant(grant) for grant in spec.grants],
        "implies": list(spec.implies),
    }


def _grant(grant: GrantSpec) -> dict[str, Any]:
    return {
        "entity": grant.entity,
        "actions": list(grant.actions),
        "scope": grant.scope,
        "when": grant.when,
        "fields": {"read": list(grant.read), "edit": list(grant.edit), "masked": dict(grant.masked)},
        "owner": grant.owner,
    }


def _restriction(call: Call, spec: RestrictionSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "label": call.style.label(spec.label),
        "owner": spec.owner,
        "entity": spec.entity,
        "when": spec.when,
        "actions": list(spec.actions),
        "except": list(spec.excepted),
        "in_force": spec.in_force,
    }


ROLES = Kind(studio=RoleStudio, show=_role)
RESTRICTIONS = Kind(studio=RestrictionStudio, show=_restriction)


_CHANGING = (DRY_RUN, *WANTED, PLAN, REASON)
_PLANNED = ref("RightsDifference")


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """The routes of a kind, all of them for administrators: ``one`` and ``many`` name it in addresses and sentences."""

    kind: Kind
    one: str
    many: str
    answer: str

    def routes(self) -> tuple[Route, ...]:
        """Return all of them."""
        return (*self._collection(), *self._single(), *self._past())

    def _route(self, method: str, tail: str, name: str, act: Callable[..., Response], **more: Any) -> Route:
        def run(call: Call, **names: str) -> Response:
            return act(self.kind, call, *names.values())

        path = f"/access/{self.many}{tail}"
        return Route(method=method, path=path, name=name, run=run, group="Access", **more)

    def _collection(self) -> tuple[Route, ...]:
        schema = ref(self.answer)
        return (
            self._route(
                "GET",
                "",
                f"list_{self.many}",
                get_all,
                about=f"All {self.many}, or those that were deleted.",
                parameters=(TRASH,),
                answers={200: {"anyOf": [listed(schema), listed(ref("DefinitionChange"))]}},
            ),
            self._route(
                "POST",
                "",
                f"add_{self.one}",
                add,
                about=f"Make a {self.one} of the site's own, or see what that would do.",
                parameters=_CHANGING,
                headers=(KEY,),
                body=ref(f"New{self.answer}"),
                answers={200: _PLANNED, 201: schema},
            ),
        )

    def _single(self) -> tuple[Route, ...]:
        schema, tail = ref(self.answer), f"/{{{self.one}}}"
        return (
            self._route(
                "GET",
                tail,
                f"get_{self.one}",
                get_one,
                about=f"One {self.one}, with its ETag.",
                answers={200: schema},
            ),
            self._route(
                "PATCH",
                tail,
                f"change_{self.one}",
                change,
                about=f"Change what the site says of a {self.one}, or see what that would do; null takes a word back.",
                parameters=_CHANGING,
                headers=(IF_MATCH,),
                body=ref(f"{self.answer}Said"),
                answers={200: {"anyOf": [schema, _PLANNED]}},
            ),
            self._route(
                "DELETE",
                tail,
                f"remove_{self.one}",
                remove,
                about=f"Delete a {self.one} of the site's own, with a reason, or see what that would do.",
                parameters=_CHANGING,
                headers=(IF_MATCH,),
                answers={200: _PLANNED, 204: None},
            ),
        )

    def _past(self) -> tuple[Route, ...]:
        tail = f"/{{{self.one}}}"
        return (
            self._route(
                "GET",
                f"{tail}/history",
                f"get_{self.one}_history",
                get_history,
                about=f"Who has changed what the site says of a {self.one}, when and why.",
                answers={200: listed(ref("DefinitionChange"))},
            ),
            self._route(
                "POST",
                f"{tail}/restore",
                f"restore_{self.one}",
                restore,
                about=f"Put a {self.one} back that was deleted, or see what that would do.",
                parameters=_CHANGING,
                headers=(KEY,),
                answers={200: {"anyOf": [ref(self.answer), _PLANNED]}},
            ),
        )


ROUTES = (
    *Addresses(kind=ROLES, one="role", many="roles", answer="Role").routes(),
    *Addresses(kind=RESTRICTIONS, one="restriction", many="restrictions", answer="Restriction").routes(),
)
