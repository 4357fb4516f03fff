"""Signing in by another service: whose account it is says the subject that the service gives, and nothing else later on.

An account is connected by its owner, who is signed in, or once where the service has verified an address that is the login
of the account: what was disconnected comes back by its owner alone. Accounts are made and roles given as `Provided` says,
which does nothing until the settings say so.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.config import Settings
from core.egress import Egress, Failed, Forbidden
from core.errors import Conflict, NotSignedIn
from core.identity.log import tell
from core.identity.provided import Provided, verified_address
from core.identity.provider import Provider
from core.identity.second_factor import own_account
from core.identity.service import Identity
from core.identity.sessions import Device
from core.identity.steps import OVER, Step, begin_step, end_step, find_step
from core.kernel.actor import Actor, system_actor
from core.log import get_logger
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.factor_tables import once_outside as core_once_outside
from core.storage.factor_tables import outside as core_outside
from core.storage.kernel_tables import account as core_account

KIND = "outside"
FAILED = "Signing in by {name} did not work. Try again, or use your password."
UNKNOWN = (
    "{name} knows you, and no account here is connected to it. Sign in with your password and connect it under “My account”, "
    "or ask an administrator."
)
CONNECTED, DISCONNECTED = "outside_connected", "outside_disconnected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """Where somebody is sent to be asked, and the token that their browser has to bring back."""

    url: str
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Back:
    """Who came back: with a new session, or having connected their account, and where they wanted to go."""

    session: str
    target: str


class Outside:
    """Signing in by another service, for one site."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        catalogs: Catalogs,
        identity: Identity,
        egress: Egress,
        reading: Reading,
        records: Records,
    ) -> None:
        self._settings = settings
        self._database = database
        self._catalogs = catalogs
        self._identity = identity
        self._provider = Provider(settings, egress)
        self.provided = Provided(settings, self.name, identity, reading, records)

    @property
    def offered(self) -> bool:
        """True where a service is configured, and the site knows its own address."""
        return bool(self._settings.oidc_issuer and self._settings.oidc_client and self._settings.base_url)

    @property
    def name(self) -> str:
        """What people call the service."""
        return self._settings.oidc_name or urlsplit(self._settings.oidc_issuer).hostname or ""

    def begin(self, target: str, *, account: int | None = None) -> Way:
        """Begin to ask somebody; ``account`` is that of its owner, who wants to connect it."""
        nonce, verifier = random.token_urlsafe(32), random.token_urlsafe(48)
        with self._database.engine.begin() as connection:
            body = {"nonce": nonce, "verifier": verifier, "target": target}
            token = begin_step(connection, KIND, self._database.now(), account=account, body=body)
        try:
            return Way(url=self._provider.question(token, nonce, verifier), token=token)
        except (NotSignedIn, Failed, Forbidden) as failure:
            raise self._failed(failure) from failure

    def finish(self, token: str, state: str, code: str, device: Device, *, by: int | None) -> Back:
        """Let whoever comes back from the service in, or connect the account of ``by``, who has begun it."""
        if not token or not code or not compare_digest(token.encode(), state.encode("utf-8", "replace")):
            raise NotSignedIn(OVER, code="step_over")
        now = self._database.now()
        with self._database.engine.begin() as connection:
            step = find_step(connection, KIND, token, now)
            end_step(connection, step)
        if step.account is not None and step.account != by:
            raise NotSignedIn(OVER, code="step_over")
        try:
            said = self._provider.claims(code, str(step.body["nonce"]), str(step.body["verifier"]), now)
        except (NotSignedIn, Failed, Forbidden) as failure:
            raise self._failed(failure) from failure
        account = self._database.attempt(lambda: self._connect(step, said))
        target = str(step.body["target"])
        if step.account is not None:
            return Back(session="", target=target)
        return Back(session=self._identity.signing_in.by_outside(account, device), target=target)

    def is_connected(self, account: int, *, uow: UnitOfWork) -> bool:
        """Tell whether an account is connected to the service."""
        own = (core_outside.c.issuer == self._settings.oidc_issuer, core_outside.c.account == account)
        return bool(uow.execute(sa.select(sa.exists().where(*own))).scalar())

    def disconnect(self, actor: Actor, *, uow: UnitOfWork) -> None:
        """Let the service sign the actor in no more."""
        c, account = core_outside.c, own_account(actor)
        own = (c.issuer == self._settings.oidc_issuer, c.account == account)
        if uow.execute(sa.delete(core_outside).where(*own)).rowcount:
            tell(uow, account, DISCONNECTED, name=self.name)

    def _connect(self, step: Step, said: Mapping[str, Any]) -> int:
        """Return whose account it is, connecting or making it where that is to be done, with the roles of its groups.

        Whoever connects their own account has signed in here: the groups count from the next sign-in by the service on.
        """
        subject = str(said["sub"])
        by_service = system_actor("another service says who it is")
        actor = by_service if step.account is None else self._identity.actor_of(step.account)
        with self._database.unit(self._catalogs.current(), actor, channel="web") as uow:
            known = self._known(subject, uow)
            if step.account is not None:
                self._add(step.account, known, subject, uow)
                return step.account
            account = known or self._by_address(uow, said) or self.provided.make(said, uow)
            if account is None:
                raise NotSignedIn(UNKNOWN, code="outside_unknown", name=self.name)
            self._add(account, known, subject, uow)
            self.provided.follow(account, said, uow)
            return account

    def _known(self, subject: str, uow: UnitOfWork) -> int | None:
        """Return which account is connected to a subject; where none is, nobody else is connected or made until this is done."""
        issuer, c = self._settings.oidc_issuer, core_outside.c
        found = sa.select(c.account).where(c.issuer == issuer, c.subject == subject)
        known: int | None = uow.execute(found).scalar_one_or_none()
        if known is None:
            key = sa.func.hashtextextended(f"outside {issuer}", 0)
            uow.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
            known = uow.execute(found).scalar_one_or_none()
        return known

    def _add(self, account: int, known: int | None, subject: str, uow: UnitOfWork) -> None:
        """Connect an account to a subject that is ``known`` to belong to one, or to none yet."""
        if known == account:
            return
        if known is not None:
            raise Conflict("Another account is connected to this one of {name}.", name=self.name)
        issuer = self._settings.oidc_issuer
        added = insert(core_outside).values(issuer=issuer, subject=subject, account=account)
        uow.execute(added.on_conflict_do_nothing())
        once = insert(core_once_outside).values(issuer=issuer, account=account)
        uow.execute(once.on_conflict_do_nothing())
        tell(uow, account, CONNECTED, name=self.name)

    def _by_address(self, uow: UnitOfWork, said: Mapping[str, Any]) -> int | None:
        """Return the account whose login is an address that the service says to have verified, and that never had another."""
        address = verified_address(said)
        c, once = core_account.c, core_once_outside.c
        free = ~sa.exists().where(once.account == c.id, once.issuer == self._settings.oidc_issuer)
        own = sa.select(c.id).where(c.login == address, c.active, free)
        found: int | None = uow.execute(own).scalar() if address else None
        return found

    def _failed(self, failure: Exception) -> NotSignedIn:
        reason = getattr(failure, "reason", "")
        get_logger("identity").warning("outside_failed", error=str(failure)[:200], reason=reason)
        return NotSignedIn(FAILED, code="outside_failed", name=self.name)
