"""Keeping accounts: what administrators do to those of others, each told in the log of the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from core.access import Access
from core.errors import AccessDenied
from core.identity.accounts import (
    Account,
    change_account,
    check_roles,
    find_account,
    forget_outside,
    get_account,
    insert_account,
    is_self,
    keep_an_administrator,
    read_accounts,
)
from core.identity.links import LINK_HOURS, new_link, new_password
from core.identity.log import Entry, read_log, tell
from core.identity.passwords import Passwords, check_password
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.specs import Json
from core.storage import UnitOfWork
from core.storage.kernel_tables import account as core_account


class AccountHook(Protocol):
    """Tells modules that an account was made or changed, in its transaction."""

    def __call__(self, *, account: Account, name: str, uow: UnitOfWork) -> object:
        """Keep what belongs to the account in step with it; ``name`` is empty where it stays as it is."""


class AccountKeeping:
    """Accounts, for administrators; every act is one unit of work of the caller."""

    def __init__(self, access: Access, account_saved: AccountHook) -> None:
        self._access = access
        self._account_saved = account_saved
        self._passwords = Passwords()

    def create_account(
        self,
        actor: Actor,
        login: str,
        password: str | None,
        roles: Iterable[str],
        *,
        name: str,
        uow: UnitOfWork,
        must_change: bool = False,
        service: str = "",
    ) -> Account:
        """Add an account with its public profile; ``must_change`` where its owner chooses another password first.

        ``service`` is the one that has named its owner, where nobody here has made it.
        """
        self._access.require_administrator(actor, uow.catalog)
        if password is not None:
            check_password(password, login)
        hashed = None if password is None else self._passwords.hash(password)
        account_id = insert_account(uow, login, hashed, roles, must_change=must_change)
        account = get_account(uow, account_id)
        self._account_saved(account=account, name=name or account.login, uow=uow)
        by: dict[str, Json] = {"service": service} if service else {}
        tell(uow, account_id, "created", None, login=account.login, roles=list(account.roles), **by)
        return account

    def accounts(self, actor: Actor, *, uow: UnitOfWork) -> list[Account]:
        """Return all accounts, for administrators."""
        self._access.require_administrator(actor, uow.catalog)
        return read_accounts(uow)

    def account(self, actor: Actor, account_id: int, *, uow: UnitOfWork) -> Account:
        """Return an account to administrators and to whoever it belongs to."""
        self._require(actor, account_id, uow)
        return get_account(uow, account_id)

    def find_account(self, login: str, *, uow: UnitOfWork) -> Account:
        """Return the account with this login."""
        return find_account(uow, login)

    def set_password(self, actor: Actor, account: Account, password: str, *, uow: UnitOfWork) -> None:
        """Give an account a new password and end its sessions."""
        self._require(actor, account.id, uow)
        check_password(password, account.login)
        hashed = self._passwords.hash(password)
        change_account(
            uow, account.id, ends_sessions=True, password_hash=hashed, must_change=False, link_hash=None
        )
        tell(uow, account.id, "password")

    def set_roles(self, actor: Actor, account_id: int, roles: Iterable[str], *, uow: UnitOfWork) -> None:
        """Give an account other roles; from the next request on they hold everywhere."""
        self._access.require_administrator(actor, uow.catalog)
        before = get_account(uow, account_id)
        # A role of a module that sleeps gives nothing and stays; one that is asked for anew must be there.
        asked = set(roles)
        asleep = asked & set(before.roles) - uow.catalog.roles.keys()
        wanted = sorted({*check_roles(asked - asleep, uow.catalog), *asleep})
        if actor.elevated is None and before.active:
            keep_an_administrator(uow, account_id, wanted, self.granting(uow.catalog))
        change_account(uow, account_id, ends_sessions=False, roles=wanted)
        if wanted != sorted(before.roles):
            tell(
                uow,
                account_id,
                "roles",
                added=sorted({*wanted} - {*before.roles}),
                removed=sorted({*before.roles} - {*wanted}),
            )

    def set_active(self, actor: Actor, account_id: int, active: bool, *, uow: UnitOfWork) -> None:
        """Let an account in or keep it out; keeping it out ends its sessions and its link."""
        self._access.require_administrator(actor, uow.catalog)
        if actor.id == account_id and not active:
            raise AccessDenied("You cannot lock yourself out.", code="own_account")
        before = get_account(uow, account_id)
        if not active and actor.elevated is None:
            keep_an_administrator(uow, account_id, (), self.granting(uow.catalog))
        cut = {} if active else {"link_hash": None}
        change_account(uow, account_id, ends_sessions=not active, active=active, **cut)
        self._account_saved(account=get_account(uow, account_id), name="", uow=uow)
        if before.active != active:
            tell(uow, account_id, "opened" if active else "locked")

    def make_link(self, actor: Actor, account_id: int, *, uow: UnitOfWork) -> str:
        """Return the token of a one-time link to hand over; the password of today works until it is used."""
        self._access.require_administrator(actor, uow.catalog)
        account = get_account(uow, account_id)
        if not account.active:
            raise AccessDenied("The account is locked; let it in first.", code="account_locked")
        tell(uow, account_id, "link", hours=LINK_HOURS)
        return new_link(uow.connection, account_id, uow.now + timedelta(hours=LINK_HOURS))

    def reset_password(self, actor: Actor, account_id: int, *, uow: UnitOfWork) -> str:
        """Return a new password to hand over, which its owner replaces at the next sign-in.

        All sessions end, and no other service signs in any more until the owner connects it again.
        """
        self._access.require_administrator(actor, uow.catalog)
        get_account(uow, account_id)
        forget_outside(uow, account_id)
        password = new_password()
        hashed = self._passwords.hash(password)
        change_account(
            uow, account_id, ends_sessions=True, password_hash=hashed, must_change=True, link_hash=None
        )
        tell(uow, account_id, "reset")
        return password

    def log(self, actor: Actor, account_id: int, limit: int, *, uow: UnitOfWork) -> Sequence[Entry]:
        """Return what happened to an account, newest first."""
        self._require(actor, account_id, uow)
        return read_log(uow, account_id, limit)

    def administrators(self, uow: UnitOfWork) -> list[Account]:
        """Return the accounts that may administer and are not locked; nobody is asked for a right."""
        able = list(self.granting(uow.catalog))
        return read_accounts(uow, core_account.c.active, core_account.c.roles.overlap(able))

    def granting(self, catalog: Catalog) -> set[str]:
        """Return the roles that let people administer."""
        return {
            name for name in catalog.roles if self._access.of_roles(frozenset({name}), catalog).everything
        }

    def _require(self, actor: Actor, account_id: int, uow: UnitOfWork) -> None:
        """Refuse everybody but administrators and whoever the account belongs to."""
        if not is_self(actor, account_id):
            self._access.require_administrator(actor, uow.catalog)
