"""People with their accounts: found by name or login, by standing, role and team; for administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from core.access import Access
from core.identity.accounts import Account, get_account, read_accounts
from core.identity.log import PROFILE
from core.kernel.actor import Actor
from core.kernel.values import Ref
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.storage import UnitOfWork
from core.storage.kernel_tables import account as core_account

STANDINGS = ("active", "disabled", "new")
"""How an account stands: it is let in, it is kept out, or nobody has signed in with it yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which people are asked for: all where nothing is said. ``after`` is the login that the page before ended with."""

    words: str = ""
    standing: str = ""
    role: str = ""
    team: int | None = None
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """An account with what its public profile says."""

    account: Account
    name: str
    team: str = ""

    @property
    def standing(self) -> str:
        """How the account stands."""
        if not self.account.active:
            return "disabled"
        return "active" if self.account.last_sign_in else "new"


@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """Some people by login; ``next`` is what the next page comes after, empty where there is none."""

    people: Sequence[Person]
    next: str


class People:
    """Reads people with their accounts; no profile is needed for an account to be found."""

    def __init__(self, access: Access, reading: Reading) -> None:
        self._access = access
        self._reading = reading

    def find(self, actor: Actor, asked: Asked, *, uow: UnitOfWork) -> PeoplePage:
        """Return a page of the people asked for."""
        self._access.require_administrator(actor, uow.catalog)
        found = read_accounts(uow, *self._where(actor, asked, uow), limit=asked.limit + 1)
        page = found[: asked.limit]
        more = page[-1].login if len(found) > asked.limit else ""
        return PeoplePage(people=self._named(actor, page, uow), next=more)

    def get(self, actor: Actor, account_id: int, *, uow: UnitOfWork) -> Person:
        """Return one person; raise `NotFound` where there is no such account."""
        self._access.require_administrator(actor, uow.catalog)
        return self._named(actor, [get_account(uow, account_id)], uow)[0]

    def _where(self, actor: Actor, asked: Asked, uow: UnitOfWork) -> Iterable[sa.ColumnElement[bool]]:
        c = core_account.c
        if asked.after:
            yield c.login > asked.after
        if asked.standing == "disabled":
            yield c.active.is_(False)
        elif asked.standing == "new":
            yield sa.and_(c.active, c.last_sign_in.is_(None))
        elif asked.standing == "active":
            yield sa.and_(c.active, c.last_sign_in.is_not(None))
        if asked.role:
            yield c.roles.contains([asked.role])
        if asked.team is not None:
            yield c.id.in_(self._ids(actor, Query(filter=f"team == {asked.team}"), uow))
        if asked.words:
            by_login = c.login.contains(asked.words.strip().casefold(), autoescape=True)
            yield sa.or_(by_login, c.id.in_(self._ids(actor, Query(search=asked.words), uow)))

    def _ids(self, actor: Actor, query: Query, uow: UnitOfWork) -> list[int]:
        """Return the ids of the profiles that a question finds, as many as may be asked for at once."""
        return [int(str(row["id"])) for row in self._profiles(actor, query.filter, query.search, (), uow)]

    def _named(self, actor: Actor, accounts: Sequence[Account], uow: UnitOfWork) -> list[Person]:
        ids = [account.id for account in accounts]
        names: Mapping[int, Mapping[str, object]] = {
            int(str(row["id"])): row
            for row in (self._profiles(actor, f"id in {ids}", "", ("name", "team"), uow) if ids else ())
        }
        people = []
        for account in accounts:
            profile = names.get(account.id, {})
            team = profile.get("team")
            people.append(
                Person(
                    account=account,
                    name=str(profile.get("name") or account.login),
                    team=(team.title or "") if isinstance(team, Ref) else "",
                )
            )
        return people

    def _profiles(
        self, actor: Actor, where: str, words: str, fields: tuple[str, ...], uow: UnitOfWork
    ) -> list[dict[str, object]]:
        entity = uow.catalog.entities.get(PROFILE)
        if entity is None:
            return []
        known = tuple(name for name in fields if name in entity.fields)
        asked = Query(fields=("id", *known), filter=where, search=words, limit=MAX_LIMIT)
        return self._reading.find(actor, PROFILE, asked, catalog=uow.catalog, uow=uow).items
