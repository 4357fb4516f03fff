"""How identity learns from modules who the people behind the accounts are."""

from __future__ import annotations

from urllib.parse import urlsplit

from core.access import Access
from core.config import Settings
from core.egress import Egress
from core.hooks import Plugins
from core.identity import Identity
from core.identity.accounts import Account
from core.identity.outside import Outside
from core.identity.passkeys import Passkeys
from core.identity.second_factor import SecondFactors
from core.kernel.actor import Actor, system_actor
from core.kernel.protocols import Profile
from core.kernel.secrets import Secrets
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs


def build_identity(site: Site) -> Identity:
    """Return the identity of a site, with the modules' hooks behind it."""
    database, catalogs, plugins = site.get(Database), site.get(Catalogs), site.get(Plugins)
    reader = system_actor("the profile of who is asking")

    def profile_of(account_id: int) -> Profile | None:
        with database.unit(catalogs.current(), reader) as uow:
            profile: Profile | None = plugins.call.actor_profile(account_id=account_id, uow=uow)
        return profile

    def account_saved(*, account: Account, name: str, uow: UnitOfWork) -> None:
        plugins.call.account_saved(account=account, name=name, uow=uow)

    access, wanted = site.get(Access), site.settings.second_factor

    def needs_factor(actor: Actor, catalog: Catalog) -> bool:
        return wanted == "everyone" or (
            wanted == "administrators" and access.is_administrator(actor, catalog)
        )

    factors = SecondFactors(site.get(Secrets), access, _issuer(site))
    return Identity(
        database=database,
        catalogs=catalogs,
        access=access,
        profile_of=profile_of,
        account_saved=account_saved,
        factors=factors,
        passkeys=Passkeys(site.get(Secrets), factors),
        needs_factor=needs_factor,
    )


def outside_of(site: Site, settings: Settings) -> Outside:
    """Return the way in by another service, with what it is asked by."""
    return Outside(
        settings,
        site.get(Database),
        site.get(Catalogs),
        site.get(Identity),
        site.get(Egress),
        site.get(Reading),
        site.get(Records),
    )


def _issuer(site: Site) -> str:
    """Return what an app calls this site: with its host, so that two sites are told apart."""
    host = urlsplit(site.settings.base_url).hostname
    return f"Payvand {host}" if host else "Payvand"
