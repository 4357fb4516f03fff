"""What belongs to an account: its open sessions, and its API keys. Their owner keeps them, and administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import AccessDenied, NotFound, Problem, ValidationFailed
from core.identity.keeping import AccountKeeping
from core.identity.log import tell
from core.identity.sessions import OpenSession, end_session, end_sessions, read_sessions
from core.identity.tokens import new_key, token_hash
from core.kernel.actor import Actor, Scope
from core.storage import UnitOfWork
from core.storage.kernel_tables import api_key as core_api_key

LONGEST_NAME = 100
LONGEST_DAYS = 3650
MOST_SCOPES = 100


class OwnKeeping(AccountKeeping):
    """Sessions and API keys of accounts; every act is one unit of work of the caller."""

    def sessions(self, actor: Actor, account_id: int, *, uow: UnitOfWork) -> Sequence[OpenSession]:
        """Return the open sessions of an account, those used last first."""
        self._require(actor, account_id, uow)
        return read_sessions(uow, account_id)

    def end_session(self, actor: Actor, account_id: int, session: int, *, uow: UnitOfWork) -> None:
        """Sign somebody out of one browser."""
        self._require(actor, account_id, uow)
        device = end_session(uow, account_id, session)
        tell(uow, account_id, "session_ended", agent=device.agent, address=device.address)

    def end_sessions(self, actor: Actor, account_id: int, *, uow: UnitOfWork, but: int | None = None) -> int:
        """Sign somebody out everywhere, perhaps but in one session; return how many have ended."""
        self._require(actor, account_id, uow)
        ended = end_sessions(uow, account_id, but=but)
        if ended:
            tell(uow, account_id, "signed_out", sessions=ended)
        return ended

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
        """Return a new API key, shown this once; it can do what its scopes name and its owner may.

        People make keys: one that was made by a key could do more than that, or work for longer.
        """
        if actor.scopes is not None:
            raise AccessDenied("A key makes no keys. Sign in with your password to make one.", code="by_key")
        self._require(actor, account_id, uow)
        name = " ".join(name.split())[:LONGEST_NAME]
        _check_key(name, scopes, days)
        key = new_key()
        named = [{"entity": s.entity, "action": s.action} for s in scopes]
        until = None if days is None else uow.now + timedelta(days=days)
        uow.execute(
            sa.insert(core_api_key).values(
                account=account_id,
                name=name,
                prefix=key[:10],
                key_hash=token_hash(key),
                created_at=uow.now,
                expires_at=until,
                scopes=named,
            )
        )
        tell(uow, account_id, "key_made", name=name, scopes=named, days=days)
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
        return [{str(name): value for name, value in row.items()} for row in rows]

    def own_keys(self, actor: Actor, account_id: int, *, uow: UnitOfWork) -> list[Mapping[str, Any]]:
        """Return the keys of an account to whoever it belongs to, and to administrators."""
        self._require(actor, account_id, uow)
        return self.keys(account_id, uow=uow)

    def revoke_key(self, actor: Actor, account_id: int, key_id: int, *, uow: UnitOfWork) -> None:
        """End an API key at once; ending it again changes nothing."""
        self._require(actor, account_id, uow)
        c = core_api_key.c
        own = sa.and_(c.id == key_id, c.account == account_id)
        found = uow.execute(sa.select(c.name, c.revoked_at).where(own).with_for_update()).one_or_none()
        if found is None:
            raise NotFound("There is no such key.", code="unknown_key")
        if found.revoked_at is None:
            uow.execute(sa.update(core_api_key).where(own).values(revoked_at=uow.now))
            tell(uow, account_id, "key_revoked", name=found.name)


def _check_key(name: str, scopes: Sequence[Scope], days: int | None) -> None:
    problems = []
    if not name:
        problems.append(Problem(code="required", field="name", message="Say what the key is for."))
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        problems.append(
            Problem(
                code="days",
                field="days",
                message="A key works for 1 to {most} days.",
                params={"most": LONGEST_DAYS},
            )
        )
    if len(scopes) > MOST_SCOPES:
        problems.append(
            Problem(
                code="too_many",
                field="scopes",
                message="A key has {most} scopes at most.",
                params={"most": MOST_SCOPES},
            )
        )
    if problems:
        raise ValidationFailed(problems=problems)
