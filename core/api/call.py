"""`Call`: one request to the API: who asks, on which catalog, and the two ways to the records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from flask import Request

from core.access import Access
from core.errors import AccessDenied, NotSignedIn, OnlyLooking, Unavailable
from core.i18n import Localization, Style
from core.identity import Identity, Opening, Session
from core.identity.forms import is_token
from core.kernel.actor import Actor, Preferences
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.storage import Database, Reader, UnitOfWork
from core.storage.catalogs import Catalogs
from core.storage.failures import STALE, sqlstate

SESSION_COOKIE = "payvand_session"
CSRF_HEADER = "X-CSRF-Token"
BEARER = "Bearer "
CONFIRM = "/account/confirm"
"""The page on which one's password is given once more."""

Result = TypeVar("Result")


@dataclass(kw_only=True, slots=True)
class Call:
    """What a route needs to know. ``catalog`` moves on only where the definitions changed under a running call."""

    site: Site
    request: Request
    actor: Actor
    catalog: Catalog
    session: Session | None = None
    """The signed-in browser that asks; None for a key, and for nobody."""
    reader: Reader | None = None
    """The connection that the call was opened on, lent to routes that only read."""

    @property
    def style(self) -> Style:
        """How the caller reads."""
        return style_for(
            self.site, self.request, self.actor.preferences, chosen_first=self.session is not None
        )

    @property
    def everybody(self) -> bool:
        """True for those who see the jobs of others."""
        return self.site.get(Access).is_administrator(self.actor, self.catalog)

    def require_administrator(self) -> None:
        """Refuse everybody but administrators."""
        self.site.get(Access).require_administrator(self.actor, self.catalog)

    def require_fresh(self) -> None:
        """Refuse a session in which the password was not given a short while ago; a key is what programs have."""
        if self.session is None:
            return
        with self.site.get(Database).unit(self.catalog, self.actor, reading=True) as uow:
            if self.site.get(Identity).is_fresh(self.session, uow=uow):
                return
        raise AccessDenied(
            "Give your password once more first, on {page}.", code="confirm_password", page=CONFIRM
        )

    def read(self, act: Callable[[Catalog], Result]) -> Result:
        """Read; once more on the new catalog where the definitions moved in between."""
        try:
            return act(self.catalog)
        except Unavailable as failure:
            if sqlstate(failure) not in STALE:
                raise
            self.catalog = self.site.get(Catalogs).current()
            return act(self.catalog)

    def write(self, act: Callable[[UnitOfWork], Result]) -> Result:
        """Do one unit of work, again from the start where that is safe and can help."""
        database, again = self.site.get(Database), False

        def once() -> Result:
            nonlocal again
            if again:
                self.catalog = self.site.get(Catalogs).current()
            again = True
            with database.unit(self.catalog, self.actor) as uow:
                return act(uow)

        return database.attempt(once)


def open_call(site: Site, request: Request, reader: Reader | None = None) -> Call:
    """Open the request: one statement for an API key, a session, or nobody."""
    given = request.headers.get("Authorization")
    identity = site.get(Identity)
    if given is not None:
        if not given.startswith(BEARER):
            raise NotSignedIn("Send an API key: Authorization: Bearer …", code="bad_authorization")
        opening = identity.open(bearer=given[len(BEARER) :].strip(), reader=reader)
        return Call(site=site, request=request, actor=opening.actor, catalog=opening.catalog, reader=reader)
    opening = identity.open(cookie=request.cookies.get(SESSION_COOKIE), reader=reader)
    if opening.session is None:
        return Call(site=site, request=request, actor=opening.actor, catalog=opening.catalog, reader=reader)
    if opening.session.needs_factor:
        raise AccessDenied("This site asks you for a second factor. Set one up first.", code="factor_missing")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        if opening.session.viewing:
            raise OnlyLooking
        _check_origin(site, request, opening)
    return Call(
        site=site,
        request=request,
        actor=replace(opening.actor, channel="api"),
        catalog=opening.catalog,
        session=opening.session,
        reader=reader,
    )


def _check_origin(site: Site, request: Request, opening: Opening) -> None:
    """Refuse what another site makes a signed-in browser send."""
    assert opening.session is not None
    token = request.headers.get(CSRF_HEADER, "")
    own = site.settings.base_url.rstrip("/") or request.host_url.rstrip("/")
    origin = request.headers.get("Origin", own)
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site"
    if origin != own or elsewhere or not is_token(token, opening.session.csrf):
        raise AccessDenied(
            "Send the token of your session in the header {header}, from a page of this site.",
            code="csrf",
            header=CSRF_HEADER,
        )


def style_for(site: Site, request: Request, preferences: Preferences, *, chosen_first: bool = False) -> Style:
    """Return how somebody reads: programs say it in Accept-Language, people have chosen it."""
    localization = site.get(Localization)
    if not (chosen_first and preferences.language):
        accepted = request.accept_languages.best_match(list(localization.languages))
        if accepted:
            preferences = replace(preferences, language=accepted)
    return localization.style(preferences, site.settings)
