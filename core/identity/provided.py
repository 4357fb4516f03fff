"""What becomes of what a sign-in service says of people: an account at their first sign-in, and the roles that it owns.

Both are off until the settings say so. The service owns the roles that the settings give to its groups: they are given and
taken at each sign-in by it. All others are given here, and it takes none of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.config import Settings
from core.errors import AccessDenied, NotSignedIn, Problem, SettingsInvalid
from core.i18n import clean
from core.identity.accounts import change_account, get_account, keep_an_administrator
from core.identity.log import PROFILE, tell
from core.identity.service import Identity
from core.kernel.actor import system_actor
from core.log import get_logger
from core.metadata.catalog import Catalog
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import UnitOfWork
from core.storage.kernel_tables import account as core_account

ROLES, NEW_ROLES, DOMAINS, TEAM = (
    "PAYVAND_OIDC_ROLES",
    "PAYVAND_OIDC_NEW_ROLES",
    "PAYVAND_OIDC_DOMAINS",
    "PAYVAND_OIDC_NEW_TEAM",
)
UNVERIFIED = (
    "{name} has not verified an e-mail address of yours, and without one no account is made here. Have it verified there, "
    "sign in with your password if you have one, or ask an administrator."
)
ELSEWHERE = "Accounts are made here for people of certain mail domains, and yours is none of them. Ask an administrator."
LONGEST_NAME = 100

_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.ASCII)
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)


def verified_address(said: Mapping[str, Any]) -> str:
    """Return the address that a service says to have verified, in small letters; empty where there is none.

    Only plain letters: of others two addresses may become the same login (the Kelvin sign and k, ß and ss), and whoever
    has the one would come to be the other.
    """
    given = said.get("email")
    if said.get("email_verified") is not True or not isinstance(given, str):
        return ""
    address = given.lower() if given.isascii() else ""
    return address if _ADDRESS.fullmatch(address) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What the settings say: of which mail domains people get an account, with what, and which roles groups give."""

    domains: frozenset[str]
    new_roles: tuple[str, ...]
    new_team: str
    claim: str
    by_group: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        """Read the settings; raise `SettingsInvalid` naming the first wrong one."""
        domains = frozenset(part.lower().removeprefix("@") for part in _parts(settings.oidc_domains))
        for domain in domains:
            if not _DOMAIN.fullmatch(domain):
                raise SettingsInvalid(
                    name=DOMAINS, reason=f"{domain[:80]!r} is no mail domain such as example.com"
                )
        return cls(
            domains=domains,
            new_roles=tuple(_parts(settings.oidc_new_roles)),
            new_team=settings.oidc_new_team.strip(),
            claim=settings.oidc_claim.strip(),
            by_group=_by_group(settings.oidc_roles.strip()),
        )

    @property
    def owned(self) -> frozenset[str]:
        """The roles that the service owns: those that any group gives."""
        return frozenset(role for roles in self.by_group.values() for role in roles)

    def given(self, said: Mapping[str, Any]) -> frozenset[str]:
        """Return the roles that the groups of somebody give; what is no text among them gives none."""
        groups = _told(said, self.claim)
        if isinstance(groups, str):
            groups = [groups]
        named = {group for group in groups if isinstance(group, str)} if isinstance(groups, list) else set()
        return frozenset(role for group in named & self.by_group.keys() for role in self.by_group[group])


class Provided:
    """Makes accounts and gives roles as a service says, inside of what the settings allow."""

    def __init__(
        self, settings: Settings, name: str, identity: Identity, reading: Reading, records: Records
    ) -> None:
        self.rules = Rules.of(settings)
        self._name = name
        self._identity = identity
        self._reading = reading
        self._records = records

    def make(self, said: Mapping[str, Any], uow: UnitOfWork) -> int | None:
        """Make the account of somebody who was named first; None where none is to be made.

        Whoever has an account with this address, locked or connected otherwise, gets no other one.
        """
        if not self.rules.domains:
            return None
        address = verified_address(said)
        if not address:
            raise NotSignedIn(UNVERIFIED, code="outside_unverified", name=self._name)
        if address.rpartition("@")[2] not in self.rules.domains:
            raise NotSignedIn(ELSEWHERE, code="outside_elsewhere")
        if uow.execute(sa.select(core_account.c.id).where(core_account.c.login == address)).first():
            return None
        system = system_actor("the first sign-in by another service")
        roles = [role for role in self.rules.new_roles if _usual(role, uow.catalog, self._identity)]
        made = self._identity.create_account(
            system, address, None, roles, name=_name(said) or address, service=self._name, uow=uow
        )
        self._join_team(made.id, uow)
        return made.id

    def follow(self, account_id: int, said: Mapping[str, Any], uow: UnitOfWork) -> None:
        """Give and take the roles that the service owns, as its groups say today; the last administrator stays one."""
        owned = self.rules.owned
        if not owned:
            return
        uow.execute(
            sa.select(core_account.c.id)
            .where(core_account.c.id == account_id)
            .with_for_update(key_share=True)
        )
        account = get_account(uow, account_id)
        if not account.active:
            return
        before, catalog = frozenset(account.roles), uow.catalog
        given = {
            r
            for r in self.rules.given(said)
            if _explicit(r, catalog, self._identity) or _asleep(r, before, catalog)
        }
        wanted = self._kept(account_id, before, (before - owned) | given, uow)
        if wanted == before:
            return
        change_account(uow, account_id, ends_sessions=False, roles=sorted(wanted))
        added, removed = sorted(wanted - before), sorted(before - wanted)
        tell(uow, account_id, "roles", service=self._name, added=added, removed=removed)

    def problems(self, catalog: Catalog) -> Iterator[Problem]:
        """Yield what the settings name and is not given: roles that are not there, and those that administer by the way."""
        for setting, roles in ((NEW_ROLES, self.rules.new_roles), (ROLES, sorted(self.rules.owned))):
            for role in roles:
                if role not in catalog.roles:
                    yield Problem(
                        code="outside_roles",
                        message="{setting} names the role {role}, and there is none: it is given to nobody.",
                        params={"setting": setting, "role": role},
                    )
                elif not _usual(role, catalog, self._identity):
                    yield from self._administering(setting, role, catalog)

    def _administering(self, setting: str, role: str, catalog: Catalog) -> Iterator[Problem]:
        if setting == NEW_ROLES:
            yield Problem(
                code="outside_roles",
                message="{setting} names the role {role}, which administers: it is given to nobody.",
                params={"setting": setting, "role": role},
            )
        elif not _explicit(role, catalog, self._identity):
            yield Problem(
                code="outside_roles",
                message="{setting} names the role {role}, which administers by a role that comes with it: it is given to "
                "nobody. Name that role itself where you mean it.",
                params={"setting": setting, "role": role},
            )

    def _kept(
        self, account_id: int, before: frozenset[str], wanted: frozenset[str], uow: UnitOfWork
    ) -> frozenset[str]:
        granting = self._identity.granting(uow.catalog)
        try:
            if before & granting:
                keep_an_administrator(uow, account_id, wanted, granting)
        except AccessDenied:
            get_logger("identity").warning("outside_last_administrator", account=account_id)
            return wanted | before & granting
        return wanted

    def _join_team(self, account_id: int, uow: UnitOfWork) -> None:
        """Let a new person belong to the team of the settings, where there is one of that name."""
        profile = uow.catalog.entities.get(PROFILE)
        field = profile.fields.get("team") if profile is not None and self.rules.new_team else None
        if field is None:
            return
        system, target = system_actor("the first sign-in by another service"), str(field.option("to"))
        title = uow.catalog.entity(target).title
        asked = Query(fields=("id", title), sort=(title,), limit=MAX_LIMIT)
        found = self._reading.find(system, target, asked, catalog=uow.catalog, uow=uow).items
        ids = [row["id"] for row in found if row[title] == clean(self.rules.new_team)]
        if len(ids) == 1:
            self._records.update(system, PROFILE, account_id, {"team": ids[0]}, version=None, uow=uow)
        else:
            get_logger("identity").warning("outside_no_team", setting=TEAM, found=len(ids))


def _usual(role: str, catalog: Catalog, identity: Identity) -> bool:
    """Tell whether a role is there and lets nobody administer: others are given to no new account."""
    return role in catalog.roles and role not in identity.granting(catalog)


def _explicit(role: str, catalog: Catalog, identity: Identity) -> bool:
    """Tell whether groups may give a role: one that administers only where it is itself the role that says so."""
    return role in catalog.roles and (catalog.roles[role].administrator or _usual(role, catalog, identity))


def _asleep(role: str, before: Iterable[str], catalog: Catalog) -> bool:
    """Tell whether a role that somebody has is one of a module that sleeps: it gives nothing, and stays."""
    return role in before and role not in catalog.roles


def _told(said: Mapping[str, Any], name: str) -> object:
    """Return a claim by its name, or by the way to it in objects, with dots between."""
    if name in said:
        return said[name]
    found: object = said
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _name(said: Mapping[str, Any]) -> str:
    given = said.get("name")
    if not isinstance(given, str):
        return ""
    return clean("".join(letter for letter in given[:1000] if letter.isprintable() or letter == "\u200c"))[
        :LONGEST_NAME
    ]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _by_group(told: str) -> Mapping[str, tuple[str, ...]]:
    """Read which roles groups give: JSON, or the path of a file with it."""
    if not told:
        return {}
    try:
        found = json.loads(told if told.startswith("{") else Path(told).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as failure:
        raise SettingsInvalid(
            name=ROLES, reason=f"it is neither JSON nor a file with JSON: {failure}"
        ) from failure
    if not isinstance(found, dict):
        raise SettingsInvalid(name=ROLES, reason='it is no object such as {"staff": ["base.member"]}')
    return {group: _roles(group, roles) for group, roles in found.items()}


def _roles(group: str, told: object) -> tuple[str, ...]:
    roles = [told] if isinstance(told, str) else told
    if not isinstance(roles, list) or not all(isinstance(role, str) and role for role in roles):
        raise SettingsInvalid(name=ROLES, reason=f"the group {group[:80]!r} gives no list of roles")
    return tuple(roles)
