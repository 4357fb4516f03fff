"""Accounts: who may sign in, with which roles. Kernel tables, never in the catalog, the history or an export."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.errors import AccessDenied, NotFound, Problem, ValidationFailed
from core.i18n import clean
from core.identity.links import LONGEST
from core.identity.sessions import end_sessions
from core.identity.views import end_views
from core.kernel.actor import Actor
from core.kernel.clock import latest
from core.metadata.catalog import Catalog
from core.metadata.names import suggestions
from core.storage import UnitOfWork
from core.storage.factor_tables import outside as core_outside
from core.storage.kernel_tables import account as core_account
from core.storage.kernel_tables import session as core_session
from core.storage.versions import bump_access

LONGEST_LOGIN = 200

_PARTS = re.compile(r"[@.+_-]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A login, its roles, and whether it may be used.

    ``must_change`` says that its password was made by somebody else; ``link_until`` until when a one-time link works.
    """

    id: int
    login: str
    active: bool
    roles: tuple[str, ...]
    created_at: datetime
    last_sign_in: datetime | None = None
    must_change: bool = False
    link_until: datetime | None = None


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


def insert_account(
    uow: UnitOfWork,
    login: str,
    password_hash: str | None,
    roles: Iterable[str],
    *,
    must_change: bool = False,
) -> int:
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
            must_change=must_change,
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


def get_account(uow: UnitOfWork, account_id: int) -> Account:
    """Return the account with this id, or raise `NotFound`."""
    found = read_accounts(uow, core_account.c.id == account_id)
    if not found:
        raise NotFound("There is no such account.", code="unknown_account")
    return found[0]


def read_accounts(uow: UnitOfWork, *where: sa.ColumnElement[bool], limit: int | None = None) -> list[Account]:
    """Return accounts by login."""
    c = core_account.c
    columns = (
        *(c.id, c.login, c.active, c.roles, c.created_at),
        *(c.last_sign_in, c.must_change, c.link_hash.is_not(None), c.link_until),
    )
    rows = uow.execute(sa.select(*columns).where(*where).order_by(c.login).limit(limit))
    return [
        Account(
            id=i,
            login=login,
            active=active,
            roles=tuple(roles),
            created_at=at,
            last_sign_in=last,
            must_change=must_change,
            link_until=until if linked and uow.now < until <= latest(uow.now, LONGEST) else None,
        )
        for i, login, active, roles, at, last, must_change, linked, until in rows
    ]


def change_account(
    uow: UnitOfWork, account_id: int, *, ends_sessions: bool, keeps: int | None = None, **values: object
) -> None:
    """Change an account; whoever remembered its rights forgets them in this transaction.

    With ``ends_sessions`` nobody stays signed in with it, but in the session that it ``keeps``.
    """
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
        end_sessions(uow, account_id, but=keeps)
    bump_access(uow)


def forget_outside(uow: UnitOfWork, account_id: int) -> None:
    """Let no other service sign an account in any more."""
    uow.execute(sa.delete(core_outside).where(core_outside.c.account == account_id))


def keep_an_administrator(uow: UnitOfWork, account_id: int, roles: Iterable[str], granting: set[str]) -> None:
    """Refuse what would leave nobody who may administer; ``granting`` are the roles that let people do so.

    ``roles`` are what the account will have: none where it is kept out. The rows of all administrators are locked,
    so that of two who take it from each other at once the second is refused.
    """
    if granting & set(roles):
        return
    c = core_account.c
    able = uow.execute(
        sa.select(c.id)
        .where(c.active, c.roles.overlap(list(granting)))
        .order_by(c.id)
        .with_for_update(key_share=True)
    ).scalars()
    left = set(able)
    if account_id in left and len(left) == 1:
        raise AccessDenied(
            "This is the last administrator; make somebody else one first.", code="last_administrator"
        )


def is_self(actor: Actor, account_id: int) -> bool:
    """Tell whether the actor acts on their own account."""
    return actor.id == account_id and actor.scopes is None
