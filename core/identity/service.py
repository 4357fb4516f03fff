"""`Identity`: opens requests, signs people in and out, and keeps accounts and API keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from core.access import Access
from core.errors import AccessDenied, NotFound, NotSignedIn, ValidationFailed
from core.identity.accounts import (
    Account,
    change_account,
    check_roles,
    find_account,
    insert_account,
    is_self,
    normal_login,
    read_accounts,
)
from core.identity.opening import BY_KEY, BY_SESSION, NOBODY, Asker, Opening, Session, Viewing, ask
from core.identity.passwords import Passwords, check_password
from core.identity.principals import Principals, ProfileOf
from core.identity.throttle import admit, begin_attempt, forget_attempt
from core.identity.tokens import new_key, new_token, token_hash
from core.identity.views import View, begin_view, end_views, read_views
from core.kernel.actor import Actor, Scope
from core.metadata.catalog import Catalog
from core.storage import Database, Reader, UnitOfWork
from core.storage.kernel_tables import account as core_account
from core.storage.kernel_tables import api_key as core_api_key
from core.storage.kernel_tables import session as core_session

SESSION_DAYS = 14
SEEN_EVERY = timedelta(minutes=10)
WRONG = "The login or the password is wrong."


class CatalogsLike(Protocol):
    """Gives the catalog of a version."""

    def at(self, version: int) -> Catalog:
        """Return the catalog of this version."""


class AccountHook(Protocol):
    """Tells modules that an account was made or changed, in its transaction."""

    def __call__(self, *, account: Account, name: str, uow: UnitOfWork) -> object:
        """Keep what belongs to the account in step with it; ``name`` is empty where it stays as it is."""


class Identity:
    """Everything about who is asking, for one site."""

    def __init__(
        self,
        *,
        database: Database,
        catalogs: CatalogsLike,
        access: Access,
        profile_of: ProfileOf,
        account_saved: AccountHook,
    ) -> None:
        self._database = database
        self._catalogs = catalogs
        self._access = access
        self._principals = Principals(profile_of)
        self._account_saved = account_saved
        self._passwords = Passwords()

    def forget(self) -> None:
        """Ask anew who people are, whatever the access version: it may be that of another database."""
        self._principals.forget()

    # Requests

    def open(
        self, *, bearer: str | None = None, cookie: str | None = None, reader: Reader | None = None
    ) -> Opening:
        """Open a request: one statement. A wrong API key raises `NotSignedIn`; a wrong cookie is nobody."""
        if reader is not None:
            return self._open(_asker(reader, bearer, cookie), by_key=bearer is not None)
        with self._database.reading() as lent:
            asker = _asker(lent, bearer, cookie)
        return self._open(asker, by_key=bearer is not None)

    def _open(self, asker: Asker, *, by_key: bool) -> Opening:
        catalog = self._catalogs.at(asker.version)
        if asker.account is None:
            if by_key:
                raise NotSignedIn("This API key is not valid.", code="bad_key")
            return Opening(actor=Actor(channel="web"), catalog=catalog, access_version=asker.access_version)
        actor = self._principals.actor(asker.account, asker.login, asker.roles, asker.access_version)
        if by_key:
            return self._open_key(asker, actor, catalog)
        return self._open_session(asker, actor, catalog)

    def _open_key(self, asker: Asker, actor: Actor, catalog: Catalog) -> Opening:
        scopes, last_used, now = asker.extra
        if last_used is None or now - last_used > SEEN_EVERY:
            self._write(
                sa.update(core_api_key).where(core_api_key.c.id == asker.token).values(last_used_at=now)
            )
        return Opening(
            actor=self._principals.by_key(actor, asker.token, scopes),
            catalog=catalog,
            access_version=asker.access_version,
        )

    def _open_session(self, asker: Asker, actor: Actor, catalog: Catalog) -> Opening:
        csrf, seen_at, expires_at, now, *viewed = asker.extra
        if now - seen_at > SEEN_EVERY:
            expires_at = now + timedelta(days=SESSION_DAYS)
            self._write(
                sa.update(core_session)
                .where(core_session.c.id == asker.token)
                .values(seen_at=now, expires_at=expires_at)
            )
        session = Session(id=asker.token, csrf=csrf, expires_at=expires_at)
        present = self._principals.by_session(actor)
        if viewed[0] is not None:
            present, session = self._look(asker, actor, session, catalog)
        return Opening(actor=present, catalog=catalog, access_version=asker.access_version, session=session)

    def _look(self, asker: Asker, actor: Actor, session: Session, catalog: Catalog) -> tuple[Actor, Session]:
        """Return the person whose eyes a session looks through; whoever may not any more is themselves again at once."""
        *_, now, account, until, login, roles = asker.extra
        if login is None or until <= now or not self._access.is_administrator(actor, catalog):
            return self._principals.by_session(actor), replace(session, csrf=self._end_view(session.id))
        person = self._principals.actor(account, login, frozenset(roles), asker.access_version)
        return (
            replace(person, channel="web", read_only=True),
            replace(session, viewing=Viewing(by=actor, name=person.name or login, until=until)),
        )

    def _end_view(self, session: int) -> str:
        """End what a session sees as somebody else; return its token against forgery, which is another one since."""
        c = core_session.c
        with self._database.engine.begin() as connection:
            end_views(connection, c.id == session, self._database.now())
            return connection.scalar(sa.select(c.csrf).where(c.id == session)) or ""

    def actor_of(self, account_id: int | None) -> Actor:
        """Return a person as jobs act for them: with the rights they have now; nobody if they are gone."""
        if account_id is None:
            return Actor(channel="job")
        with self._database.engine.connect() as connection:
            row = connection.execute(
                sa.select(core_account.c.login, core_account.c.roles).where(
                    core_account.c.id == account_id, core_account.c.active
                )
            ).one_or_none()
            version = connection.execute(sa.text("SELECT access_version FROM core_catalog")).scalar_one()
        if row is None:
            return Actor(channel="job")
        return replace(self._principals.actor(account_id, row[0], frozenset(row[1]), version), channel="job")

    def admit(self, address: str) -> None:
        """Let somebody unknown open a public page; raise `TooMany` where their network comes too often."""
        with self._database.engine.begin() as connection:
            admit(connection, address, self._database.now())

    # Signing in and out

    def sign_in(self, login: str, password: str, *, address: str) -> str:
        """Return the token of a new session; raise `NotSignedIn` or, after too many failures, `TooMany`."""
        login = _shown(login)
        now = self._database.now()
        with self._database.engine.begin() as connection:
            waiting = begin_attempt(connection, login, address, now)
            row = connection.execute(
                sa.select(core_account.c.id, core_account.c.password_hash, core_account.c.active).where(
                    core_account.c.login == login
                )
            ).one_or_none()
        right = self._passwords.matches(password, row.password_hash if row else None)
        if row is None or not right or not row.active:
            raise NotSignedIn(WRONG, code="wrong_password")
        token = new_token()
        with self._database.engine.begin() as connection:
            forget_attempt(connection, login, address, waiting)
            connection.execute(
                sa.insert(core_session).values(
                    token_hash=token_hash(token),
                    account=row.id,
                    csrf=new_token(),
                    created_at=now,
                    seen_at=now,
                    expires_at=now + timedelta(days=SESSION_DAYS),
                )
            )
            if self._passwords.is_outdated(row.password_hash):
                connection.execute(
                    sa.update(core_account)
                    .where(core_account.c.id == row.id)
                    .values(password_hash=self._passwords.hash(password))
                )
        return token

    def sign_out(self, token: str) -> None:
        """End a session; an unknown token is no error."""
        own = core_session.c.token_hash == token_hash(token)
        with self._database.engine.begin() as connection:
            end_views(connection, own, self._database.now())
            connection.execute(sa.delete(core_session).where(own))

    # The eyes of others

    def view_as(
        self, actor: Actor, session: Session, account: Account, reason: str, *, uow: UnitOfWork
    ) -> None:
        """Let a session see what an account sees, and change nothing, until it ends that; for administrators."""
        self._access.require_administrator(actor, uow.catalog)
        if not account.active:
            raise NotFound("The account {login} is locked: it may do nothing.", login=account.login)
        begin_view(uow, session.id, account.id, reason)

    def stop_viewing(self, session: Session) -> None:
        """Let a session see with its own eyes again; it is no error where it does."""
        self._end_view(session.id)

    def views(self, actor: Actor, limit: int, *, uow: UnitOfWork) -> list[View]:
        """Return who has looked through whose eyes, newest first; for administrators."""
        self._access.require_administrator(actor, uow.catalog)
        return read_views(uow, limit)

    # Accounts

    def create_account(
        self,
        actor: Actor,
        login: str,
        password: str | None,
        roles: Iterable[str],
        *,
        name: str,
        uow: UnitOfWork,
    ) -> Account:
        """Add an account with its public profile."""
        self._access.require_administrator(actor, uow.catalog)
        if password is not None:
            check_password(password, login)
        hashed = None if password is None else self._passwords.hash(password)
        account_id = insert_account(uow, login, hashed, roles)
        account = read_accounts(uow, core_account.c.id == account_id)[0]
        self._account_saved(account=account, name=name or account.login, uow=uow)
        return account

    def accounts(self, actor: Actor, *, uow: UnitOfWork) -> list[Account]:
        """Return all accounts, for administrators."""
        self._access.require_administrator(actor, uow.catalog)
        return read_accounts(uow)

    def find_account(self, login: str, *, uow: UnitOfWork) -> Account:
        """Return the account with this login."""
        return find_account(uow, login)

    def set_password(self, actor: Actor, account: Account, password: str, *, uow: UnitOfWork) -> None:
        """Give an account a new password and end its sessions."""
        if not is_self(actor, account.id):
            self._access.require_administrator(actor, uow.catalog)
        check_password(password, account.login)
        change_account(uow, account.id, ends_sessions=True, password_hash=self._passwords.hash(password))

    def set_roles(self, actor: Actor, account_id: int, roles: Iterable[str], *, uow: UnitOfWork) -> None:
        """Give an account other roles; from the next request on they hold everywhere."""
        self._access.require_administrator(actor, uow.catalog)
        change_account(uow, account_id, ends_sessions=False, roles=list(check_roles(roles, uow.catalog)))

    def set_active(self, actor: Actor, account_id: int, active: bool, *, uow: UnitOfWork) -> None:
        """Let an account in or keep it out; keeping it out ends its sessions."""
        self._access.require_administrator(actor, uow.catalog)
        if actor.id == account_id and not active:
            raise AccessDenied("You cannot lock yourself out.", code="own_account")
        change_account(uow, account_id, ends_sessions=not active, active=active)
        account = read_accounts(uow, core_account.c.id == account_id)[0]
        self._account_saved(account=account, name="", uow=uow)

    # API keys

    def create_key(
        self,
        actor: Actor,
        account_id: int,
        name: str,
        scopes: Sequence[Scope],
        *,
        uow: UnitOfWork,
        days: int | None = None,
    ) -> str:
        """Return a new API key, shown this once; it can do what its scopes name and its owner may."""
        if not is_self(actor, account_id):
            self._access.require_administrator(actor, uow.catalog)
        key = new_key()
        uow.execute(
            sa.insert(core_api_key).values(
                account=account_id,
                name=name[:100],
                prefix=key[:10],
                key_hash=token_hash(key),
                created_at=uow.now,
                expires_at=None if days is None else uow.now + timedelta(days=days),
                scopes=[{"entity": s.entity, "action": s.action} for s in scopes],
            )
        )
        return key

    def keys(self, account_id: int, *, uow: UnitOfWork) -> list[Mapping[str, Any]]:
        """Return the keys of an account, without what opens them."""
        c = core_api_key.c
        rows = uow.execute(
            sa.select(
                c.id, c.name, c.prefix, c.scopes, c.created_at, c.expires_at, c.last_used_at, c.revoked_at
            )
            .where(c.account == account_id)
            .order_by(c.id)
        ).mappings()
        return [dict(row) for row in rows]

    def revoke_key(self, actor: Actor, account_id: int, key_id: int, *, uow: UnitOfWork) -> None:
        """End an API key at once."""
        if not is_self(actor, account_id):
            self._access.require_administrator(actor, uow.catalog)
        uow.execute(
            sa.update(core_api_key)
            .where(core_api_key.c.id == key_id, core_api_key.c.account == account_id)
            .values(revoked_at=uow.now)
        )

    def _write(self, statement: sa.Executable) -> None:
        with self._database.engine.begin() as connection:
            connection.execute(statement)


def _asker(reader: Reader, bearer: str | None, cookie: str | None) -> Asker:
    if bearer is not None:
        return ask(reader, BY_KEY, token_hash(bearer))
    if cookie:
        return ask(reader, BY_SESSION, token_hash(cookie))
    return ask(reader, NOBODY, None)


def _shown(login: str) -> str:
    try:
        return normal_login(login)
    except ValidationFailed:
        return ""  # counts as a wrong login, told in no other words
