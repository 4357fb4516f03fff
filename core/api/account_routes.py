"""Accounts: who may sign in, with which roles; their sessions and keys. For administrators; one's own for oneself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response, request

from core.api.answers import nothing, reply
from core.api.bodies import read_object
from core.api.call import Call
from core.api.routes import TEXT, Parameter, Route, listed, record_id, ref, text, whole
from core.errors import BadRequest
from core.identity import Identity
from core.identity.links import LINK_PATH
from core.identity.people import STANDINGS, Asked, People, Person
from core.kernel.actor import Scope
from core.storage import Database, UnitOfWork

Result = TypeVar("Result")

MOST = 200
LISTED = 200
"""Entries of a log that come at once."""


def get_accounts(call: Call) -> Response:
    """Answer a page of accounts."""
    limit = whole(call, "limit", 50)
    if not 0 < limit <= MOST:
        raise BadRequest("limit is between 0 and {maximum}.", code="limit", maximum=MOST)
    asked = Asked(
        words=text(call, "search"),
        standing=text(call, "standing"),
        role=text(call, "role"),
        after=text(call, "after"),
        limit=limit,
    )
    if asked.standing and asked.standing not in STANDINGS:
        raise BadRequest("standing is one of: {known}.", code="wrong_value", known=STANDINGS)
    page = _look(call, lambda uow: call.site.get(People).find(call.actor, asked, uow=uow))
    return reply({"items": [_person(one) for one in page.people], "next": page.next or None})


def get_account(call: Call, account: str) -> Response:
    """Answer one account."""
    return reply(_look(call, lambda uow: _one(call, record_id(account), uow)))


def add_account(call: Call) -> Response:
    """Add an account; without a password it waits for a one-time link."""
    body = read_object(call.request, "login", "name", "roles", "password", "must_change")
    call.require_fresh()
    password = body.get("password")

    def add(uow: UnitOfWork) -> dict[str, Any]:
        made = call.site.get(Identity).create_account(
            call.actor,
            _text(body, "login"),
            None if password is None else _text(body, "password"),
            _texts(body, "roles"),
            name=_text(body, "name"),
            must_change=body.get("must_change") is True,
            uow=uow,
        )
        return _one(call, made.id, uow)

    return reply(call.write(add), 201)


def change_account(call: Call, account: str) -> Response:
    """Give an account other roles, keep it out, or let it in again."""
    body, number = read_object(call.request, "roles", "active"), record_id(account)
    if "roles" in body:
        call.require_fresh()

    def change(uow: UnitOfWork) -> dict[str, Any]:
        identity = call.site.get(Identity)
        if "roles" in body:
            identity.set_roles(call.actor, number, _texts(body, "roles"), uow=uow)
        if "active" in body:
            if not isinstance(body["active"], bool):
                raise BadRequest("{name} is true or false.", code="wrong_type", name="active")
            identity.set_active(call.actor, number, body["active"], uow=uow)
        return _one(call, number, uow)

    return reply(call.write(change))


def make_link(call: Call, account: str) -> Response:
    """Make a one-time link for a new password and answer it, this once."""
    number = record_id(account)
    call.require_fresh()
    token = call.write(lambda uow: call.site.get(Identity).make_link(call.actor, number, uow=uow))
    base = call.site.settings.base_url or request.host_url
    return reply({"link": f"{base.rstrip('/')}{request.script_root}{LINK_PATH}{token}"}, 201)


def reset_password(call: Call, account: str) -> Response:
    """Make a password that is replaced at the next sign-in and answer it, this once; all sessions end."""
    number = record_id(account)
    call.require_fresh()
    password = call.write(lambda uow: call.site.get(Identity).reset_password(call.actor, number, uow=uow))
    return reply({"password": password}, 201)


def get_sessions(call: Call, account: str) -> Response:
    """Answer the open sessions of an account."""
    number = record_id(account)
    found = _look(call, lambda uow: call.site.get(Identity).sessions(call.actor, number, uow=uow))
    items = [
        {
            "id": one.id,
            "address": one.device.address,
            "agent": one.device.agent,
            "created_at": one.created_at,
            "seen_at": one.seen_at,
        }
        for one in found
    ]
    return reply({"items": items})


def end_sessions(call: Call, account: str) -> Response:
    """Sign somebody out everywhere."""
    number = record_id(account)
    ended = call.write(lambda uow: call.site.get(Identity).end_sessions(call.actor, number, uow=uow))
    return reply({"ended": ended})


def end_session(call: Call, account: str, session: str) -> Response:
    """Sign somebody out of one browser."""
    number, chosen = record_id(account), record_id(session)
    call.write(lambda uow: call.site.get(Identity).end_session(call.actor, number, chosen, uow=uow))
    return nothing()


def get_keys(call: Call, account: str) -> Response:
    """Answer the keys of an account, without what opens them."""
    number = record_id(account)
    found = _look(call, lambda uow: call.site.get(Identity).own_keys(call.actor, number, uow=uow))
    return reply({"items": found})


def make_key(call: Call, account: str) -> Response:
    """Make a key and answer it, this once."""
    body, number = read_object(call.request, "name", "scopes", "days"), record_id(account)
    days, scopes = body.get("days"), body.get("scopes")
    call.require_fresh()
    if days is not None and (not isinstance(days, int) or isinstance(days, bool)):
        raise BadRequest("{name} is not a whole number.", code="wrong_type", name="days")
    if not isinstance(scopes, list) or not all(isinstance(one, dict) for one in scopes):
        raise BadRequest("{name} is a list of objects.", code="wrong_type", name="scopes")
    named = [Scope(entity=_text(one, "entity"), action=_text(one, "action")) for one in scopes]

    def make(uow: UnitOfWork) -> str:
        return call.site.get(Identity).create_key(
            call.actor, number, _text(body, "name"), named, days=days, uow=uow
        )

    return reply({"key": call.write(make)}, 201)


def revoke_key(call: Call, account: str, key: str) -> Response:
    """End a key at once."""
    number, chosen = record_id(account), record_id(key)
    call.write(lambda uow: call.site.get(Identity).revoke_key(call.actor, number, chosen, uow=uow))
    return nothing()


def get_log(call: Call, account: str) -> Response:
    """Answer what happened to an account, newest first."""
    number = record_id(account)
    found = _look(call, lambda uow: call.site.get(Identity).log(call.actor, number, LISTED, uow=uow))
    items = [
        {
            "id": one.id,
            "at": one.at,
            "actor": one.by,
            "actor_name": one.who,
            "event": one.event,
            "told": one.told,
            "reason": one.reason or None,
        }
        for one in found
    ]
    return reply({"items": items})


def _look(call: Call, act: Callable[[UnitOfWork], Result]) -> Result:
    """Read in a unit of work that writes nothing."""
    with call.site.get(Database).unit(call.catalog, call.actor, reading=True) as uow:
        return act(uow)


def _one(call: Call, number: int, uow: UnitOfWork) -> dict[str, Any]:
    return _person(call.site.get(People).get(call.actor, number, uow=uow))


def _person(person: Person) -> dict[str, Any]:
    account = person.account
    return {
        "id": account.id,
        "login": account.login,
        "name": person.name,
        "team": person.team or None,
        "standing": person.standing,
        "active": account.active,
        "roles": list(account.roles),
        "created_at": account.created_at,
        "last_sign_in": account.last_sign_in,
        "must_change": account.must_change,
        "link_until": account.link_until,
    }


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadRequest("{name} is not a text.", code="wrong_type", name=name)
    return value


def _texts(body: Mapping[str, Any], name: str) -> list[str]:
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadRequest("{name} is not a list of texts.", code="wrong_type", name=name)
    return value


_ALL, _ONE = "/accounts", "/accounts/{account}"
_ROLES = {"type": "array", "items": TEXT}


def _route(method: str, path: str, name: str, run: Any, about: str, **more: Any) -> Route:
    return Route(method=method, path=path, name=name, run=run, group="Accounts", about=about, **more)


def _body(*required: str, **properties: Any) -> Mapping[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        **({"required": list(required)} if required else {}),
    }


ROUTES = (
    _route(
        "GET",
        _ALL,
        "list_accounts",
        get_accounts,
        "Accounts by login, for administrators.",
        parameters=(
            Parameter(name="search", about="Words of the name, or a part of the login."),
            Parameter(
                name="standing",
                about="active, disabled, or new: nobody has signed in yet.",
                schema={"type": "string", "enum": list(STANDINGS)},
            ),
            Parameter(name="role", about="Only who has this role."),
            Parameter(name="after", about="The next of the page before."),
            Parameter(
                name="limit",
                about="Most accounts in the answer.",
                schema={"type": "integer", "minimum": 1, "maximum": MOST, "default": 50},
            ),
        ),
        answers={200: listed(ref("Account"), next={"type": ["string", "null"]})},
    ),
    _route(
        "POST",
        _ALL,
        "add_account",
        add_account,
        "Add an account. Without a password it waits for a one-time link.",
        body=_body(
            "login", login=TEXT, name=TEXT, roles=_ROLES, password=TEXT, must_change={"type": "boolean"}
        ),
        answers={201: ref("Account")},
    ),
    _route("GET", _ONE, "get_account", get_account, "One account.", answers={200: ref("Account")}),
    _route(
        "PATCH",
        _ONE,
        "change_account",
        change_account,
        "Give other roles, keep out, or let in again.",
        body=_body(roles=_ROLES, active={"type": "boolean"}),
        answers={200: ref("Account")},
    ),
    _route(
        "POST",
        f"{_ONE}/link",
        "make_account_link",
        make_link,
        "A one-time link for a new password, answered this once.",
        answers={201: _body(link=TEXT)},
    ),
    _route(
        "POST",
        f"{_ONE}/password",
        "reset_account_password",
        reset_password,
        "A password that is replaced at the next sign-in, answered this once; all sessions end.",
        answers={201: _body(password=TEXT)},
    ),
    _route(
        "GET",
        f"{_ONE}/sessions",
        "list_sessions",
        get_sessions,
        "Where somebody is signed in.",
        answers={200: listed(ref("Session"))},
    ),
    _route(
        "DELETE",
        f"{_ONE}/sessions",
        "end_sessions",
        end_sessions,
        "Sign somebody out everywhere.",
        answers={200: _body(ended={"type": "integer"})},
    ),
    _route(
        "DELETE",
        f"{_ONE}/sessions/{{session}}",
        "end_session",
        end_session,
        "Sign somebody out of one browser.",
        answers={204: None},
    ),
    _route(
        "GET",
        f"{_ONE}/keys",
        "list_keys",
        get_keys,
        "The API keys of an account, without what opens them.",
        answers={200: listed(ref("ApiKey"))},
    ),
    _route(
        "POST",
        f"{_ONE}/keys",
        "make_key",
        make_key,
        "A new API key, answered this once; people make keys, and no keys do.",
        body=_body(
            "name",
            "scopes",
            name=TEXT,
            days={"type": ["integer", "null"], "minimum": 1},
            scopes={"type": "array", "items": _body("entity", "action", entity=TEXT, action=TEXT)},
        ),
        answers={201: _body(key=TEXT)},
    ),
    _route(
        "DELETE",
        f"{_ONE}/keys/{{key}}",
        "revoke_key",
        revoke_key,
        "End an API key at once.",
        answers={204: None},
    ),
    _route(
        "GET",
        f"{_ONE}/log",
        "get_account_log",
        get_log,
        "What happened to an account, newest first.",
        answers={200: listed(ref("AccountEvent"))},
    ),
)
