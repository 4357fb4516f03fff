"""Accounts: who may sign in, with which roles. Kernel tables, never in the catalog, the history or an export."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.errors import NotFound, Problem, ValidationFailed
from core.i18n import clean
from core.identity.views import end_views
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.names import suggestions
from core.storage import UnitOfWork
from core.storage.kernel_tables import account as core_account
from core.storage.kernel_tables import session as core_session
from core.storage.versions import bump_access

LONGEST_LOGIN = 200

_PARTS = re.compile(r"[@.+_-]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A login, its roles, and whether it may be used."""

    id: int
    login: str
    active: bool
    roles: tuple[str, ...]
    created_at: datetime


def normal_login(text: str) -> str:
    """Return a login as it is stored and compared; refuse what could pass for another one."""
    given = text.strip()
    login = clean(given).casefold()
    hidden = any(not letter.isprintable() or letter.isspace() for letter in given)
    if not login or len(login) > LONGEST_LOGIN or hidden or any(map(_mixes_scripts, _PARTS.split(login))):
        raise ValidationFailed(
            problems=[
                Problem(
                    code="bad_login",
                    field="login",
                    message="A login is an e-mail address or a word without spaces.",
                )
            ]
        )
    return login


def _mixes_scripts(part: str) -> bool:
    """Tell whether a part is made of letters of two scripts, some of which look alike."""
    return len({unicodedata.name(letter, "").partition(" ")[0] for letter in part if letter.isalpha()}) > 1


def insert_account(uow: UnitOfWork, login: str, password_hash: str | None, roles: Iterable[str]) -> int:
    """Add an account and return its id."""
    login = normal_login(login)
    wanted = check_roles(roles, uow.catalog)
    if uow.execute(sa.select(core_account.c.id).where(core_account.c.login == login)).first():
        raise ValidationFailed(
            problems=[
                Problem(code="taken", field="login", message="There is already an account with this login.")
            ]
        )
    account_id: int = uow.execute(
        sa.insert(core_account)
        .values(
            login=login,
            password_hash=password_hash,
            roles=list(wanted),
            created_at=uow.now,
        )
        .returning(core_account.c.id)
    ).scalar_one()
    bump_access(uow)
    return account_id


def check_roles(roles: Iterable[str], catalog: Catalog) -> tuple[str, ...]:
    """Return the roles sorted, or refuse those that do not exist."""
    wanted = tuple(sorted(set(roles)))
    problems = [
        Problem(
            code="unknown_role",
            field="roles",
            message="There is no role {name}. Perhaps: {nearest}.",
            params={"name": name, "nearest": suggestions(name, catalog.roles)},
        )
        for name in wanted
        if name not in catalog.roles
    ]
    if problems:
        raise ValidationFailed(problems=problems)
    return wanted


def find_account(uow: UnitOfWork, login: str) -> Account:
    """Return the account with this login, or raise `NotFound`."""
    rows = read_accounts(uow, core_account.c.login == normal_login(login))
    if not rows:
        raise NotFound("There is no account {login}.", login=login[:80])
    return rows[0]


def read_accounts(uow: UnitOfWork, *where: sa.ColumnElement[bool]) -> list[Account]:
    """Return accounts by login."""
    columns = (
        core_account.c.id,
        core_account.c.login,
        core_account.c.active,
        core_account.c.roles,
        core_account.c.created_at,
    )
    rows = uow.execute(sa.select(*columns).where(*where).order_by(core_account.c.login))
    return [
        Account(id=i, login=login, active=active, roles=tuple(roles), created_at=at)
        for i, login, active, roles, at in rows
    ]


def change_account(uow: UnitOfWork, account_id: int, *, ends_sessions: bool, **values: object) -> None:
    """Change an account; whoever remembered its rights forgets them in this transaction."""
    changed = uow.execute(
        sa.update(core_account)
        .where(core_account.c.id == account_id)
        .values(epoch=core_account.c.epoch + 1, **values)
    ).rowcount
    if not changed:
        raise NotFound
    c = core_session.c
    end_views(uow.connection, sa.or_(c.account == account_id, c.viewing == account_id), uow.now)
    if ends_sessions:
        uow.execute(sa.delete(core_session).where(core_session.c.account == account_id))
    bump_access(uow)


def is_self(actor: Actor, account_id: int) -> bool:
    """Tell whether the actor acts on their own account."""
    return actor.id == account_id and actor.scopes is None
