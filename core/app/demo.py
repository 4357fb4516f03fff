"""Accounts to play with: their logins stand in the modules, their passwords are random and told by `payvand init`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.declaration.strict_yaml import read_text
from core.identity import Account, Identity
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.lifecycle import Discovery, Lifecycle
from core.metadata.catalog import Catalog
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.external_ids import remember_external_ids

PASSWORDS = "demo-accounts.txt"


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoAccount:
    """One account of the demo: who it is for modules (key and entity), and what it may do."""

    key: str
    login: str
    name: str
    roles: frozenset[str]
    owner: str
    entity: str


def load_demo(site: Site) -> Mapping[str, str]:
    """Create the accounts and the records of the demo where they are missing; return the passwords by login."""
    system = system_actor("demo data")
    catalog = site.get(Catalogs).current()
    path = site.settings.home / PASSWORDS
    passwords = read_passwords(path)
    accounts = _accounts(site, catalog)
    with site.get(Database).unit(catalog, system) as uow:
        present = {account.login: account for account in site.get(Identity).accounts(system, uow=uow)}
        known: dict[str, tuple[str, int]] = {}
        for wanted in accounts:
            account = _ensure(site.get(Identity), system, wanted, present.get(wanted.login), passwords, uow)
            remember_external_ids(uow, f"module:{wanted.owner}", wanted.entity, {wanted.key: account.id})
            known[wanted.login] = known[wanted.key] = (wanted.entity, account.id)
        _write_passwords(path, passwords)
    site.get(Lifecycle).demo(system, known)
    return {wanted.login: passwords[wanted.login] for wanted in accounts}


def read_passwords(path: Path) -> dict[str, str]:
    """Return the passwords told before, by login."""
    if not path.is_file():
        return {}
    pairs = (
        line.split(maxsplit=1) for line in path.read_text().splitlines() if line and not line.startswith("#")
    )
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _ensure(
    identity: Identity,
    system: Actor,
    wanted: DemoAccount,
    present: Account | None,
    passwords: dict[str, str],
    uow: UnitOfWork,
) -> Account:
    """Create the account, or give it a new password where the old one was lost."""
    if present is not None and wanted.login in passwords:
        return present
    passwords[wanted.login] = secrets.token_urlsafe(12)
    if present is None:
        return identity.create_account(
            system, wanted.login, passwords[wanted.login], wanted.roles, name=wanted.name, uow=uow
        )
    identity.set_password(system, present, passwords[wanted.login], uow=uow)
    return present


def _write_passwords(path: Path, passwords: Mapping[str, str]) -> None:
    """Write the file whole or not at all, for its owner's eyes only."""
    text = "# Accounts of the demo; `payvand init --demo` prints them.\n"
    text += "".join(f"{login} {password}\n" for login, password in passwords.items())
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _accounts(site: Site, catalog: Catalog) -> list[DemoAccount]:
    """Gather the accounts of all enabled modules; what several say of one login adds up."""
    found: dict[str, DemoAccount] = {}
    for account in _written(site, catalog):
        first = found.setdefault(account.login, account)
        found[account.login] = DemoAccount(
            key=first.key,
            login=first.login,
            name=first.name,
            owner=first.owner,
            entity=first.entity,
            roles=(first.roles | account.roles) & catalog.roles.keys(),
        )
    return list(found.values())


def _written(site: Site, catalog: Catalog) -> Iterator[DemoAccount]:
    here = site.get(Discovery).locations()
    for module in [name for name in catalog.modules if name in here]:
        for path in sorted((here[module][0] / "demo" / "accounts").glob("*.yaml")):
            body: Any = read_text(path.read_text(encoding="utf-8"), "/".join(path.parts[-4:])).value
            for key, account in body["accounts"].items():
                yield DemoAccount(
                    key=key,
                    owner=module,
                    entity=str(body.get("entity", "")),
                    login=account["login"],
                    name=account.get("name", ""),
                    roles=frozenset(account.get("roles", ())),
                )
