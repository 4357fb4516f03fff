"""How identity learns from modules who the people behind the accounts are."""

from __future__ import annotations

from core.access import Access
from core.hooks import Plugins
from core.identity import Identity
from core.identity.accounts import Account
from core.kernel.actor import system_actor
from core.kernel.protocols import Profile
from core.kernel.site import Site
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

    return Identity(
        database=database,
        catalogs=catalogs,
        access=site.get(Access),
        profile_of=profile_of,
        account_saved=account_saved,
    )
