"""What all pages share: the menu by rights, rendering with headers, messages that outlive a redirect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from core.access import Access
from core.i18n import Localization
from core.kernel.secrets import Secrets
from core.metadata.specs import MenuSpec
from core.web.rendering import Renderer
from core.web.visit import Visit, visit

FLASH_COOKIE = "payvand_flash"


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuEntry:
    """An entry of the sidebar."""

    label: str
    url: str
    icon: str
    entity: str
    create: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flash:
    """A message shown once on the next page; ``undo`` names the form that takes the act back."""

    message: str
    undo: str = ""


class Pages:
    """Renders pages of one site."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer

    def show(self, template: str, *, status: int = 200, nav: str = "", **values: Any) -> Response:
        """Return a page inside the shell (or the plain sign-in frame, which its template extends)."""
        present = visit()
        flash = request.cookies.get(FLASH_COOKIE, "")
        html = self.renderer.page(
            template,
            present,
            nav=nav,
            menu=menu(present) if present.signed_in else [],
            flash=_read(present, flash),
            languages=_languages(present),
            administrator=is_administrator(present),
            path=request.full_path,
            **values,
        )
        response = make_response(html, status)
        if flash:
            response.delete_cookie(FLASH_COOKIE)
        return response


def menu(present: Visit) -> list[tuple[str, list[MenuEntry]]]:
    """Return the menu entries that lead somewhere for this person, in groups."""
    access, catalog = present.site.get(Access), present.catalog
    allowed = [
        m
        for m in catalog.menus.values()
        if m.entity in catalog.entities and access.may(present.actor, m.entity, "read", catalog)
    ]
    allowed.sort(key=_order)
    first: dict[str, int] = {}
    for entry in allowed:
        first.setdefault(str(entry.group), entry.weight)
    allowed.sort(key=lambda m: (first[str(m.group)], _order(m)))
    return [
        (present.style.label(members[0].group), [_entry(present, m) for m in members])
        for _, grouped in groupby(allowed, key=lambda m: str(m.group))
        for members in [list(grouped)]
    ]


def _order(entry: MenuSpec) -> tuple[int, str]:
    return (entry.weight, entry.name)


def _entry(present: Visit, entry: MenuSpec) -> MenuEntry:
    may_create = present.site.get(Access).may(present.actor, entry.entity, "create", present.catalog)
    return MenuEntry(
        label=present.style.label(entry.label),
        icon=entry.icon,
        entity=entry.entity,
        url=url_for("web.record_list", entity=entry.entity),
        create=url_for("web.record_new", entity=entry.entity) if may_create else "",
    )


def is_administrator(present: Visit) -> bool:
    """Tell whether the person may change modules and definitions."""
    return present.signed_in and present.site.get(Access).is_administrator(present.actor, present.catalog)


def _languages(present: Visit) -> Mapping[str, str]:
    return {code: language.name for code, language in present.site.get(Localization).languages.items()}


def go(url: str, message: str = "", undo: str = "") -> Response:
    """Return a redirect (303, so that a reload sends nothing twice) with a message for the next page."""
    response = make_response(redirect(url, code=303))
    if message:
        present = visit()
        text = f"{undo}\n{message}"
        signature = present.site.get(Secrets).sign("flash", text.encode()).hex()
        response.set_cookie(
            FLASH_COOKIE,
            f"{signature}{text}".encode().hex(),
            max_age=60,
            httponly=True,
            samesite="Lax",
            secure=present.site.settings.secure_cookies,
        )
    return response


def _read(present: Visit, cookie: str) -> Flash | None:
    """Return the message of a cookie that we have signed ourselves."""
    try:
        text = bytes.fromhex(cookie).decode()
        signature, body = bytes.fromhex(text[:32]), text[32:]
    except ValueError:
        return None
    if not cookie or not present.site.get(Secrets).verify("flash", body.encode(), signature):
        return None
    undo, _, message = body.partition("\n")
    return Flash(message=message, undo=undo)


def same_site(target: str | None, otherwise: str) -> str:
    """Return an address to go to that stays on this site: a path beginning with one slash."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable():
        return target
    return otherwise
