"""`Identity`: opens requests, signs people in and out, and keeps accounts and API keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from core.access import Access
from core.errors import NotFound, NotSignedIn
from core.identity.accounts import Account, change_account
from core.identity.keeping import AccountHook
from core.identity.links import account_of_link
from core.identity.log import tell
from core.identity.opening import BY_KEY, BY_SESSION, NOBODY, Asker, Opening, Session, Viewing, ask
from core.identity.own import OwnKeeping
from core.identity.passkeys import Passkeys
from core.identity.passwords import check_password
from core.identity.principals import Principals, ProfileOf
from core.identity.second_factor import SecondFactors
from core.identity.sessions import SESSION_DAYS, Device, is_fresh, make_fresh, renewed
from core.identity.signing_in import CatalogsLike, SigningIn, hold_known
from core.identity.throttle import admit
from core.identity.tokens import token_hash
from core.identity.views import LONGEST, View, begin_view, end_views, read_views
from core.kernel.actor import Actor
from core.kernel.clock import is_within, latest
from core.metadata.catalog import Catalog
from core.storage import Database, Reader, UnitOfWork
from core.storage.kernel_tables import account as core_account
from core.storage.kernel_tables import api_key as core_api_key
from core.storage.kernel_tables import session as core_session

SEEN_EVERY = timedelta(minutes=10)


NeedsFactor = Callable[[Actor, Catalog], bool]
"""Tells whether the site asks a person for a second factor."""


class Identity(OwnKeeping):
    """Everything about who is asking, for one site."""

    def __init__(
        self,
        *,
        database: Database,
        catalogs: CatalogsLike,
        access: Access,
        profile_of: ProfileOf,
        account_saved: AccountHook,
        factors: SecondFactors,
        passkeys: Passkeys,
        needs_factor: NeedsFactor,
    ) -> None:
        super().__init__(access, account_saved)
        self._database = database
        self._catalogs = catalogs
        self._principals = Principals(profile_of)
        self._needs_factor = needs_factor
        self.factors = factors
        self.passkeys = passkeys
        self.signing_in = SigningIn(database, catalogs, self._passwords, factors, passkeys, self.actor_of)

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
        if last_used is None or not is_within(last_used, now, SEEN_EVERY):
            self._write(
                sa.update(core_api_key).where(core_api_key.c.id == asker.token).values(last_used_at=now)
            )
        return Opening(
            actor=self._principals.by_key(actor, asker.token, scopes),
            catalog=catalog,
            access_version=asker.access_version,
        )

    def _open_session(self, asker: Asker, actor: Actor, catalog: Catalog) -> Opening:
        csrf, seen_at, expires_at, second_factor, now, *viewed = asker.extra
        if not is_within(seen_at, now, SEEN_EVERY):
            expires_at = now + timedelta(days=SESSION_DAYS)
            self._write(
                sa.update(core_session).where(core_session.c.id == asker.token).values(renewed(now, seen_at))
            )
        needs = not second_factor and self._needs_factor(actor, catalog)
        session = Session(id=asker.token, csrf=csrf, expires_at=expires_at, needs_factor=needs)
        present = self._principals.by_session(actor)
        if viewed[0] is not None:
            present, session = self._look(asker, actor, session, catalog)
        return Opening(actor=present, catalog=catalog, access_version=asker.access_version, session=session)

    def _look(self, asker: Asker, actor: Actor, session: Session, catalog: Catalog) -> tuple[Actor, Session]:
        """Return the person whose eyes a session looks through; whoever may not any more is themselves again at once."""
        *_, now, account, until, login, roles = asker.extra
        lasts = now < until <= latest(now, timedelta(minutes=LONGEST))
        if login is None or not lasts or not self._access.is_administrator(actor, catalog):
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

    def sign_in(self, login: str, password: str, *, address: str, agent: str = "") -> str:
        """Return the token of a new session; raise `NotSignedIn` or, after too many failures, `TooMany`.

        Where a second factor is asked for it raises `SecondStep`; a password that somebody else has made raises
        `NewPasswordNeeded`.
        """
        return self.signing_in.by_password(login, password, Device(address=address, agent=agent))

    def confirm(self, actor: Actor, session: Session, password: str, *, address: str) -> None:
        """Let a session be fresh by the password of whoever it belongs to; wrong ones count as sign-ins do."""
        found = self.signing_in.check(actor.login, password, address)
        with self._database.unit(self._catalogs.current(), actor, channel="web") as uow:
            hold_known(uow.connection, found)
            make_fresh(uow, session.id)

    def is_fresh(self, session: Session, *, uow: UnitOfWork) -> bool:
        """Tell whether the password was given in this session a short while ago."""
        return is_fresh(uow, session.id)

    def change_own_password(
        self, actor: Actor, session: Session, present: str, password: str, *, address: str
    ) -> None:
        """Change the password of whoever is signed in, by the present one; all their other sessions end."""
        check_password(password, actor.login)
        found = self.signing_in.check(actor.login, present, address)
        hashed = self._passwords.hash(password)
        with self._database.unit(self._catalogs.current(), actor, channel="web") as uow:
            hold_known(uow.connection, found)
            change_account(
                uow,
                actor.id or 0,
                ends_sessions=True,
                keeps=session.id,
                password_hash=hashed,
                must_change=False,
                link_hash=None,
            )
            make_fresh(uow, session.id)
            tell(uow, actor.id or 0, "password")

    def login_of_link(self, token: str) -> str:
        """Return whose one-time link it is; raise `NotFound` where it works no more."""
        with self._database.engine.connect() as connection:
            account = account_of_link(connection, token, self._database.now())
            return str(connection.scalar(sa.select(core_account.c.login).where(core_account.c.id == account)))

    def use_link(self, token: str, password: str) -> str:
        """Give the account of a one-time link the password that its owner chose; return its login. No session begins."""
        login = self.login_of_link(token)
        check_password(password, login)
        hashed = self._passwords.hash(password)
        with self._database.engine.connect() as connection:
            owner = self.actor_of(account_of_link(connection, token, self._database.now()))
        with self._database.unit(self._catalogs.current(), owner, channel="web") as uow:
            account = account_of_link(uow.connection, token, uow.now, lock=True)
            change_account(
                uow, account, ends_sessions=True, password_hash=hashed, must_change=False, link_hash=None
            )
            tell(uow, account, "password", by="link")
        return login

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

    def _write(self, statement: sa.Executable) -> None:
        with self._database.engine.begin() as connection:
            connection.execute(statement)


def _asker(reader: Reader, bearer: str | None, cookie: str | None) -> Asker:
    if bearer is not None:
        return ask(reader, BY_KEY, token_hash(bearer))
    if cookie:
        return ask(reader, BY_SESSION, token_hash(cookie))
    return ask(reader, NOBODY, None)
