"""The way in: the page that asks for a password, the one that asks for a code, and the cookie that follows."""

from __future__ import annotations

from flask import Response, request, url_for

from core.identity.outside import Outside
from core.identity.sessions import SESSION_DAYS, Device
from core.identity.steps import STEP_MINUTES
from core.kernel.site import Site
from core.web.pages import FRAGMENT, Pages, go
from core.web.visit import SESSION_COOKIE, visit

STEP_COOKIE = "payvand_step"
STEP_PATH = "/sign-in"


def sign_in_page(
    pages: Pages, target: str, *, status: int = 200, login: str = "", problem: str = ""
) -> Response:
    """Return the page that asks for login and password, or its dialog over another page."""
    template = "sign_in_again.html" if request.headers.get(FRAGMENT) else "sign_in.html"
    provider = provider_name(visit().site)
    return pages.show(template, status=status, next=target, login=login, problem=problem, provider=provider)


def provider_name(site: Site) -> str:
    """Return what people call the service that signs them in; empty where there is none."""
    outside = site.get(Outside)
    return outside.name if outside.offered else ""


def code_page(pages: Pages, target: str, *, status: int = 200, problem: str = "") -> Response:
    """Return the page that asks for a code, or its dialog over another page."""
    template = "sign_in_code_again.html" if request.headers.get(FRAGMENT) else "sign_in_code.html"
    return pages.show(template, status=status, next=target, problem=problem)


def let_in(site: Site, token: str, target: str) -> Response:
    """Lead on whoever has a session now."""
    response = go(target)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=SESSION_DAYS * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=site.settings.secure_cookies,
    )
    response.delete_cookie(STEP_COOKIE, path=STEP_PATH)
    return response


def second_step(site: Site, pages: Pages, token: str, target: str) -> Response:
    """Lead somebody whose password was right to where their code is asked for."""
    if request.headers.get(FRAGMENT):
        response = code_page(pages, target)
    else:
        response = go(url_for("web.sign_in_code", next=target))
    response.set_cookie(
        STEP_COOKIE,
        token,
        max_age=STEP_MINUTES * 60,
        path=STEP_PATH,
        httponly=True,
        samesite="Lax",
        secure=site.settings.secure_cookies,
    )
    return response


def device() -> Device:
    """Return from where somebody comes in."""
    return Device(address=request.remote_addr or "", agent=request.headers.get("User-Agent", ""))
