"""`Visit`: one request of a person: who, on which catalog, in which style."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Request, g

from core.errors import AccessDenied, NotSignedIn
from core.i18n import Localization, Style
from core.identity import Identity, Opening, Session
from core.identity.forms import is_token, masked
from core.kernel.actor import Actor, Preferences
from core.kernel.secrets import Secrets
from core.kernel.site import Site
from core.metadata.catalog import Catalog

SESSION_COOKIE = "payvand_session"
LANGUAGE_COOKIE = "payvand_language"
VISITOR_COOKIE = "payvand_visitor"
SIGNING_IN = frozenset({"/sign-in", "/sign-in/code", "/sign-in/passkey", "/language"})
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What every page needs to know. ``csrf`` is the token that its forms carry."""

    site: Site
    opening: Opening
    style: Style
    csrf: str
    visitor: str = ""
    eyes: Session | None = None
    """The session of somebody who sees what another person sees; also on pages where everybody is nobody."""

    @property
    def actor(self) -> Actor:
        """Who is looking."""
        return self.opening.actor

    @property
    def reader(self) -> Actor:
        """Who is looking, reading as this page does: also where somebody has chosen a language for the browser only."""
        preferences = replace(self.actor.preferences, language=self.style.lang)
        return replace(self.actor, preferences=preferences)

    @property
    def catalog(self) -> Catalog:
        """The catalog of this request."""
        return self.opening.catalog

    @property
    def signed_in(self) -> bool:
        """True where somebody is."""
        return self.opening.session is not None

    @property
    def eyes_csrf(self) -> str:
        """The token of the form that ends it: that of the session, also on pages where everybody is nobody."""
        return masked(self.eyes.csrf) if self.eyes is not None else ""

    def require(self) -> Visit:
        """Return the visit, or raise `NotSignedIn`."""
        if not self.signed_in:
            raise NotSignedIn
        return self


def visit() -> Visit:
    """Return the visit of the present request."""
    found: Visit = g.visit
    return found


def open_visit(site: Site, request: Request, visitor: str) -> Visit:
    """Open the request: one statement, then the style of whoever asks."""
    opening = site.get(Identity).open(cookie=request.cookies.get(SESSION_COOKIE))
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    preferences = opening.actor.preferences
    session = opening.session
    eyes = session if session is not None and session.viewing is not None else None
    if eyes is None and not (session and preferences.language):
        preferences = replace(preferences, language=chosen or _accepted(site, request))
    style = site.get(Localization).style(preferences, site.settings)
    csrf = session.csrf if session else visitor_token(site, visitor)
    return Visit(site=site, opening=opening, style=style, csrf=csrf, visitor=visitor, eyes=eyes)


def as_nobody(present: Visit, request: Request) -> Visit:
    """Return the visit without its session: whoever comes to a public page is nobody there, signed in or not."""
    opening = replace(present.opening, actor=Actor(channel="public"), session=None)
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    language = Preferences(language=chosen or present.style.lang)
    return replace(
        present,
        opening=opening,
        style=present.site.get(Localization).style(language, present.site.settings),
        csrf=visitor_token(present.site, present.visitor),
    )


def _accepted(site: Site, request: Request) -> str:
    known = site.get(Localization).languages
    return request.accept_languages.best_match(list(known)) or site.settings.language


def visitor_token(site: Site, visitor: str) -> str:
    """Return the CSRF token of a visitor who has not signed in: signed, bound to their cookie."""
    return site.get(Secrets).sign("visitor", visitor.encode()).hex()


def check_csrf(present: Visit, request: Request) -> None:
    """Refuse a form that did not come from one of our pages."""
    if request.headers.get("X-Fragment") and not present.signed_in and request.path not in SIGNING_IN:
        raise NotSignedIn  # a script of ours asks again once somebody has signed in
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not is_token(given, present.csrf):
        raise AccessDenied(
            "This page is too old or came from elsewhere; reload it and try again.", code="csrf"
        )
    origin = request.headers.get("Origin")
    if origin and origin != "null" and origin not in _own_origins(present.site, request):
        raise AccessDenied(
            "This page is too old or came from elsewhere; reload it and try again.", code="csrf"
        )


def own_origin(site: Site, request: Request) -> str:
    """Return the address of the site, as it is set, else as it was asked for."""
    return _own_origins(site, request)[0]


def _own_origins(site: Site, request: Request) -> tuple[str, ...]:
    configured = site.settings.base_url.rstrip("/")
    return (configured,) if configured else (request.host_url.rstrip("/"),)
