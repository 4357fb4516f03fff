"""The people who are to be told: with the rights they have now, and as they read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from core.hooks import Plugins
from core.i18n import Localization, Style
from core.kernel.actor import Actor
from core.kernel.protocols import Profile
from core.kernel.site import Site
from core.kernel.values import Ref
from core.records.reading import Reading
from core.records.search import Searching
from core.storage import UnitOfWork
from core.storage.kernel_tables import account as core_account

KNOWN = "timeline.people"

AT_ONCE = 200
"""How many people can be told of one thing."""


def site_of(uow: UnitOfWork) -> Site:
    """Return the site of a unit of work."""
    assert uow.site is not None  # only a site tells anybody anything
    return uow.site


def ids_of(users: Iterable[int | Ref | None]) -> list[int]:
    """Return the ids of people, each once, in order."""
    found = (user.id if isinstance(user, Ref) else user for user in users)
    return list(dict.fromkeys(one for one in found if one is not None))[:AT_ONCE]


def people(uow: UnitOfWork, ids: Collection[int]) -> dict[int, Actor]:
    """Return those of these people who may still sign in, as they are in this transaction."""
    known: dict[int, Actor | None] = uow.memo.setdefault(KNOWN, {})
    new = [one for one in ids if one not in known]
    if new:
        known.update(dict.fromkeys(new))
        c = core_account.c
        wanted = sa.select(c.id, c.login, c.roles).where(c.id.in_(new), c.active)
        for account, login, roles in uow.execute(wanted):
            known[account] = _actor(uow, account, login, frozenset(roles))
    return {one: actor for one in ids if (actor := known[one]) is not None}


def _actor(uow: UnitOfWork, account: int, login: str, roles: frozenset[str]) -> Actor:
    profile: Profile | None = site_of(uow).get(Plugins).call.actor_profile(account_id=account, uow=uow)
    profile = profile or Profile(name=login)
    return Actor(
        id=account,
        login=login,
        name=profile.name or login,
        roles=roles,
        team=profile.team,
        teams=profile.teams,
        teams_below=profile.teams_below,
        shared=profile.shared,
        preferences=profile.preferences,
        channel="job",
    )


def style_of(uow: UnitOfWork, actor: Actor) -> Style:
    """Return how this person reads."""
    site = site_of(uow)
    return site.get(Localization).style(actor.preferences, site.settings)


def readable(uow: UnitOfWork, actor: Actor, entity: str, ids: Collection[int]) -> Mapping[int, str | None]:
    """Return those of the records that somebody may read, with the titles that they see."""
    site = site_of(uow)
    if entity not in uow.catalog.entities or not site.get(Reading).may_read(actor, entity, uow.catalog):
        return {}
    return site.get(Searching).titles(actor, entity, tuple(ids), catalog=uow.catalog, uow=uow)
