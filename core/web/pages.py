"""What all pages share: the menu by rights, rendering with headers, messages that outlive a redirect."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from markupsafe import Markup

from core.access import Access, key_of
from core.contributions import Panel, Routes
from core.contributions.addresses import route_address
from core.i18n import Localization
from core.kernel.secrets import Secrets
from core.metadata.specs import MenuSpec
from core.records.compiled import Kept
from core.timeline.inbox import unread
from core.web.compression import leave_plain
from core.web.looking import open_look
from core.web.rendering import Renderer
from core.web.visit import Visit, visit

MENUS = 256
FLASH_COOKIE = "payvand_flash"
FRAGMENT = "X-Fragment"
"""Header of a script that asks for a page's inside only, to show it in a dialog."""

STAY = "X-Stay"
"""Header of such a script that will not go where it is led, and tells what was done itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuEntry:
    """An entry of the sidebar."""

    label: str
    url: str
    icon: str
    entity: str
    create: str = ""
    key: str = ""
    """The letter that leads there after G."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WayBack:
    """The form that takes an act back: where it is sent, and what stands in it."""

    url: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Flash:
    """A message shown once on the next page, with the way back from what it tells."""

    message: str
    undo: WayBack | None = None


class Pages:
    """Renders pages of one site."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._menus: Kept[list[tuple[str, list[MenuEntry]]]] = Kept(MENUS)

    def panel(self, panel: Panel, present: Visit) -> Markup:
        """Return what a module shows on a page of ours; where that is a secret, the page is not compressed."""
        if panel.secret:
            leave_plain()
        return self.renderer.part(panel.template, present, **panel.values)

    def show(self, template: str, *, status: int = 200, nav: str = "", **values: Any) -> Response:
        """Return a page inside the shell (or the plain sign-in frame, which its template extends)."""
        present = visit()
        flash = request.cookies.get(FLASH_COOKIE, "")
        html = self.renderer.page(
            template,
            present,
            nav=nav,
            menu=self._menu(present),
            flash=_read(present, flash),
            languages=_languages(present),
            administrator=is_administrator(present),
            path=request.full_path,
            unread=cache(lambda: unread(present.site, present.actor, present.catalog, open_look())),
            frame=self.frame(present),
            **values,
        )
        response = make_response(html, status)
        if flash:
            response.delete_cookie(FLASH_COOKIE)
        return response

    def _menu(self, present: Visit) -> list[tuple[str, list[MenuEntry]]]:
        """Return the menu, made once for all with the same rights and style."""
        if not present.signed_in:
            return []
        catalog, rights = present.catalog, key_of(present.actor)
        way = (catalog.version, catalog.digest, present.style, rights, request.script_root)
        return self._menus.get(way, lambda: menu(present))

    def frame(self, present: Visit) -> str:
        """Return the template around a page: a dialog where a script asks for one, the shell, or the plain frame."""
        if request.headers.get(FRAGMENT) == "dialog":
            return "_dialog.html"
        return "_shell.html" if present.signed_in else "_plain.html"


def menu(present: Visit) -> list[tuple[str, list[MenuEntry]]]:
    """Return the menu entries that lead somewhere for this person, in groups."""
    access, catalog = present.site.get(Access), present.catalog
    allowed = [m for m in catalog.menus.values() if _opens(present, access, m)]
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


def _opens(present: Visit, access: Access, entry: MenuSpec) -> bool:
    """Tell whether an entry leads somewhere for this person."""
    if entry.route:
        route = present.site.get(Routes).find(entry.route)
        if route is None or route.grant is None:
            return route is not None
        sees = not route.reads or access.sees(present.actor, route.grant[0], route.reads, present.catalog)
        return may(present, *route.grant) and sees
    return entry.entity in present.catalog.entities and access.may(
        present.actor, entry.entity, "read", present.catalog
    )


def may(present: Visit, entity: str, action: str) -> bool:
    """Tell whether there can be a record of an entity on which the person may do this."""
    access, catalog = present.site.get(Access), present.catalog
    return entity in catalog.entities and access.may(present.actor, entity, action, catalog)


def _order(entry: MenuSpec) -> tuple[int, str]:
    return (entry.weight, entry.name)


def _entry(present: Visit, entry: MenuSpec) -> MenuEntry:
    if entry.route:
        url = route_address(present.site.get(Routes).get(entry.route), {})
        label = present.style.label(entry.label)
        return MenuEntry(label=label, icon=entry.icon, entity=entry.route, url=url, key=entry.key)
    may_create = present.site.get(Access).may(present.actor, entry.entity, "create", present.catalog)
    return MenuEntry(
        label=present.style.label(entry.label),
        icon=entry.icon,
        entity=entry.entity,
        url=url_for("web.record_list", entity=entry.entity),
        create=url_for("web.record_new", entity=entry.entity) if may_create else "",
        key=entry.key,
    )


def is_administrator(present: Visit) -> bool:
    """Tell whether the person may change modules and definitions."""
    return present.signed_in and present.site.get(Access).is_administrator(present.actor, present.catalog)


def _languages(present: Visit) -> Mapping[str, str]:
    return {code: language.name for code, language in present.site.get(Localization).languages.items()}


def go(url: str, message: str = "", undo: str | WayBack = "") -> Response:
    """Return a redirect (303, so that a reload sends nothing twice) with a message for the next page.

    ``undo`` is a way back, or ``entity:ids`` of what was put in the trash. A script that sent a form from a dialog
    follows on its own, so that the message is not lost on the way.
    """
    if request.headers.get(FRAGMENT):
        response = make_response("", 204, {"X-Go": url})
    else:
        response = make_response(redirect(url, code=303))
    if message and not request.headers.get(STAY):
        present = visit()
        back = _out_of_trash(undo) if isinstance(undo, str) and undo else undo
        told = [message, [back.url, back.values] if isinstance(back, WayBack) else None]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        signature = present.site.get(Secrets).sign("flash", text)
        response.set_cookie(
            FLASH_COOKIE,
            urlsafe_b64encode(signature + text).decode(),
            max_age=60,
            httponly=True,
            samesite="Lax",
            secure=present.site.settings.secure_cookies,
        )
    return response


def _out_of_trash(named: str) -> WayBack:
    entity, _, ids = named.partition(":")
    return WayBack(
        url=url_for("web.restore_records", entity=entity),
        values=tuple(("id", number) for number in ids.split(",")),
    )


def _read(present: Visit, cookie: str) -> Flash | None:
    """Return the message of a cookie that we have signed ourselves."""
    try:
        raw = urlsafe_b64decode(cookie.encode())
    except ValueError:
        return None
    signature, text = raw[:16], raw[16:]
    if not cookie or not present.site.get(Secrets).verify("flash", text, signature):
        return None
    message, back = json.loads(text)
    way = WayBack(url=back[0], values=tuple((name, value) for name, value in back[1])) if back else None
    return Flash(message=message, undo=way)


def same_site(target: str | None, otherwise: str) -> str:
    """Return an address to go to that stays on this site: a path beginning with one slash."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable():
        return target
    return otherwise
